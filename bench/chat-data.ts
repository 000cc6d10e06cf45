import type pg from 'pg'
import { id, key, words } from './vocabulary.ts'

/** The number of users whose chats are listed and searched. Each has one long chat and several short ones. */
export const READERS = 100
const CHATS_OF_READER = 61
const READ = READERS * CHATS_OF_READER
/** The number of short chats to append to, each of a different user; more than callers, to avoid lock waits. */
export const APPENDED = 1_000
const CHATS = READ + APPENDED
/** The number of messages in a long chat, with four parts each. */
const LONG = 200
/** The number of messages in a short chat: one with a text, one with a step and a text. */
export const SHORT = 2

const TEXTS = 509
const MODEL = 'assistant-large-2'

/** Sentences of 200 to 600 characters. */
const texts = Array.from({ length: TEXTS }, (_, n) => {
  const pairs = Array.from({ length: 12 + (n % 19) }, (_, pair) =>
    words(n * 7919 + pair * (n % 89) * 13 + pair * 41),
  )
  return `${pairs.join(' and ')}.`
})

/** The index of a part's text, as an expression that is valid in JavaScript and in SQL. */
const place = (chat: number | string, message: number | string, part: number | string) =>
  `(${chat} * 131 + ${message} * 17 + ${part} * 5) % ${TEXTS}`
/** The n-th text. */
export const textAt = (n: number) => texts[n % TEXTS] as string

/** The n-th long chat and its owner. */
export const longChat = (n: number) => ({ chatId: id(n % READERS), userId: id(n % READERS) })
/** The n-th reader. */
export const readerOf = (n: number) => id(n % READERS)
/** Words of a text in the n-th long chat. */
export const wordsOf = (n: number) => {
  const [text = '', pair] = [textAt((n % READERS) * 131 + ((n % 7) + 1) * 17 + 15), 2 + (n % 5)]
  return (text.split(' and ')[pair] as string).toLowerCase()
}
/** The n-th chat to append to. */
export const shortChat = (n: number) => {
  const of = n % APPENDED
  return { chatId: id(READ + of), userId: id(READERS + of) }
}

const FIRST_APPENDED = id(READ)

const said = (part: number) => `to_json(($1::text[])[1 + ${place('chat', 'message', part)}])`

/** Parts in the AI SDK's format: a step, reasoning, a tool call and the answer. */
const LONG_PARTS = `
  (0, 'step-start', null, null, null, null, '{"type":"step-start"}'),
  (1, 'reasoning', null, null, null, said.thought #>> '{}', '{"type":"reasoning","text":' || said.thought || ',"state":"done"}'),
  (2, 'tool-searchCustomers', 'call_' || said.id, 'searchCustomers', 'output-available', null,
    '{"type":"tool-searchCustomers","toolCallId":"call_' || said.id || '","state":"output-available","input":{"query":"customer '
    || message || '","limit":3,"statuses":["active","prospect"]},"output":{"items":[' || said.items || '],"total":' || message + 3 || '}}'),
  (3, 'text', null, null, null, said.answer #>> '{}', '{"type":"text","text":' || said.answer || ',"state":"done"}')`

const SHORT_PARTS = `
  (0, 'text', null, null, null, said.thought #>> '{}', '{"type":"text","text":' || said.thought || '}'),
  (1, 'step-start', null, null, null, null, '{"type":"step-start"}'),
  (2, 'text', null, null, null, said.answer #>> '{}', '{"type":"text","text":' || said.answer || ',"state":"done"}')`

/** The owner of the n-th chat, in SQL. */
const ownerOf = (n: string) =>
  `case when ${n} < ${READ} then ${n} % ${READERS} else ${n} - ${READ - READERS} end`

const partsOf = (chats: string, count: number, parts: string, condition: string) => `
  insert into parts (user_id, chat_id, message_id, position, type, tool_call_id, tool_name, tool_state, search_text, words, payload)
  select ${key(ownerOf('chat'))}, ${key('chat')}, said.id, row_number() over (partition by chat, message order by part.position) - 1,
    part.type, part.call, part.tool, part.state, part.text, search_words(part.text), part.payload::json
  from ${chats} as chat, generate_series(0, ${count} - 1) as message,
    lateral (select ${MESSAGE_ID} as id, ${said(1)} as thought, ${said(3)} as answer,
      (select string_agg('{"id":' || n || ',"name":"Customer ' || message + n || ' Ltd","status":"active"}', ',')
       from generate_series(1, 3) as n) as items) as said,
    lateral (values ${parts}) as part (position, type, call, tool, state, text, payload)
  where ${condition}`

const MESSAGE_ID = `substr(md5(chat || ' ' || message), 1, 16)`
const ANSWERS = `message % 2 = 1`
const LONG_CHATS = `generate_series(0, ${READERS} - 1)`
const SHORT_CHATS = `generate_series(${READERS}, ${CHATS} - 1)`

const messagesOf = (chats: string, count: number, parts: string) => `
  insert into messages (user_id, chat_id, id, position, role, part_count, envelope, input_tokens, output_tokens)
  select ${key(ownerOf('chat'))}, ${key('chat')}, ${MESSAGE_ID}, message, case when ${ANSWERS} then 'assistant' else 'user' end, ${parts},
    (case when ${ANSWERS} then '{"id":0,"metadata":{"model":"${MODEL}","usage":{"inputTokens":' || 900 + message || ',"outputTokens":' || 200 + message || '}},"role":0,"parts":0}'
      else '{"id":0,"role":0,"parts":0}' end)::json,
    case when ${ANSWERS} then 900 + message end, case when ${ANSWERS} then 200 + message end
  from ${chats} as chat, generate_series(0, ${count} - 1) as message`

