export { Redaction } from './redaction.ts'
export {
  type AuditEntry,
  type AuditListRequest,
  AuditLogRepository,
  type AuditPageRequest,
  type NewAuditEntry,
} from './repository.ts'
