import { sql } from '../../../kysely/index.ts'
import { raw, type Statement, statement } from '../../../query/index.ts'
import type { OwnedChat } from './owned-chat.ts'

interface TruncateInput extends OwnedChat {
  messageId: string
  /** Whether the message itself is kept. */
  keepsIt: boolean
}

/** Without a version, the user has no such chat; without a number of messages, the chat has no such message. */
interface TruncateOutcome {
  version: number | null
  deleted: number | null
  /** Names of files that the user's messages refer to no more. */
  files: string[] | null
}

/** Deletes a message and all later ones, or only the later ones. */
export const truncateMessages: Statement<TruncateInput, TruncateOutcome> = statement(
  'chats.truncateFrom',
  (_, $) =>
    raw<TruncateOutcome>(sql`
    select version, deleted, files from truncate_messages(${$.userId}, ${$.chatId}, ${$.messageId}, ${$.keepsIt})`),
  { writes: true },
)
