import { sql } from 'kysely'
import {
  isBehind,
  type List,
  list,
  matchesSearch,
  type SearchText,
  searchRelevance,
} from '../../../query/index.ts'
import type { ChatHitRow } from '../rows.ts'

const TEXT: SearchText = sql`searchable(parts.search_text)`

/** Each chat once, with the part that matches best. */
export const searchChats: List<{ userId: string; search: string }, ChatHitRow> = list(
  'chats.search',
  [],
  { at: 'updated_at as updatedAt', id: 'id as chatId' },
  (query, $) =>
    query
      .with('best', (cte) =>
        cte
          .selectFrom('chats')
          .innerJoin('parts', 'parts.chat_id', 'chats.id')
          .innerJoin('messages', (join) =>
            join
              .onRef('messages.chat_id', '=', 'parts.chat_id')
              .onRef('messages.id', '=', 'parts.message_id'),
          )
          .distinctOn('chats.id')
          .select([
            'chats.id as chatId',
            'chats.title',
            'chats.updated_at as updatedAt',
            'messages.id as messageId',
            'messages.role',
            'parts.search_text as text',
            searchRelevance(TEXT, $.search).as('relevance'),
          ])
          .where('chats.user_id', '=', $.userId)
          .where(matchesSearch(TEXT, $.search))
          .whereRef('parts.position', '<', 'messages.part_count')
          .orderBy('chats.id')
          .orderBy('relevance', 'desc')
          .orderBy('messages.position', 'desc'),
      )
      .selectFrom('best')
      .selectAll()
      .where(isBehind($, { at: 'updatedAt', id: 'chatId' }, sql.ref('relevance')))
      .orderBy('relevance', 'desc')
      .orderBy('updatedAt', 'desc')
      .orderBy('chatId', 'desc')
      .limit($.fetch),
)
