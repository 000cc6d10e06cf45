import type { SqlBool } from 'kysely'
import { sql } from '../../../kysely/index.ts'
import { type Variants, variants } from '../../../query/index.ts'
import { CHAT, type LoadedRow } from '../rows.ts'
import type { OwnedChat } from './owned-chat.ts'

/** The columns of the chat in the rows of messages and parts. */
function noChat() {
  const sqlNull = sql<null>`null`
  return [
    sqlNull.as('chatId'),
    sqlNull.as('userId'),
    sqlNull.as('title'),
    sqlNull.as('version'),
    sqlNull.as('activeStreamId'),
    sqlNull.as('createdAt'),
    sqlNull.as('updatedAt'),
  ] as const
}

/** The chat with all messages or, with `fetch`, with as many of the last ones before a position. */
export const loadChat: Variants<OwnedChat & { before: number; fetch?: number | undefined }, LoadedRow> =
  variants('chats.load', ['fetch'], (query, $, has) => {
    const sqlNull = sql<null>`null`
    const isOfChat = sql<SqlBool>`user_id = ${$.userId} and chat_id = ${$.chatId}`
    return query
      .with('chat', (cte) =>
        cte.selectFrom('chats').select(CHAT).where('id', '=', $.chatId).where('user_id', '=', $.userId),
      )
      .with('message', (cte) =>
        cte
          .selectFrom('messages')
          .select(['id', 'role', 'position', 'part_count', 'envelope'])
          .where(isOfChat)
          .$if(has.fetch, (messages) =>
            messages.where('position', '<', $.before).orderBy('position', 'desc').limit($.fetch),
          ),
      )
      .selectFrom('chat')
      .selectAll()
      .select([
        sql`null::text`.as('id'),
        sql`null::text`.as('role'),
        sql`null::integer`.as('position'),
        sql`null::integer`.as('partCount'),
        sql`null::json`.as('content'),
      ])
      .unionAll(
        ({ selectFrom }) =>
          selectFrom('message')
            .select(noChat())
            .select(['id', 'role', 'position', 'part_count as partCount', 'envelope as content']) as never,
      )
      .unionAll(
        ({ selectFrom }) =>
          selectFrom('parts')
            .select(noChat())
            .select(['message_id as id', sqlNull.as('role'), sqlNull.as('position'), sqlNull.as('partCount')])
            .select(sql`json_agg(payload order by position)`.as('content'))
            .where(isOfChat)
            .$if(has.fetch, (parts) =>
              parts.where(sql<SqlBool>`message_id = any(array(select id from message))`),
            )
            .groupBy('message_id') as never,
      )
      .$castTo<LoadedRow>()
  })
