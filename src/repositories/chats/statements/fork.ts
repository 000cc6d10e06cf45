import { sql } from '../../../kysely/index.ts'
import { raw, type Statement, statement } from '../../../query/index.ts'
import type { Chat } from '../rows.ts'
import type { OwnedChat } from './owned-chat.ts'

interface ForkInput extends OwnedChat {
  /** Id of the last message to copy; null copies all. */
  upTo: string | null
  /** Id of the new chat; null makes one. */
  id: string | null
}

/**
 * Creates a chat of the same user with a copy of the messages. Without an id: no such chat, or no such message. There is no
 * condition on it, because a sharded PostgreSQL sends a call without one to the node of the user.
 */
export const forkChat: Statement<ForkInput, { [Column in keyof Chat]: Chat[Column] | null }> = statement(
  'chats.fork',
  (_, $) =>
    raw<{ [Column in keyof Chat]: Chat[Column] | null }>(sql`
    select id as "chatId", user_id as "userId", title, version, active_stream_id as "activeStreamId",
      created_at as "createdAt", updated_at as "updatedAt"
    from fork_chat(${$.userId}, ${$.chatId}, ${$.upTo}, ${$.id})`),
  { writes: true },
)