/** Fills the tables in a tenth of the time: indexes are built at the end and foreign keys are not checked. */
const FILL = [
  // The query of a search, as hand-written SQL makes it.
  `create function bench_query(words text) returns tsquery language sql immutable return
     (select string_agg('''' || word || ''':*', ' & ') from regexp_split_to_table(lower(words), '[^a-z0-9]+') as word where word <> '')::tsquery`,
  `create function bench_whole(words text) returns tsquery language sql immutable return
     (select string_agg('''' || word || '''', ' <-> ') from regexp_split_to_table(lower(words), '[^a-z0-9]+') as word where word <> '')::tsquery`,
  `set session_replication_role = replica`,
  `drop index parts_search_idx`,
  `insert into chats (id, user_id, title, next_position, created_at, updated_at)
   select ${key('n')}, ${key(ownerOf('n'))},
     ($1::text[])[1 + n % cardinality($1)] || ' ' || n, case when n < ${READERS} then ${LONG} else ${SHORT} end, at, at
   from generate_series(0, ${CHATS} - 1) as n, lateral (select now() - (${CHATS} - n) * interval '1 second' as at) as made`,
  messagesOf(LONG_CHATS, LONG, '4'),
  messagesOf(SHORT_CHATS, SHORT, '1 + message % 2'),
  partsOf(LONG_CHATS, LONG, LONG_PARTS, 'true'),
  partsOf(SHORT_CHATS, SHORT, SHORT_PARTS, `(part.position > 0) = (${ANSWERS})`),
  `create index parts_search_idx on parts using gin (user_id, words)`,
  // The table of services that store chats as documents.
  `create table bench_documents (
     id uuid primary key default uuidv7(), user_id uuid not null references users on delete cascade, title text,
     version integer not null default 0, active_stream_id text,
     created_at timestamptz(3) not null default now(), updated_at timestamptz(3) not null default now(),
     messages jsonb not null default '[]')`,
  `insert into bench_documents
   select id, user_id, title, version, active_stream_id, created_at, updated_at,
     (select jsonb_agg(${asMessage('messages')} order by messages.position) from messages where user_id = chats.user_id and chat_id = chats.id)
   from chats`,
  `create index on bench_documents (user_id, updated_at, id)`,
  `set session_replication_role = default`,
]

/** A message in the format of a document. */
function asMessage(message: string): string {
  return `(${message}.envelope::jsonb || jsonb_build_object('id', ${message}.id, 'role', ${message}.role, 'parts',
    (select coalesce(jsonb_agg(payload::jsonb order by position), '[]') from parts
     where user_id = ${message}.user_id and chat_id = ${message}.chat_id and message_id = ${message}.id)))`
}

/** Fills the tables of chats. */
export async function fillChats(client: pg.Client): Promise<void> {
  const titles = Array.from({ length: 199 }, (_, n) => words(n * 7))
  for (const text of FILL) {
    await client.query(text, text.includes('into chats') ? [titles] : text.includes('$1') ? [texts] : [])
  }
}

/** How a contender stores chats. */
export type ChatStore = 'rows' | 'documents'

/** The appended messages in both forms. */
export interface WrittenChats {
  messages?: object[]
  parts?: object[]
  chats?: object[]
  documents: object[]
}

/** The appended messages: as rows, byte for byte, and from both stores as jsonb. */
export async function writtenChats(client: pg.Client, store: ChatStore): Promise<WrittenChats> {
  const { rows } = await client.query<WrittenChats>(store === 'rows' ? WRITTEN_ROWS : WRITTEN_DOCUMENTS, [
    FIRST_APPENDED,
  ])
  return rows[0] as WrittenChats
}

const rowsOf = (rows: string) => `(select coalesce(json_agg(r order by r::text), '[]') from (${rows}) as r)`

const WRITTEN_ROWS = `select
  ${rowsOf(`select user_id, chat_id, id, position, role, part_count, envelope::text, input_tokens, output_tokens from messages
            where chat_id >= $1 and position >= ${SHORT}`)} as messages,
  ${rowsOf(`select parts.user_id, parts.chat_id, message_id, parts.position, type, tool_call_id, tool_name, tool_state, payload::text
            from parts join messages on messages.user_id = parts.user_id and messages.chat_id = parts.chat_id and messages.id = message_id
            where messages.chat_id >= $1 and messages.position >= ${SHORT}`)} as parts,
  ${rowsOf('select id, next_position from chats where id >= $1 and version > 0')} as chats,
  ${rowsOf(`select chats.id, version, (select jsonb_agg(${asMessage('messages')} order by position) from messages
              where user_id = chats.user_id and chat_id = chats.id and position >= ${SHORT}) as messages
            from chats where id >= $1 and version > 0`)} as documents`

const WRITTEN_DOCUMENTS = `select
  ${rowsOf(`select id, version, jsonb_path_query_array(messages, '$[${SHORT} to last]') as messages
            from bench_documents where id >= $1 and version > 0`)} as documents`

/** Deletes the appended messages. Returns the tables that contained any. */
export async function cleanChats(client: pg.Client): Promise<string[]> {
  const changed: string[] = []
  for (const [table, text] of CLEAN) {
    const { rowCount } = await client.query(text, [FIRST_APPENDED])
    if (rowCount) changed.push(table)
  }
  // Parts are deleted together with their messages.
  return changed.includes('messages') ? [...changed, 'parts'] : changed
}

const CLEAN = [
  ['messages', `delete from messages where chat_id >= $1 and position >= ${SHORT}`],
  ['chats', `update chats set version = 0, next_position = ${SHORT} where id >= $1 and version > 0`],
  [
    'bench_documents',
    `update bench_documents set version = 0, messages = jsonb_path_query_array(messages, '$[0 to ${SHORT - 1}]')
     where id >= $1 and version > 0`,
  ],
] as const
