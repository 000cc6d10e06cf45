import { sql } from '../../../kysely/index.ts'
import { raw, type Statement, statement } from '../../../query/index.ts'
import type { DeletedChats } from './chats.ts'
import type { OwnedChat } from './owned-chat.ts'

/** Number of users whose chats are read at once. */
const USERS = 500

/** Users in the order of their keys. */
export const findUsersAfter: Statement<{ userId: string }, { userId: string }> = statement(
  'chats.prune, users',
  (query, $) =>
    query
      .selectFrom('users')
      .select('user_id as userId')
      .where('user_id', '>', $.userId)
      .orderBy('user_id')
      .limit(sql.lit(USERS)),
  { isLong: true },
)

/**
 * The chats of users that have not changed since a time. No index begins with `updated_at`, because every save would write
 * to it; the index of the chat lists has the chats of each user in this order.
 */
export const findUnchangedChats: Statement<{ userIds: string[]; olderThan: Date }, OwnedChat> = statement(
  'chats.prune, chats',
  (_, $) =>
    raw<OwnedChat>(sql`
    select user_id as "userId", id as "chatId" from chats
    where user_id = any(${$.userIds}::uuid[]) and updated_at < ${$.olderThan}`),
  { isLong: true },
)

interface ChatsToDelete {
  userId: string
  chatIds: string[]
  olderThan: Date
}

/** Deletes chats of a user, except those that have changed meanwhile or are being changed. */
export const deleteUnchangedChats: Statement<ChatsToDelete, DeletedChats> = statement(
  'chats.prune',
  (_, $) =>
    raw<DeletedChats>(
      sql`select deleted, files from delete_chats(${$.userId}, ${$.chatIds}, ${$.olderThan})`,
    ),
  { writes: true },
)
