import { sql } from 'kysely'
import { type Params, statement } from '../../../query/index.ts'

/** Number of chats that one statement deletes: few, so that locks are held only briefly. */
export const PRUNE_BATCH = 200

export const pruneChats = statement('chats.prune', (query, $: Params<{ olderThan: Date }>) =>
  query.deleteFrom('chats').where(
    'id',
    '=',
    sql<string>`any(array(select id from chats where updated_at < ${$.olderThan}
      order by updated_at limit ${sql.lit(PRUNE_BATCH)} for update skip locked))`,
  ),
)
