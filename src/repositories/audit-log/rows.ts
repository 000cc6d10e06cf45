import type { AuditLogRow } from '../../../generated/rows.ts'
import type { Columns } from '../../query/index.ts'

/** An entry of the audit log: who did what to which entity, and when. */
export interface AuditEntry
  extends Columns<
    AuditLogRow,
    | 'id'
    | 'userId'
    | 'entityType'
    | 'entityId'
    | 'action'
    | 'changes'
    | 'ipAddress'
    | 'userAgent'
    | 'requestId'
    | 'system'
    | 'isHistory'
    | 'createdAt'
  > {}

/** The columns of an AuditEntry. */
export const ENTRY = [
  'id',
  'user_id as userId',
  'entity_type as entityType',
  'entity_id as entityId',
  'action',
  'changes',
  'ip_address as ipAddress',
  'user_agent as userAgent',
  'request_id as requestId',
  'system',
  'is_history as isHistory',
  'created_at as createdAt',
] as const
