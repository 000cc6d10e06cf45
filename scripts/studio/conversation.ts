// cspell:ignore indexscan seqscan
import type pg from 'pg'
import { parseSearch, snippetOf } from '../../src/search/index.ts'

/** A chat in the list of chats; `snippet` and `messageId` where a search found it. */
export interface ChatEntry {
  readonly userId: string
  readonly chatId: string
  readonly title: string | null
  readonly user: string
  readonly updatedAt: string
  readonly messageId?: string
  readonly snippet?: string
}

/** A chat with its messages, in order. */
export interface Conversation {
  readonly title: string | null
  readonly user: string
  readonly messages: readonly ConversationMessage[]
  /** Whether the chat has more messages than are shown. */
  readonly hasMore: boolean
}

export interface ConversationMessage {
  readonly id: string
  readonly role: string
  readonly createdAt: string
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  /** The message without its parts, as JSON. */
  readonly envelope: string
  /** The parts, as JSON. */
  readonly parts: readonly string[]
}

const MOST_CHATS = 50
const MOST_MESSAGES = 500

/** The newest chats; with words, those in which all of them were said. Under a search_path of pg_catalog alone. */
export async function listChats(client: pg.ClientBase, search: string): Promise<ChatEntry[]> {
  if (search.trim() === '') {
    const { rows } = await client.query<ChatEntry>(`
      select c.user_id as "userId", c.id as "chatId", c.title, u.name as "user", c.updated_at::text as "updatedAt"
      from public.chats as c join public.users as u using (user_id)
      order by c.updated_at desc limit ${MOST_CHATS}`)
    return rows
  }
  const { rows } = await client.query<ChatEntry & { text: string }>(
    `select hit.user_id as "userId", hit.chat_id as "chatId", c.title, u.name as "user", c.updated_at::text as "updatedAt",
       hit.message_id as "messageId", hit.text
     from jsonb_to_recordset($1) as hit (user_id uuid, chat_id uuid, message_id text, text text)
       join public.chats as c on c.user_id = hit.user_id and c.id = hit.chat_id join public.users as u on u.user_id = hit.user_id`,
    [JSON.stringify(await findParts(client, parseSearch(search).search))],
  )
  return rows
    .map(({ text, ...entry }) => ({ ...entry, snippet: snippetOf(text, search) }))
    .sort((one, other) => other.updatedAt.localeCompare(one.updatedAt))
}

/** Parts in which words were said. Only the index of words is used: with a limit, a scan of the table looks cheaper, until nothing is found. */
async function findParts(client: pg.ClientBase, search: string): Promise<object[]> {
  await client.query('set local enable_seqscan = off; set local enable_indexscan = off')
  const { rows } = await client.query<object>(
    `select user_id, chat_id, message_id, left(search_text, 20000) as text from public.parts
     where words @@ $1::tsquery limit ${MOST_CHATS}`,
    [search],
  )
  await client.query('set local enable_seqscan = on; set local enable_indexscan = on')
  return rows
}

/** One chat; undefined if it does not exist. */
export async function readConversation(
  client: pg.ClientBase,
  { userId, chatId }: { userId: string; chatId: string },
): Promise<Conversation | undefined> {
  const { rows: chats } = await client.query<{ title: string | null; user: string }>(
    `select c.title, u.name as "user" from public.chats as c join public.users as u using (user_id)
     where c.user_id = $1 and c.id = $2`,
    [userId, chatId],
  )
  const [chat] = chats
  if (!chat) return undefined
  const { rows } = await client.query<ConversationMessage>(
    `select m.id, m.role, m.created_at::text as "createdAt", m.input_tokens as "inputTokens",
       m.output_tokens as "outputTokens", m.envelope::text as envelope,
       array(
         select p.payload::text from public.parts as p
         where p.user_id = m.user_id and p.chat_id = m.chat_id and p.message_id = m.id and p.position < m.part_count
         order by p.position
       ) as parts
     from public.messages as m where m.user_id = $1 and m.chat_id = $2
     order by m.position limit ${MOST_MESSAGES + 1}`,
    [userId, chatId],
  )
  return { ...chat, messages: rows.slice(0, MOST_MESSAGES), hasMore: rows.length > MOST_MESSAGES }
}
