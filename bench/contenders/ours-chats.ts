import type { BoundDatabase, Database } from '../../src/index.ts'
import { LAST_MESSAGES, type Message } from './chat.ts'
import { type ChatContender, LIMIT } from './contender.ts'

/** The operations on chats with this library. */
export const chatsOf = (db: Database | BoundDatabase): ChatContender => ({
  saveTurn: ({ chatId, userId, messages }) => db.chats.save(chatId, messages, { userId }),
  loadChat: ({ chatId, userId }) => db.chats.load<Message>(chatId, { userId }),
  loadLast: ({ chatId, userId }) => db.chats.load<Message>(chatId, { userId, limit: LAST_MESSAGES }),
  pageChats: async (userId) => (await db.chats.listByUser(userId, { limit: LIMIT })).items,
  // The other contenders find one message of each chat.
  searchChats: async ({ userId, words }) =>
    (await db.chats.search(userId, words, { limit: LIMIT })).items.map(({ messages: _, ...hit }) => hit),
})
