import { type Hit, LAST_MESSAGES, lastOf, messageOf, messageRow, partRows } from './chat.ts'
import { FOUND_CHATS, hitsOf } from './chat-sql.ts'
import { type ChatContender, LIMIT } from './contender.ts'
import type { PrismaClient } from './prisma/client/client.ts'
import type { InputJsonObject } from './prisma/client/internal/prismaNamespace.ts'

/**
 * Loads a chat by `include` and saves a turn by `createMany`; the search and its words are raw SQL, because Prisma has no
 * tsvector. Prisma cannot upsert many rows, so saving a message again would need more than is measured here.
 */
export function chatsOf(prisma: PrismaClient): ChatContender {
  return {
    saveTurn: ({ chatId, userId, messages }) =>
      prisma.$transaction(async (tx) => {
        const { version, nextPosition } = await tx.chat.update({
          where: { userId_chatId: { userId, chatId } },
          data: { version: { increment: 1 }, nextPosition: { increment: messages.length } },
          select: { version: true, nextPosition: true },
        })
        const first = nextPosition - messages.length
        const { count } = await tx.message.createMany({
          data: messages.map((message, place) => ({
            userId,
            chatId,
            position: first + place,
            ...messageRow(message),
            envelope: messageRow(message).envelope as unknown as InputJsonObject,
          })),
        })
        await tx.part.createMany({
          data: partRows(messages).map((part) => ({
            userId,
            chatId,
            ...part,
            payload: part.payload as unknown as InputJsonObject,
          })),
        })
        await tx.$executeRaw`update parts set words = to_tsvector('simple', search_text)
          where user_id = ${userId}::uuid and chat_id = ${chatId}::uuid and message_id = any(${messages.map(({ id }) => id)})
            and search_text is not null`
        return { version, saved: count }
      }),

    loadChat: async ({ chatId, userId }) => {
      const { messages, ...chat } = await prisma.chat.findUniqueOrThrow({
        where: { userId_chatId: { userId, chatId } },
        omit: { nextPosition: true },
        include: { messages: { ...OF_MESSAGE, orderBy: { position: 'asc' } } },
      })
      return { ...chat, messages: messages.map(whole) }
    },
    loadLast: async ({ chatId, userId }) => {
      const { messages, ...chat } = await prisma.chat.findUniqueOrThrow({
        where: { userId_chatId: { userId, chatId } },
        omit: { nextPosition: true },
        include: { messages: { ...OF_MESSAGE, orderBy: { position: 'desc' }, take: LAST_MESSAGES + 1 } },
      })
      const { rows, ...before } = lastOf(messages)
      return { ...chat, messages: rows.map(whole), ...before }
    },
    pageChats: async (userId) => {
      const rows = await prisma.chat.findMany({
        where: { userId },
        omit: { nextPosition: true },
        orderBy: [{ updatedAt: 'desc' }, { chatId: 'desc' }],
        take: LIMIT + 1,
      })
      return rows.slice(0, LIMIT)
    },
    searchChats: async ({ userId, words }) =>
      hitsOf(
        await prisma.$queryRawUnsafe<Hit[]>(
          `${FOUND_CHATS.replace('= $1', '= $1::uuid')} ${LIMIT + 1}`,
          userId,
          words,
        ),
        words,
      ),
  }
}

const OF_MESSAGE = {
  select: {
    id: true,
    role: true,
    position: true,
    envelope: true,
    parts: { select: { payload: true }, orderBy: { position: 'asc' } },
  },
} as const

interface Loaded {
  id: string
  role: string
  position: number
  envelope: unknown
  parts: { payload: unknown }[]
}

const whole = ({ parts, ...message }: Loaded) =>
  messageOf(
    message,
    parts.map(({ payload }) => payload),
  )
