import { sql } from '../../kysely/index.ts'
import { type List, type ListFilters, list, raw, type Statement, statement } from '../../query/index.ts'
import type { AuditListRequest, AuditPageRequest, NewAuditEntry } from './input.ts'
import { ENTRY_OFFERS } from './offers.ts'
import { type AuditEntry, ENTRY } from './rows.ts'

/** `changes`: JSON. */
export const recordEntry: Statement<Omit<NewAuditEntry, 'changes'> & { changes: string | null }, AuditEntry> =
  statement(
    'auditLog.record',
    (query, $) =>
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
    { isShort: true },
  )

export const purgeEntries: Statement<{ olderThan: Date; dryRun: boolean }, { count: number }> = statement(
  'auditLog.purge',
  (_, $) => raw<{ count: number }>(sql`select purge_audit_log(${$.olderThan}, ${$.dryRun})::float8 as count`),
  { writes: true, isLong: true },
)

interface EntryFilters extends Omit<ListFilters<AuditListRequest>, keyof AuditPageRequest> {
  from: Date | string
}

export const listEntries: List<EntryFilters, AuditEntry> = list(
  'auditLog.list',
  ['userId', 'action', 'entityId'],
  { at: 'created_at as createdAt', id: 'id as id', isPartitioned: true },
  (query, $, has, page) =>
    page.read(
      'entry',
      query
        .selectFrom('audit_log')
        .select(ENTRY)
        .$if(has.userId, (entries) => entries.where('user_id', '=', $.userId))
        .$if(has.action, (entries) => entries.where('action', '=', $.action))
        .$if(has.entityId, (entries) =>
          entries.where('entity_type', '=', $.entityType).where('entity_id', '=', $.entityId),
        )
        .where(sql<boolean>`created_at >= ${$.from}`),
    ),
  ENTRY_OFFERS,
)
