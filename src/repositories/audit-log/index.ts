export type { AuditListRequest, AuditPageRequest, NewAuditEntry } from './input.ts'
export { Redaction } from './redaction.ts'
export { AuditLogRepository } from './repository.ts'
export type { AuditEntry } from './rows.ts'
