import { type Kysely, sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { DB } from '../../generated/database.ts'
import { LAST_MESSAGES, lastOf, messageOf, messageRow, type OwnChat, partRows } from './chat.ts'
import { hitsOf } from './chat-sql.ts'
import { type ChatContender, LIMIT } from './contender.ts'

const CHAT = [
  'id as chatId',
  'user_id as userId',
  'title',
  'version',
  'active_stream_id as activeStreamId',
  'created_at as createdAt',
  'updated_at as updatedAt',
] as const

/** Saves a turn in a transaction of three statements, and loads a chat with one statement with nested lists. */
export function chatsOf(db: Kysely<DB>): ChatContender {
  const load = async ({ chatId, userId }: OwnChat, direction: 'asc' | 'desc', limit?: number) => {
    const { messages, ...chat } = await db
      .selectFrom('chats')
      .select(CHAT)
      .select((eb) =>
        jsonArrayFrom(
          eb
            .selectFrom('messages')
            .select(['messages.id', 'role', 'position', 'envelope'])
            .select((eb) =>
              jsonArrayFrom(
                eb
                  .selectFrom('parts')
                  .select('payload')
                  .whereRef('parts.user_id', '=', 'messages.user_id')
                  .whereRef('parts.chat_id', '=', 'messages.chat_id')
                  .whereRef('parts.message_id', '=', 'messages.id')
                  .orderBy('parts.position'),
              ).as('parts'),
            )
            .whereRef('messages.user_id', '=', 'chats.user_id')
            .whereRef('chat_id', '=', 'chats.id')
            .orderBy('position', direction)
            .$if(limit !== undefined, (query) => query.limit(limit as number)),
        ).as('messages'),
      )
      .where('id', '=', chatId)
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow()
    return { chat, messages }
  }
  type Loaded = Awaited<ReturnType<typeof load>>['messages'][number]
  const whole = ({ parts, ...message }: Loaded) =>
    messageOf(
      message,
      parts.map(({ payload }) => payload),
    )

  return {
    saveTurn: ({ chatId, userId, messages }) =>
      db.transaction().execute(async (tx) => {
        const chat = await tx
          .updateTable('chats')
          .set((eb) => ({
            version: eb('version', '+', 1),
            next_position: eb('next_position', '+', messages.length),
          }))
          .where('id', '=', chatId)
          .where('user_id', '=', userId)
          .returning(['version', 'next_position as next'])
          .executeTakeFirstOrThrow()
        const first = chat.next - messages.length
        const saved = await tx
          .insertInto('messages')
          .values(
            messages.map(messageRow).map((message, place) => ({
              user_id: userId,
              chat_id: chatId,
              id: message.id,
              position: first + place,
              role: message.role,
              part_count: message.partCount,
              envelope: JSON.stringify(message.envelope),
              input_tokens: message.inputTokens,
              output_tokens: message.outputTokens,
            })),
          )
          .onConflict((conflict) =>
            conflict.columns(['user_id', 'chat_id', 'id']).doUpdateSet((eb) => ({
              role: eb.ref('excluded.role'),
              part_count: eb.ref('excluded.part_count'),
              envelope: eb.ref('excluded.envelope'),
              input_tokens: eb.ref('excluded.input_tokens'),
              output_tokens: eb.ref('excluded.output_tokens'),
            })),
          )
          .returning('id')
          .execute()
        await tx
          .insertInto('parts')
          .values(
            partRows(messages).map((part) => ({
              user_id: userId,
              chat_id: chatId,
              message_id: part.messageId,
              position: part.position,
              type: part.type,
              tool_call_id: part.toolCallId,
              tool_name: part.toolName,
              tool_state: part.toolState,
              search_text: part.searchText,
              words: sql`to_tsvector('simple', ${part.searchText}::text)` as never,
              payload: JSON.stringify(part.payload),
            })),
          )
          .onConflict((conflict) =>
            conflict.columns(['user_id', 'chat_id', 'message_id', 'position']).doUpdateSet((eb) => ({
              type: eb.ref('excluded.type'),
              tool_call_id: eb.ref('excluded.tool_call_id'),
              tool_name: eb.ref('excluded.tool_name'),
              tool_state: eb.ref('excluded.tool_state'),
              search_text: eb.ref('excluded.search_text'),
              words: eb.ref('excluded.words'),
              payload: eb.ref('excluded.payload'),
            })),
          )
          .execute()
        return { version: chat.version, saved: saved.length }
      }),

    loadChat: async (own) => {
      const { chat, messages } = await load(own, 'asc')
      return { ...chat, messages: messages.map(whole) }
    },
    loadLast: async (own) => {
      const { chat, messages } = await load(own, 'desc', LAST_MESSAGES + 1)
      const { rows, ...before } = lastOf(messages)
      return { ...chat, messages: rows.map(whole), ...before }
    },
    pageChats: async (userId) => {
      const rows = await db
        .selectFrom('chats')
        .select(CHAT)
        .where('user_id', '=', userId)
        .orderBy('updated_at', 'desc')
        .orderBy('id', 'desc')
        .limit(LIMIT + 1)
        .execute()
      return rows.slice(0, LIMIT)
    },
    searchChats: async ({ userId, words }) => {
      const found = await db
        .with('best', (cte) =>
          cte
            .selectFrom('chats')
            .innerJoin('parts', (join) =>
              join.onRef('parts.user_id', '=', 'chats.user_id').onRef('parts.chat_id', '=', 'chats.id'),
            )
            .innerJoin('messages', (join) =>
              join
                .onRef('messages.user_id', '=', 'parts.user_id')
                .onRef('messages.chat_id', '=', 'parts.chat_id')
                .onRef('messages.id', '=', 'parts.message_id'),
            )
            .distinctOn('chats.id')
            .select([
              'chats.id as chatId',
              'title',
              'chats.updated_at as updatedAt',
              'messages.id as messageId',
              'role',
              sql<string>`search_text`.as('text'),
              sql<boolean>`words @@ bench_whole(${words})`.as('relevance'),
            ])
            .where('chats.user_id', '=', userId)
            .where('parts.user_id', '=', userId)
            .where(sql<boolean>`words @@ bench_query(${words})`)
            .orderBy('chats.id')
            .orderBy('relevance', 'desc')
            .orderBy('messages.position', 'desc'),
        )
        .selectFrom('best')
        .select(['chatId', 'title', 'updatedAt', 'messageId', 'role', 'text'])
        .orderBy('relevance', 'desc')
        .orderBy('updatedAt', 'desc')
        .orderBy('chatId', 'desc')
        .limit(LIMIT + 1)
        .execute()
      return hitsOf(found, words)
    },
  }
}
