import { snippetOf } from '../../search/index.ts'
import type { ChatHit, ChatHitRow, MessageHit } from './rows.ts'

/** The types of parts, as patterns of LIKE, that a search includes on request. */
export const PART_TYPES = { tools: ['tool-%', 'dynamic-tool'], files: ['file'] } as const

/** Words that follow each other in a message, which rank above a title. */
const RUN = 4

/** Makes hits of the matches of chats, in their order; each keeps the relevance of its best match. */
export function toHits(rows: readonly ChatHitRow[], search: string): (ChatHit & { relevance: number })[] {
  const hits = new Map<string, ChatHit & { relevance: number }>()
  for (const { text, messageId, role, hasTitle, ...chat } of rows) {
    const message: MessageHit | undefined =
      messageId === null || role === null
        ? undefined
        : { messageId, role, snippet: snippetOf(text ?? '', search) }
    const known = hits.get(chat.chatId)
    if (known) {
      if (message) known.messages.push(message)
      continue
    }
    const best =
      message && !(hasTitle && chat.relevance < RUN)
        ? message
        : { messageId: null, role: null, snippet: snippetOf(chat.title ?? '', search) }
    hits.set(chat.chatId, { ...chat, ...best, messages: message ? [message] : [] })
  }
  return [...hits.values()]
}
