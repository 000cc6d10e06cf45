import type { NodePgDatabase } from 'drizzle-0.45/node-postgres'
import { type Hit, lastOf, type MessageRow, messageOf, messageRow, type OwnChat, partRows } from '../chat.ts'
import { hitsOf } from '../chat-sql.ts'
import { type ChatContender, LIMIT } from '../contender.ts'
import type { ChatTables } from './chat-tables.ts'
import type { Query } from './contender.ts'
import type { Library } from './tables.ts'

/** A chat as returned by relational queries. */
export interface ChatRow {
  messages: (MessageRow & { parts: { payload: unknown }[] })[]
}

/** Queries that differ between the two versions of Drizzle. */
export interface RelationalChats {
  loadChat($: OwnChat): Query<ChatRow | undefined>
  /** The newest messages first. */
  loadLast($: OwnChat): Query<ChatRow | undefined>
}

/** Converts a query to a function that is prepared, or builds the query at each call. */
export type Statement = <Values extends object, Row>(
  name: string,
  build: ($: Values) => Query<Row>,
) => (values: Values) => PromiseLike<Row>

interface Line {
  library: Library
  chatTables: ChatTables
  relationalChats: RelationalChats
  db: NodePgDatabase
  statement: Statement
}

/** Saves a turn in a transaction and loads a chat by a relational query. */
export function chatsOf({ library, chatTables, relationalChats, db, statement }: Line): ChatContender {
  const { and, desc, eq, getTableColumns, sql } = library.orm
  const { chats, messages, parts } = chatTables
  const { nextPosition: _, ...CHAT } = getTableColumns(chats)

  const loadChat = statement('loadChat', relationalChats.loadChat)
  const loadLast = statement('loadLast', relationalChats.loadLast)
  const pageChats = statement('pageChats', ($: { userId: string }) =>
    db
      .select(CHAT)
      .from(chats)
      .where(eq(chats.userId, $.userId))
      .orderBy(desc(chats.updatedAt), desc(chats.chatId))
      .limit(LIMIT + 1),
  )
  const searchChats = statement('searchChats', ($: { userId: string; words: string }): Query<Hit[]> => {
    const relevance = sql<boolean>`words @@ bench_whole(${$.words})`
    const best = db
      .selectDistinctOn([chats.chatId], {
        chatId: chats.chatId,
        title: chats.title,
        updatedAt: chats.updatedAt,
        messageId: sql<string>`${messages.id}`.as('message_id'),
        role: messages.role,
        text: sql<string>`${parts.searchText}`.as('found_text'),
        relevance: relevance.as('relevance'),
      })
      .from(chats)
      .innerJoin(parts, and(eq(parts.userId, chats.userId), eq(parts.chatId, chats.chatId)))
      .innerJoin(
        messages,
        and(
          eq(messages.userId, parts.userId),
          eq(messages.chatId, parts.chatId),
          eq(messages.id, parts.messageId),
        ),
      )
      .where(
        and(eq(chats.userId, $.userId), eq(parts.userId, $.userId), sql`words @@ bench_query(${$.words})`),
      )
      .orderBy(chats.chatId, sql`relevance desc`, desc(messages.position))
      .as('best')
    const { chatId, title, updatedAt, messageId, role, text } = best
    return db
      .select({ chatId, title, updatedAt, messageId, role, text })
      .from(best)
      .orderBy(desc(best.relevance), desc(updatedAt), desc(chatId))
      .limit(LIMIT + 1)
  })

  return {
    saveTurn: ({ chatId, userId, messages: given }) =>
      db.transaction(async (tx) => {
        const [chat] = await tx
          .update(chats)
          .set({
            version: sql`${chats.version} + 1`,
            nextPosition: sql`${chats.nextPosition} + ${given.length}`,
          })
          .where(and(eq(chats.userId, userId), eq(chats.chatId, chatId)))
          .returning({ version: chats.version, next: chats.nextPosition })
        if (!chat) throw new Error('The chat does not exist')
        const first = chat.next - given.length
        const saved = await tx
          .insert(messages)
          .values(
            given.map((message, place) => ({
              userId,
              chatId,
              position: first + place,
              ...messageRow(message),
            })),
          )
          .onConflictDoUpdate({
            target: [messages.userId, messages.chatId, messages.id],
            set: {
              role: sql`excluded.role`,
              partCount: sql`excluded.part_count`,
              envelope: sql`excluded.envelope`,
              inputTokens: sql`excluded.input_tokens`,
              outputTokens: sql`excluded.output_tokens`,
            },
          })
          .returning({ id: messages.id })
        await tx
          .insert(parts)
          .values(
            partRows(given).map((part) => ({
              userId,
              chatId,
              ...part,
              words: sql<string>`to_tsvector('simple', ${part.searchText}::text)`,
            })),
          )
          .onConflictDoUpdate({
            target: [parts.userId, parts.chatId, parts.messageId, parts.position],
            set: {
              type: sql`excluded.type`,
              toolCallId: sql`excluded.tool_call_id`,
              toolName: sql`excluded.tool_name`,
              toolState: sql`excluded.tool_state`,
              searchText: sql`excluded.search_text`,
              words: sql`excluded.words`,
              payload: sql`excluded.payload`,
            },
          })
        return { version: chat.version, saved: saved.length }
      }),

    loadChat: async (own) => {
      const { messages, ...chat } = existing(await loadChat(own))
      return { ...chat, messages: messages.map(whole) }
    },
    loadLast: async (own) => {
      const { messages, ...chat } = existing(await loadLast(own))
      const { rows, ...before } = lastOf(messages)
      return { ...chat, messages: rows.map(whole), ...before }
    },
    pageChats: async (userId) => (await pageChats({ userId })).slice(0, LIMIT),
    searchChats: async (asked) => hitsOf(await searchChats(asked), asked.words),
  }
}

function existing<T>(chat: T | undefined): T {
  if (!chat) throw new Error('The chat does not exist')
  return chat
}

const whole = ({ parts, ...message }: ChatRow['messages'][number]) =>
  messageOf(
    message,
    parts.map(({ payload }) => payload),
  )
