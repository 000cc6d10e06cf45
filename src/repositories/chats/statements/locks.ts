import { type Statement, statement } from '../../../query/index.ts'
import type { OwnedChat } from './owned-chat.ts'

/** Precedes statements that must see what other sessions committed before it got the lock. */
export const lockChat: Statement<OwnedChat, { version: number }> = statement(
  'chats.lock',
  (query, $) =>
    query
      .selectFrom('chats')
      .select('version')
      .where('id', '=', $.chatId)
      .where('user_id', '=', $.userId)
      .forNoKeyUpdate(),
  { writes: true },
)

/** Shows whether a statement changed no row because the chat does not exist. */
export const findVersion: Statement<OwnedChat, { version: number }> = statement(
  'chats.findVersion',
  (query, $) =>
    query.selectFrom('chats').select('version').where('id', '=', $.chatId).where('user_id', '=', $.userId),
)
