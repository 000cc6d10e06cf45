import type { Library } from './tables.ts'

/** The Drizzle tables of chats. */
export type ChatTables = ReturnType<typeof chatTablesOf>

/** The tables of schema/3*.sql as Drizzle tables. */
export function chatTablesOf({ orm: { sql }, core }: Library) {
  const { integer, json, pgTable, primaryKey, text, timestamp, unique, uuid } = core
  const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 }).notNull().defaultNow()

  return {
    chats: pgTable(
      'chats',
      {
        userId: uuid('user_id').notNull(),
        chatId: uuid('id').notNull().default(sql`uuidv7()`),
        title: text('title'),
        nextPosition: integer('next_position').notNull().default(0),
        version: integer('version').notNull().default(0),
        activeStreamId: text('active_stream_id'),
        createdAt: time('created_at'),
        updatedAt: time('updated_at'),
      },
      (table) => [primaryKey({ columns: [table.userId, table.chatId] })],
    ),
    messages: pgTable(
      'messages',
      {
        userId: uuid('user_id').notNull(),
        chatId: uuid('chat_id').notNull(),
        id: text('id').notNull(),
        position: integer('position').notNull(),
        role: text('role').notNull(),
        partCount: integer('part_count').notNull(),
        envelope: json('envelope').notNull(),
        inputTokens: integer('input_tokens'),
        outputTokens: integer('output_tokens'),
        createdAt: time('created_at'),
      },
      (table) => [
        primaryKey({ columns: [table.userId, table.chatId, table.id] }),
        unique().on(table.userId, table.chatId, table.position),
      ],
    ),
    parts: pgTable(
      'parts',
      {
        userId: uuid('user_id').notNull(),
        chatId: uuid('chat_id').notNull(),
        messageId: text('message_id').notNull(),
        position: integer('position').notNull(),
        type: text('type').notNull(),
        toolCallId: text('tool_call_id'),
        toolName: text('tool_name'),
        toolState: text('tool_state'),
        searchText: text('search_text'),
        // A tsvector, which Drizzle has no type for: written by an expression, never read.
        words: text('words'),
        payload: json('payload').notNull(),
      },
      (table) => [primaryKey({ columns: [table.userId, table.chatId, table.messageId, table.position] })],
    ),
  }
}
