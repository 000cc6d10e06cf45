import type { Hit } from './chat.ts'
import { LIMIT } from './contender.ts'

/** The columns of a chat in all hand-written SQL. */
export const CHAT = `id as "chatId", user_id as "userId", title, version, active_stream_id as "activeStreamId",
  created_at as "createdAt", updated_at as "updatedAt"`

/** A user's newest chats; a limit must be appended. */
export const NEWEST_CHATS = `select ${CHAT} from chats where user_id = $1 order by updated_at desc, id desc limit`

/** Finds each chat once, by its best part. The condition is that of the index `parts_search_idx`. */
const foundChats = (query: string, whole: string) => `
  select "chatId", title, "updatedAt", "messageId", role, text from (
    select distinct on (chats.id) chats.id as "chatId", title, updated_at as "updatedAt", messages.id as "messageId", role,
      search_text as text, words @@ ${whole} as relevance
    from chats
    join parts on parts.user_id = chats.user_id and parts.chat_id = chats.id
    join messages on messages.user_id = parts.user_id and messages.chat_id = parts.chat_id and messages.id = parts.message_id
    where chats.user_id = $1 and parts.words @@ ${query}
    order by chats.id, relevance desc, messages.position desc
  ) as best order by relevance desc, "updatedAt" desc, "chatId" desc limit`

/** Finds chats by words; a limit must be appended. */
export const FOUND_CHATS = foundChats('bench_query($2)', 'bench_whole($2)')
/** The same with subqueries, so that the query is made once and not for each row. */
export const FOUND_CHATS_TUNED = foundChats('(select bench_query($2))', '(select bench_whole($2))')

/** Converts the found rows to the answer that all contenders give. */
export const hitsOf = (found: Hit[], words: string) =>
  found.slice(0, LIMIT).map(({ text, ...hit }) => ({ ...hit, snippet: snippetOf(text, words) }))

/** About 160 characters around the words. */
function snippetOf(text: string, words: string): string {
  const from = Math.max(0, text.toLowerCase().indexOf(words.toLowerCase()) - 40)
  const to = from + 160
  return `${from > 0 ? '…' : ''}${text.slice(from, to).trim()}${to < text.length ? '…' : ''}`
}
