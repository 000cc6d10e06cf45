import { time } from '../../input/index.ts'
import type { Offers } from '../../query/index.ts'

/** Columns by which the chats of a user are ordered and filtered. */
export const CHAT_OFFERS = {
  table: 'chats',
  key: 'id',
  within: ['user_id'],
  orderBy: { updatedAt: 'updated_at' },
  where: { updatedAt: { column: 'updated_at', read: time } },
} as const satisfies Offers
