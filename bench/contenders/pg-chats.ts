import type pg from 'pg'
import {
  type Hit,
  LAST_MESSAGES,
  lastOf,
  type MessageRow,
  messageOf,
  messageRow,
  type OwnChat,
  partRows,
} from './chat.ts'
import { CHAT, FOUND_CHATS, hitsOf, NEWEST_CHATS } from './chat-sql.ts'
import { type ChatContender, LIMIT } from './contender.ts'

/** The functions of `pg.ts` that run statements. */
interface Hand {
  rows<R>(name: string, text: string, values: unknown[], on?: pg.PoolClient): Promise<R[]>
  transaction<T>(run: (client: pg.PoolClient) => Promise<T>): Promise<T>
}

interface PartRow {
  messageId: string
  payload: unknown
}

/** Saves a turn in a transaction of three statements. Loads a chat with one query for messages and one for parts. */
export function chatsOf({ rows, transaction }: Hand): ChatContender {
  const chatOf = async ({ chatId, userId }: OwnChat) => {
    const text = `select ${CHAT} from chats where user_id = $1 and id = $2`
    const [chat] = await rows<object>('chat', text, [userId, chatId])
    if (!chat) throw new Error('The chat does not exist')
    return chat
  }

  return {
    saveTurn: ({ chatId, userId, messages }) =>
      transaction(async (client) => {
        const [chat] = await rows<{ version: number; next: number }>(
          'lockChat',
          `update chats set version = version + 1, next_position = next_position + $3 where user_id = $1 and id = $2
           returning version, next_position as next`,
          [userId, chatId, messages.length],
          client,
        )
        if (!chat) throw new Error('The chat does not exist')
        const first = chat.next - messages.length
        const given = messages.map(messageRow)
        const saved = await rows(
          'saveMessages',
          `insert into messages (user_id, chat_id, id, position, role, part_count, envelope, input_tokens, output_tokens)
           select $1, $2, * from unnest($3::text[], $4::int[], $5::text[], $6::int[], $7::json[], $8::int[], $9::int[])
           on conflict (user_id, chat_id, id) do update set role = excluded.role, part_count = excluded.part_count,
             envelope = excluded.envelope, input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens
           returning id`,
          [
            userId,
            chatId,
            given.map(({ id }) => id),
            given.map((_, place) => first + place),
            given.map(({ role }) => role),
            given.map(({ partCount }) => partCount),
            given.map(({ envelope }) => envelope),
            given.map(({ inputTokens }) => inputTokens),
            given.map(({ outputTokens }) => outputTokens),
          ],
          client,
        )
        const parts = partRows(messages)
        await rows(
          'saveParts',
          `insert into parts (user_id, chat_id, message_id, position, type, tool_call_id, tool_name, tool_state, search_text, payload, words)
           select $1, $2, *, to_tsvector('simple', given.text) from unnest($3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::json[])
             as given (id, position, type, call, tool, state, text, payload)
           on conflict (user_id, chat_id, message_id, position) do update set type = excluded.type,
             tool_call_id = excluded.tool_call_id, tool_name = excluded.tool_name, tool_state = excluded.tool_state,
             search_text = excluded.search_text, payload = excluded.payload, words = excluded.words`,
          [
            userId,
            chatId,
            parts.map(({ messageId }) => messageId),
            parts.map(({ position }) => position),
            parts.map(({ type }) => type),
            parts.map(({ toolCallId }) => toolCallId),
            parts.map(({ toolName }) => toolName),
            parts.map(({ toolState }) => toolState),
            parts.map(({ searchText }) => searchText),
            parts.map(({ payload }) => payload),
          ],
          client,
        )
        return { version: chat.version, saved: saved.length }
      }),

    loadChat: async (own) => {
      const chat = await chatOf(own)
      const messages = await rows<MessageRow>(
        'messages',
        'select id, role, position, envelope from messages where user_id = $1 and chat_id = $2 order by position',
        [own.userId, own.chatId],
      )
      const parts = await rows<PartRow>(
        'parts',
        'select message_id as "messageId", payload from parts where user_id = $1 and chat_id = $2 order by message_id, position',
        [own.userId, own.chatId],
      )
      return { ...chat, messages: withParts(messages, parts) }
    },
    loadLast: async (own) => {
      const chat = await chatOf(own)
      const newest = await rows<MessageRow>(
        'lastMessages',
        'select id, role, position, envelope from messages where user_id = $1 and chat_id = $2 order by position desc limit $3',
        [own.userId, own.chatId, LAST_MESSAGES + 1],
      )
      const { rows: last, ...before } = lastOf(newest)
      const parts = await rows<PartRow>(
        'partsOf',
        `select message_id as "messageId", payload from parts where user_id = $1 and chat_id = $2 and message_id = any($3)
         order by message_id, position`,
        [own.userId, own.chatId, last.map(({ id }) => id)],
      )
      return { ...chat, messages: withParts(last, parts), ...before }
    },
    pageChats: async (userId) =>
      (await rows('pageChats', `${NEWEST_CHATS} $2`, [userId, LIMIT + 1])).slice(0, LIMIT),
    searchChats: async ({ userId, words }) =>
      hitsOf(await rows<Hit>('searchChats', `${FOUND_CHATS} $3`, [userId, words, LIMIT + 1]), words),
  }
}

/** Adds the parts, which are in order, to their messages. */
export function withParts(messages: MessageRow[], parts: PartRow[]) {
  const byMessage = new Map<string, unknown[]>(messages.map(({ id }) => [id, []]))
  for (const { messageId, payload } of parts) byMessage.get(messageId)?.push(payload)
  return messages.map((message) => messageOf(message, byMessage.get(message.id) ?? []))
}
