import { sql } from '../../../kysely/index.ts'
import { raw, type Statement, statement } from '../../../query/index.ts'
import type { OwnedChat } from './owned-chat.ts'

/** Columns of the messages to save, and of their parts, as arrays of equal length. */
export interface SaveInput extends OwnedChat {
  ifVersion: number | null
  /** Id of a message: deletes this message and all later ones, except those being saved. */
  truncateFrom: string | null
  /** Whether to delete all messages except those being saved, and to put these into their order in `ids`. */
  replaces: boolean
  ids: string[]
  roles: string[]
  partCounts: number[]
  envelopes: string[]
  inputTokens: (number | null)[]
  outputTokens: (number | null)[]
  partMessageIds: string[]
  partPositions: number[]
  partTypes: string[]
  toolCallIds: (string | null)[]
  toolNames: (string | null)[]
  toolStates: (string | null)[]
  searchTexts: (string | null)[]
  searchWords: (string | null)[]
  payloads: string[]
  /** Names of the parts' files, null for other parts; null without a file store. */
  files: (string | null)[] | null
  /** Names that the chat must still have. */
  keptFiles: string[] | null
}

/**
 * Without a version, the user has no such chat; without a number of messages, the chat has this version, not the expected one;
 * with -1 nothing was saved, because a kept file is gone.
 */
export interface SaveOutcome {
  version: number | null
  saved: number | null
  /** Names of files that the user's messages refer to no more. */
  files: string[] | null
}

export const saveMessages: Statement<SaveInput, SaveOutcome> = statement(
  'chats.save',
  (_, $) =>
    raw<SaveOutcome>(sql`
    select version, saved, files from save_messages(${$.userId}, ${$.chatId}, ${$.ifVersion}, ${$.truncateFrom}, ${$.replaces},
      ${$.ids}, ${$.roles}, ${$.partCounts}, ${$.envelopes}, ${$.inputTokens}, ${$.outputTokens},
      ${$.partMessageIds}, ${$.partPositions}, ${$.partTypes}, ${$.toolCallIds}, ${$.toolNames}, ${$.toolStates},
      ${$.searchTexts}, ${$.searchWords}, ${$.payloads}, ${$.files}, ${$.keptFiles})`),
  { writes: true },
)
