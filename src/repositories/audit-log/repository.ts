import type { CallOptions, Connection } from '../../connection/index.ts'
import { text, uuid } from '../../input/index.ts'
import { type Page, queryOne, queryPage } from '../../query/index.ts'
import {
  type AuditListRequest,
  type AuditPageRequest,
  type NewAuditEntry,
  readAuditListRequest,
  readAuditPageRequest,
  readNewAuditEntry,
} from './input.ts'
import type { Redaction } from './redaction.ts'
import type { AuditEntry } from './rows.ts'
import { listEntries, recordEntry } from './statements.ts'

/** The audit log: entries are added and read, never updated or deleted. Every method may throw UnavailableError. */
export class AuditLogRepository {
  readonly #connection: Connection
  readonly #redaction: Redaction

  constructor(connection: Connection, redaction: Redaction) {
    this.#connection = connection
    this.#redaction = redaction
  }

  /**
   * Adds an entry; inside a transaction, as a part of it.
   *
   * In `changes`, at any depth, the value of each key that looks like a secret (`password`, `api-key`, `AUTHORIZATION`, …)
   * is replaced by `[redacted]`, and also the values of the keys that `openDatabase(…, { redact })` adds. Booleans, nulls
   * and counts (`maxTokens: 100`) are kept.
   *
   * @throws {InvalidInputError} a field has a wrong type, or `changes` cannot be converted to JSON.
   * @throws {ConstraintError} `audit_log_user_id_fkey`: there is no such user; or a CHECK on a length.
   */
  async record(entry: NewAuditEntry, options?: CallOptions): Promise<AuditEntry> {
    const values = readNewAuditEntry(entry, 'entry')
    const input = { ...values, changes: this.#redaction.stringify(values.changes, 'changes') }
    return queryOne(this.#connection, recordEntry, input, options)
  }

  /** Lists the entries of an entity, newest first. Throws as `list` does. */
  async listByEntity(
    entityType: string,
    entityId: string,
    request: AuditPageRequest = {},
    options?: CallOptions,
  ): Promise<Page<AuditEntry>> {
    const page = readAuditPageRequest(request, 'request')
    return this.list(
      { ...page, entityType: text(entityType, 'entityType'), entityId: text(entityId, 'entityId') },
      options,
    )
  }

  /** Lists the entries of a user's actions, newest first. Throws as `list` does. */
  async listByUser(
    userId: string,
    request: AuditPageRequest = {},
    options?: CallOptions,
  ): Promise<Page<AuditEntry>> {
    const page = readAuditPageRequest(request, 'request')
    return this.list({ ...page, userId: uuid(userId, 'userId') }, options)
  }

  /** Lists the entries of an action, newest first. Throws as `list` does. */
  async listByAction(
    action: string,
    request: AuditPageRequest = {},
    options?: CallOptions,
  ): Promise<Page<AuditEntry>> {
    const page = readAuditPageRequest(request, 'request')
    return this.list({ ...page, action: text(action, 'action') }, options)
  }

  /**
   * Lists entries, newest first.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, `after` is not the `next` of a page of this list, or only one
   *   of `entityType` and `entityId` is given.
   */
  async list(request: AuditListRequest = {}, options?: CallOptions): Promise<Page<AuditEntry>> {
    const { from = '-infinity', to, ...filters } = readAuditListRequest(request, 'request')
    return queryPage(this.#connection, listEntries, { ...filters, from }, options, { before: to })
  }
}
