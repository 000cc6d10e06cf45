import { text, time, trueOrFalse, uuid } from '../../input/index.ts'
import type { Offers } from '../../query/index.ts'
import { readAttributes } from '../details/index.ts'

/** Columns by which people are ordered and filtered. */
export const PERSON_OFFERS = {
  table: 'people',
  key: 'person_id',
  orderBy: { createdAt: 'created_at', lastName: 'last_name' },
  text: ['lastName'],
  where: {
    isActive: { column: 'is_active', read: trueOrFalse },
    ownerId: { column: 'owner_id', read: uuid },
    lastName: { column: 'last_name', read: text },
    email: { column: 'email', read: text },
    source: { column: 'source', read: text },
    tags: { column: 'tags', read: text, holds: 'texts', find: 'find_people_by_tags' },
    attributes: {
      column: 'attributes',
      read: readAttributes,
      holds: 'json',
      find: 'find_people_by_attributes',
    },
    createdAt: { column: 'created_at', read: time },
  },
} as const satisfies Offers
