import type { CallOptions, Connection } from '../../connection/index.ts'
import { text, uuid } from '../../input/index.ts'
import { iteratePages, type Page, queryList, queryOne } from '../../query/index.ts'
import {
  type AuditListRequest,
  type AuditPageRequest,
  type AuditPurgeRequest,
  type NewAuditEntry,
  readAuditListRequest,
  readAuditPageRequest,
  readAuditPurgeRequest,
  readNewAuditEntry,
} from './input.ts'
import type { Redaction } from './redaction.ts'
import type { AuditEntry } from './rows.ts'
import { listEntries, purgeEntries, recordEntry } from './statements.ts'

/** The audit log: entries are added and read. Only `purge` deletes, and only `erase` of users and people changes entries. Every method may throw UnavailableError. */
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
   * is replaced by `[redacted]`, and also the values of the keys that `openDatabase(…, { redact })` adds. The same applies to
   * `{ path: ['password'], value: … }`, `['password', 'old', 'new']`, `{ columns, rows }`, to texts (`password=…`, `Authorization:
   * Bearer …`, JSON, tokens and connection strings by their form) and to texts in `entityId` and `userAgent`. Booleans,
   * nulls and counts (`maxTokens: 100`) are kept. A secret without a name or a form of its own cannot be recognized.
   *
   * @throws {InvalidInputError} a field has a wrong type, or `changes` cannot be converted to JSON or have more than
   *   1,048,576 characters.
   * @throws {ConstraintError} `audit_log_user_id_fkey`: there is no such user; or a CHECK on a length.
   */
  async record(entry: NewAuditEntry, options?: CallOptions): Promise<AuditEntry> {
    const values = readNewAuditEntry(entry, 'entry')
    const input = {
      ...values,
      entityId: this.#redaction.mask(values.entityId),
      userAgent: values.userAgent && this.#redaction.mask(values.userAgent),
      changes: this.#redaction.stringify(values.changes, 'changes'),
    }
    return queryOne(this.#connection, recordEntry, input, options)
  }

  /**
   * Deletes the entries from before a time, in one transaction, and returns their number; with `dryRun` it counts them and deletes
   * none. An entry of its own says when and by whom. `maintain` with `keepAuditMonths` drops whole months faster.
   *
   * @throws {InvalidInputError} `olderThan` is in the future.
   * @throws {DatabaseError} the actor is neither an administrator nor a job, and the login does not own the tables.
   */
  async purge(request: AuditPurgeRequest, options?: CallOptions): Promise<number> {
    const { olderThan, dryRun = false } = readAuditPurgeRequest(request, 'request')
    const { count } = await queryOne(this.#connection, purgeEntries, { olderThan, dryRun }, options)
    return count
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
    return queryList(this.#connection, listEntries, { ...filters, from }, options, { before: to })
  }

  /**
   * Reads all entries of a list, one after the other, in constant memory: 200 at a time, as they are asked for. The request is that
   * of `list`, without the fields of a page.
   *
   * @throws {InvalidInputError} the request is not valid; thrown by the first step.
   */
  iterate(
    request: Omit<AuditListRequest, 'limit' | 'after' | 'before' | 'withTotal'> = {},
    options?: CallOptions,
  ): AsyncGenerator<AuditEntry, void, undefined> {
    return iteratePages(request, (page: AuditListRequest) => this.list(page, options))
  }
}
