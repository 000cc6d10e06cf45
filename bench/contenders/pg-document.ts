import pg from 'pg'
import { LAST_MESSAGES } from './chat.ts'
import { CHAT, hitsOf } from './chat-sql.ts'
import { LIMIT, type Open } from './contender.ts'

/**
 * Stores each chat as one jsonb document, like many services, with hand-written pg. It guarantees less than the others:
 * jsonb neither keeps the order of keys nor duplicate keys (answers are compared without that order), an append does not
 * check whether the message exists, and no index supports the search.
 */
export const open: Open = async (url) => {
  const pool = new pg.Pool({ connectionString: url })

  async function rows<R>(name: string, text: string, values: unknown[]) {
    return (await pool.query({ name, text, values })).rows as R[]
  }

  return {
    saveTurn: async ({ chatId, userId, messages }) => {
      const [chat] = await rows<{ version: number }>(
        'saveTurn',
        `update bench_documents set messages = messages || $3::jsonb, version = version + 1, updated_at = now()
         where id = $1 and user_id = $2 returning version`,
        [chatId, userId, JSON.stringify(messages)],
      )
      return { ...chat, saved: messages.length }
    },
    loadChat: async ({ chatId, userId }) => {
      const text = `select ${CHAT}, messages from bench_documents where id = $1 and user_id = $2`
      return (await rows('loadChat', text, [chatId, userId]))[0]
    },
    loadLast: async ({ chatId, userId }) => {
      const [chat] = await rows<{ before: number }>(
        'loadLast',
        `select ${CHAT}, jsonb_path_query_array(messages, '$[last - ${LAST_MESSAGES - 1} to last]') as messages,
           jsonb_array_length(messages) - ${LAST_MESSAGES} as before
         from bench_documents where id = $1 and user_id = $2`,
        [chatId, userId],
      )
      const { before = 0, ...answer } = chat ?? {}
      return before > 0 ? { ...answer, before } : answer
    },
    pageChats: async (userId) => {
      const text = `select ${CHAT} from bench_documents where user_id = $1 order by updated_at desc, id desc limit $2`
      return (await rows('pageChats', text, [userId, LIMIT + 1])).slice(0, LIMIT)
    },
    searchChats: async ({ userId, words }) =>
      hitsOf(
        await rows(
          'searchChats',
          `select "chatId", title, "updatedAt", "messageId", role, text from (
             select distinct on (id) id as "chatId", title, updated_at as "updatedAt", message->>'id' as "messageId",
               message->>'role' as role, part->>'text' as text,
               search_words(part->>'text') @@ bench_whole($2) as relevance
             from bench_documents, jsonb_array_elements(messages) with ordinality as of_chat (message, place),
               jsonb_array_elements(message->'parts') as part
             where user_id = $1 and search_words(part->>'text') @@ bench_query($2)
             order by id, relevance desc, place desc
           ) as best order by relevance desc, "updatedAt" desc, "chatId" desc limit $3`,
          [userId, words, LIMIT + 1],
        ),
        words,
      ),

    close: () => pool.end(),
  }
}
