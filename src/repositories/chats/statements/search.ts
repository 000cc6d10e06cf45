import { sql } from '../../../kysely/index.ts'
import { type List, list, type PageParameters, type Params, raw } from '../../../query/index.ts'
import type { SearchQuery } from '../../../search/index.ts'
import type { ChatHitRow } from '../rows.ts'

type Input = { userId: string; search: string; types: string[] }

/** Chats whose titles or messages match, each with the newest of its best messages. */
export const searchChats: List<Input, ChatHitRow> = list(
  'chats.search',
  [],
  { at: 'updated_at as updatedAt', id: 'id as chatId' },
  (_, input) => {
    const $ = input as Params<Input & SearchQuery & PageParameters>
    return raw<ChatHitRow>(sql`
      select chat_id as "chatId", title, updated_at as "updatedAt", has_title as "hasTitle",
        message_id as "messageId", role, text, relevance
      from search_chats(${$.userId}, ${$.search}, ${$.searchWhole}, ${$.searchRun}, ${$.types},
        ${$.behindRelevance}, ${$.behindAt}, ${$.behindId}, ${$.fetch})`)
  },
)
