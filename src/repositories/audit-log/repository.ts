import { sql } from 'kysely'
import type { CallOptions, Connection } from '../../connection/index.ts'
import { InvalidInputError } from '../../errors/index.ts'
import { fields, ipAddress, nullable, optional, type Reader, text, time, uuid } from '../../input/index.ts'
import {
  all,
  FETCH_AT_MOST,
  first,
  isBehind,
  only,
  type Page,
  type PageParameters,
  type PageRequest,
  Pager,
  type Params,
  pageFields,
  type StatementRow,
  statement,
  variants,
} from '../../query/index.ts'
import type { Redaction } from './redaction.ts'

const ENTRY = [
  'id',
  'user_id as userId',
  'entity_type as entityType',
  'entity_id as entityId',
  'action',
  'changes',
  'ip_address as ipAddress',
  'user_agent as userAgent',
  'created_at as createdAt',
] as const

/** Who did what to which entity, and when. `userId` is null for the service itself, or after the user is gone. */
export type AuditEntry = StatementRow<typeof record>

export interface NewAuditEntry {
  /** Who did it; absent or null for the service itself. */
  userId?: string | null | undefined
  /** Kind of entity, such as `user`; 1 to 50 characters. */
  entityType: string
  /** The entity's key as text; 1 to 255 characters. */
  entityId: string
  /** What was done, such as `create`; 1 to 50 characters. */
  action: string
  /** What changed, as JSON. Values of keys that look like secrets are replaced before they leave the process. */
  changes?: unknown
  ipAddress?: string | null | undefined
  userAgent?: string | null | undefined
}

/** A span of time. */
export interface AuditPageRequest extends PageRequest {
  /** The first moment. */
  from?: Date | undefined
  /** The moment after the last. */
  to?: Date | undefined
}

export interface AuditListRequest extends AuditPageRequest {
  userId?: string | undefined
  action?: string | undefined
  /** With `entityId`. */
  entityType?: string | undefined
  /** With `entityType`. */
  entityId?: string | undefined
}

const record = statement(
  'auditLog.record',
  (query, $: Params<Omit<NewAuditEntry, 'changes'> & { changes: string | null }>) =>
    query
      .insertInto('audit_log')
      .values({
        user_id: $.userId,
        entity_type: $.entityType,
        entity_id: $.entityId,
        action: $.action,
        changes: $.changes,
        ip_address: $.ipAddress,
        user_agent: $.userAgent,
      })
      .returning(ENTRY),
)

type ListInput = Omit<AuditListRequest, keyof AuditPageRequest> & PageParameters & { from: Date | string }

const list = variants(
  'auditLog.list',
  ['userId', 'action', 'entityId'],
  (query, $: Params<ListInput>, given) =>
    query
      .selectFrom(({ selectFrom }) =>
        selectFrom('audit_log')
          .select(ENTRY)
          .$if(given.userId, (entries) => entries.where('user_id', '=', $.userId))
          .$if(given.action, (entries) => entries.where('action', '=', $.action))
          .$if(given.entityId, (entries) =>
            entries.where('entity_type', '=', $.entityType).where('entity_id', '=', $.entityId),
          )
          .where(sql<boolean>`created_at >= ${$.from}`)
          .where(isBehind($, { at: 'created_at', id: 'id' }))
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .limit(FETCH_AT_MOST)
          .as('entry'),
      )
      .selectAll()
      .orderBy('createdAt', 'desc')
      .orderBy('id', 'desc')
      .limit($.fetch),
)

const unread: Reader<unknown> = (value) => value

const readNewEntry = fields<NewAuditEntry>({
  userId: optional(nullable(uuid)),
  entityType: text,
  entityId: text,
  action: text,
  changes: unread,
  ipAddress: optional(nullable(ipAddress)),
  userAgent: optional(nullable(text)),
})

const auditPageFields = { ...pageFields, from: optional(time), to: optional(time) }
const readPageRequest = fields<AuditPageRequest>(auditPageFields)
const readListRequest = fields<AuditListRequest>({
  ...auditPageFields,
  userId: optional(uuid),
  action: optional(text),
  entityType: optional(text),
  entityId: optional(text),
})

/** Who did what: entries are added and read, never changed or deleted. Every method may end in UnavailableError. */
export class AuditLogRepository {
  readonly #connection: Connection
  readonly #redaction: Redaction

  constructor(connection: Connection, redaction: Redaction) {
    this.#connection = connection
    this.#redaction = redaction
  }

  /**
   * Adds an entry; inside a transaction, as a part of it. In `changes`, at any depth, the value of each key that looks
   * like a secret (`password`, `api-key`, `AUTHORIZATION`, …) is replaced by `[redacted]`; so are those of the keys
   * that `openDatabase(…, { redact })` adds. A flag, a null and a count (`maxTokens: 100`) stay.
   *
   * @throws {InvalidInputError} a field is not of its type, or `changes` is not what JSON can hold.
   * @throws {ConstraintError} `audit_log_user_id_fkey`: there is no such user; a CHECK on a length.
   */
  async record(entry: NewAuditEntry, options?: CallOptions): Promise<AuditEntry> {
    const read = readNewEntry(entry, 'entry')
    const input = { ...read, changes: this.#redaction.stringify(read.changes, 'changes') }
    return only(await first(this.#connection, record, input, options))
  }

  /** What was done to an entity, newest first. */
  async listByEntity(
    entityType: string,
    entityId: string,
    request: AuditPageRequest = {},
    options?: CallOptions,
  ): Promise<Page<AuditEntry>> {
    const page = readPageRequest(request, 'request')
    return this.list(
      { ...page, entityType: text(entityType, 'entityType'), entityId: text(entityId, 'entityId') },
      options,
    )
  }

  /** What a user did, newest first. */
  async listByUser(
    userId: string,
    request: AuditPageRequest = {},
    options?: CallOptions,
  ): Promise<Page<AuditEntry>> {
    return this.list({ ...readPageRequest(request, 'request'), userId: uuid(userId, 'userId') }, options)
  }

  /** Where something was done, newest first. */
  async listByAction(
    action: string,
    request: AuditPageRequest = {},
    options?: CallOptions,
  ): Promise<Page<AuditEntry>> {
    return this.list({ ...readPageRequest(request, 'request'), action: text(action, 'action') }, options)
  }

  /**
   * Newest first.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, `after` is not the `next` of a page of this list, or only
   *   one of `entityType` and `entityId` is given.
   */
  async list(request: AuditListRequest = {}, options?: CallOptions): Promise<Page<AuditEntry>> {
    const asked = readListRequest(request, 'request')
    if ((asked.entityType === undefined) !== (asked.entityId === undefined)) {
      const missing = asked.entityType === undefined ? 'entityType' : 'entityId'
      throw new InvalidInputError(
        missing,
        'is required: an entity is identified by entityType and entityId together',
      )
    }
    const pager = new Pager('auditLog.list', asked, asked.to)
    const input = { ...asked, from: asked.from ?? '-infinity', ...pager.parameters }
    const rows = await all(this.#connection, list.for(input), input, options)
    return pager.page(rows, (entry) => ({ at: entry.createdAt, id: entry.id }))
  }
}
