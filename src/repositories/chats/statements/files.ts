import { type Statement, statement } from '../../../query/index.ts'
import type { OwnedChat } from './owned-chat.ts'

/** Names of the files of a chat. */
export const findFiles: Statement<OwnedChat, { file: string | null }> = statement(
  'chats.files',
  (query, $) =>
    query
      .selectFrom('parts')
      .select('file')
      .distinct()
      .where('user_id', '=', $.userId)
      .where('chat_id', '=', $.chatId)
      .where('file', 'is not', null),
  { isLong: true },
)
