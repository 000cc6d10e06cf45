import type { AuditLogRow } from '../../../generated/rows.ts'
import { InvalidInputError } from '../../errors/index.ts'
import {
  fields,
  ipAddress,
  nullable,
  optional,
  type Reader,
  text,
  time,
  trueOrFalse,
  uuid,
} from '../../input/index.ts'
import {
  type Columns,
  type OptionalColumns,
  type OrderRequest,
  orderFields,
  type PageRequest,
  pageFields,
} from '../../query/index.ts'
import type { ENTRY_OFFERS } from './offers.ts'
import type { AuditEntry } from './rows.ts'

/** An entry to add to the audit log. */
export interface NewAuditEntry
  extends Columns<AuditLogRow, 'entityType' | 'entityId' | 'action'>,
    OptionalColumns<AuditLogRow, 'userId' | 'ipAddress' | 'userAgent'> {
  /** The changes, as JSON. Values of keys that look like secrets are replaced before they leave the process. */
  changes?: unknown
}

/** Which entries to list, by time. */
export interface AuditPageRequest extends PageRequest {
  /** Entries at this time or later. */
  from?: Date | undefined
  /** Entries before this time. */
  to?: Date | undefined
}

/** Which entries to list. Filters are combined with `and`. */
export interface AuditListRequest extends AuditPageRequest, OrderRequest<typeof ENTRY_OFFERS, AuditEntry> {
  userId?: string | undefined
  action?: string | undefined
  /** Only together with `entityId`. */
  entityType?: string | undefined
  /** Only together with `entityType`. */
  entityId?: string | undefined
}

/** Which entries to delete. */
export interface AuditPurgeRequest {
  /** Deletes the entries from before this time, which must not be in the future. */
  olderThan: Date
  /** Whether to count the entries and delete none; default false. */
  dryRun?: boolean | undefined
}

const readPurgeFields = fields<AuditPurgeRequest>({ olderThan: time, dryRun: optional(trueOrFalse) })

export const readAuditPurgeRequest: Reader<AuditPurgeRequest> = (value, field) => {
  const request = readPurgeFields(value, field)
  if (request.olderThan.getTime() <= Date.now()) return request
  throw new InvalidInputError('olderThan', 'must not be in the future')
}

const unread: Reader<unknown> = (value) => value

export const readNewAuditEntry = fields<NewAuditEntry>({
  userId: optional(nullable(uuid)),
  entityType: text,
  entityId: text,
  action: text,
  changes: unread,
  ipAddress: optional(nullable(ipAddress)),
  userAgent: optional(nullable(text)),
})

const auditPageFields = { ...pageFields, from: optional(time), to: optional(time) }

export const readAuditPageRequest = fields<AuditPageRequest>(auditPageFields)

const readListFields = fields<AuditListRequest>({
  ...auditPageFields,
  ...orderFields,
  userId: optional(uuid),
  action: optional(text),
  entityType: optional(text),
  entityId: optional(text),
})

export const readAuditListRequest: Reader<AuditListRequest> = (value, field) => {
  const request = readListFields(value, field)
  if ((request.entityType === undefined) === (request.entityId === undefined)) return request
  const missing = request.entityType === undefined ? 'entityType' : 'entityId'
  throw new InvalidInputError(
    missing,
    'is required: an entity is identified by entityType and entityId together',
  )
}
