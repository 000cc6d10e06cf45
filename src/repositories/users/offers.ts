import { USER_ROLES } from '../../../generated/catalog.ts'
import { oneOf, text, time } from '../../input/index.ts'
import type { Offers } from '../../query/index.ts'

/** Columns by which users are ordered and filtered. */
export const USER_OFFERS = {
  table: 'users',
  key: 'user_id',
  orderBy: { createdAt: 'created_at', name: 'name', email: 'email' },
  text: ['name', 'email'],
  where: {
    role: { column: 'role', read: oneOf(USER_ROLES) },
    name: { column: 'name', read: text },
    email: { column: 'email', read: text },
    createdAt: { column: 'created_at', read: time },
  },
} as const satisfies Offers
