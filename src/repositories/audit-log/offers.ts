import { text, time, uuid } from '../../input/index.ts'
import type { Offers } from '../../query/index.ts'

/** Columns by which entries are ordered and filtered. */
export const ENTRY_OFFERS = {
  table: 'audit_log',
  key: 'id',
  orderBy: { createdAt: 'created_at' },
  where: {
    userId: { column: 'user_id', read: uuid },
    action: { column: 'action', read: text },
    entityType: { column: 'entity_type', read: text },
    createdAt: { column: 'created_at', read: time },
  },
} as const satisfies Offers
