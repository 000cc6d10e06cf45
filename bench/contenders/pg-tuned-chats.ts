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
import { CHAT, FOUND_CHATS_TUNED, hitsOf, NEWEST_CHATS } from './chat-sql.ts'
import { type ChatContender, LIMIT } from './contender.ts'

/** The functions of `pg-tuned.ts` that run statements. A line answers its statements in order. */
interface Lines<Line> {
  rows<R>(name: string, text: string, values: unknown[], line?: Line): Promise<R[]>
  next(): Line
}

interface Parts {
  messageId: string
  parts: unknown[]
}

/** Saves a turn in one statement. Loads a chat, its messages and their parts in three, sent at once. */
export function chatsOf<Line>({ rows, next }: Lines<Line>): ChatContender {
  async function load({ chatId, userId }: OwnChat, name: string, messages: string, parts: string) {
    const line = next()
    const [[chat], found, partsOf] = await Promise.all([
      rows<object>('chat', `select ${CHAT} from chats where ${OWN}`, [chatId, userId], line),
      rows<MessageRow>(`${name}.messages`, messages, [chatId, userId], line),
      rows<Parts>(`${name}.parts`, parts, [chatId, userId], line),
    ])
    if (!chat) throw new Error('The chat does not exist')
    const byMessage = new Map(partsOf.map(({ messageId, parts }) => [messageId, parts]))
    const whole = (message: MessageRow) => messageOf(message, byMessage.get(message.id) ?? [])
    return { chat, found, whole }
  }

  return {
    saveTurn: async ({ chatId, userId, messages }) => {
      const given = messages.map(messageRow)
      const parts = partRows(messages)
      const [saved] = await rows('saveTurn', SAVE, [
        chatId,
        userId,
        given.map(({ id }) => id),
        given.map(({ role }) => role),
        given.map(({ partCount }) => partCount),
        given.map(({ envelope }) => JSON.stringify(envelope)),
        given.map(({ inputTokens }) => inputTokens),
        given.map(({ outputTokens }) => outputTokens),
        parts.map(({ messageId }) => messageId),
        parts.map(({ position }) => position),
        parts.map(({ type }) => type),
        parts.map(({ toolCallId }) => toolCallId),
        parts.map(({ toolName }) => toolName),
        parts.map(({ toolState }) => toolState),
        parts.map(({ searchText }) => searchText),
        parts.map(({ payload }) => JSON.stringify(payload)),
      ])
      return saved
    },

    loadChat: async (own) => {
      const { chat, found, whole } = await load(
        own,
        'whole',
        `select id, role, position, envelope from messages where ${OF_OWN} order by position`,
        `${PARTS} group by message_id`,
      )
      return { ...chat, messages: found.map(whole) }
    },
    loadLast: async (own) => {
      const last = `from messages where ${OF_OWN} order by position desc limit`
      const { chat, found, whole } = await load(
        own,
        'last',
        `select id, role, position, envelope ${last} ${LAST_MESSAGES + 1}`,
        `${PARTS} and message_id = any(array(select id ${last} ${LAST_MESSAGES})) group by message_id`,
      )
      const { rows: messages, ...before } = lastOf(found)
      return { ...chat, messages: messages.map(whole), ...before }
    },
    pageChats: async (userId) =>
      (await rows('pageChats', `${NEWEST_CHATS} ${LIMIT + 1}`, [userId])).slice(0, LIMIT),
    searchChats: async ({ userId, words }) =>
      hitsOf(await rows<Hit>('searchChats', `${FOUND_CHATS_TUNED} ${LIMIT + 1}`, [userId, words]), words),
  }
}

const OWN = 'user_id = $2 and id = $1'
const OF_OWN = 'user_id = $2 and chat_id = $1'
const PARTS = `select message_id as "messageId", json_agg(payload order by position) as parts from parts
  where ${OF_OWN}`

const SAVE = `with chat as (
    update chats set version = version + 1, next_position = next_position + cardinality($3::text[])
    where ${OWN} returning user_id, id, version, next_position - cardinality($3::text[]) - 1 as last
  ), saved as (
    insert into messages (user_id, chat_id, id, role, part_count, envelope, input_tokens, output_tokens, position)
    select chat.user_id, chat.id, given.id, given.role, part_count, envelope, input_tokens, output_tokens, last + place
    from chat, unnest($3::text[], $4::text[], $5::int[], $6::json[], $7::int[], $8::int[])
      with ordinality as given (id, role, part_count, envelope, input_tokens, output_tokens, place)
    on conflict (user_id, chat_id, id) do update set role = excluded.role, part_count = excluded.part_count,
      envelope = excluded.envelope, input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens
    returning 1
  ), written as (
    insert into parts (user_id, chat_id, message_id, position, type, tool_call_id, tool_name, tool_state, search_text, payload, words)
    select chat.user_id, chat.id, given.*, to_tsvector('simple', given.text) from chat, unnest($9::text[], $10::int[], $11::text[], $12::text[], $13::text[], $14::text[],
      $15::text[], $16::json[]) as given (id, position, type, call, tool, state, text, payload)
    on conflict (user_id, chat_id, message_id, position) do update set type = excluded.type,
      tool_call_id = excluded.tool_call_id, tool_name = excluded.tool_name, tool_state = excluded.tool_state,
      search_text = excluded.search_text, payload = excluded.payload, words = excluded.words
  )
  select version, (select count(*)::int from saved) as saved from chat`
