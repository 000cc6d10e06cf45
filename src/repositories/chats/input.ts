import { BOUNDS } from '../../../generated/catalog.ts'
import type { AiOptionsRow } from '../../../generated/rows.ts'
import {
  fields,
  finiteNumberOf,
  integerOf,
  nullable,
  optional,
  type Reader,
  searchWords,
  text,
  time,
  trueOrFalse,
  uuid,
  wholeNumber,
} from '../../input/index.ts'
import { type OptionalColumns, type PageRequest, pageFields } from '../../query/index.ts'
import { checkId } from './messages/index.ts'

/** The owner of a chat. A chat owned by another user always behaves as if it did not exist. */
export interface ChatOwner {
  userId: string
}

/** A chat to create. */
export interface NewChat {
  /** A UUID, which the client may choose; default: a new one. */
  id?: string | undefined
  userId: string
  /** At most 255 characters. */
  title?: string | null | undefined
}

/** Which chats of a user to list. */
export interface ChatListRequest extends PageRequest {
  /**
   * Part of the title, in any letter case, with or without accents. A text of fewer than three characters matches the
   * beginning of a word.
   */
  search?: string | undefined
}

/** Which messages of a chat to load. */
export interface ChatLoadRequest extends ChatOwner {
  /** Number of messages, counted from the last one, 1 to 10 000; default all. */
  limit?: number | undefined
  /** The `before` of the chat as it was loaded last: loads earlier messages. */
  before?: number | undefined
}

/** How to replace the messages of a chat. */
export interface ChatReplaceRequest extends ChatOwner {
  /** The version of the chat that the caller has loaded. If it is absent, the version is not checked. */
  ifVersion?: number | undefined
}

/** How to save messages to a chat. */
export interface ChatSaveRequest extends ChatReplaceRequest {
  /** Id of a message. Deletes this message and all later ones, except those being saved. No-op if it does not exist. */
  truncateFrom?: string | undefined
}

/** How to truncate a chat. */
export interface ChatTruncateRequest extends ChatOwner {
  /** Whether the message itself is deleted; default true. */
  inclusive?: boolean | undefined
}

/** How to copy a chat. */
export interface ChatForkRequest extends ChatOwner {
  /** Id of the last message to copy; default: all messages are copied. */
  upTo?: string | undefined
  /** Id of the new chat, a UUID; default: a new one. */
  id?: string | undefined
}

/** When to claim the stream of a chat. */
export interface StreamClaimRequest extends ChatOwner {
  /** The stream that must be active for the claim to succeed; default null: no stream. */
  expect?: string | null | undefined
}

/** Which messages to sum the tokens of: those of a user, of a chat, or of a user's chat. */
export interface ChatUsageRequest {
  userId?: string | undefined
  chatId?: string | undefined
  /** Messages created at this time or later. */
  from?: Date | undefined
  /** Messages created before this time. */
  to?: Date | undefined
}

/** Which chats to delete. */
export interface ChatPruneRequest {
  /** Deletes the chats that were last changed before this time. */
  olderThan: Date
  /** Called after each batch. */
  onProgress?: ((progress: { deleted: number }) => void) | undefined
}

/** The options with which the model is called. Absent or null means that the provider's default applies. */
export interface GivenModelOptions
  extends OptionalColumns<
    AiOptionsRow,
    'prompt' | 'maxTokens' | 'temperature' | 'topP' | 'frequencyPenalty' | 'presencePenalty'
  > {}

/** Greater than every position of a message. */
export const END = 2 ** 31 - 1

export const readMessageId: Reader<string> = (value, field) => {
  checkId(value, field)
  return value
}

const ownerFields = { userId: uuid }
const version = integerOf(BOUNDS.chats.version)

export const readOwner = fields<ChatOwner>(ownerFields)
export const readNewChat = fields<NewChat>({
  id: optional(uuid),
  userId: uuid,
  title: optional(nullable(text)),
})
export const readTitle = nullable(text)
export const readListRequest = fields<ChatListRequest>({ ...pageFields, search: optional(searchWords) })
export const readPageRequest = fields<PageRequest>(pageFields)
export const readLoadRequest = fields<ChatLoadRequest>({
  ...ownerFields,
  limit: optional(wholeNumber(1, 10_000)),
  before: optional(wholeNumber(0, END)),
})
export const readReplaceRequest = fields<ChatReplaceRequest>({ ...ownerFields, ifVersion: optional(version) })
export const readSaveRequest = fields<ChatSaveRequest>({
  ...ownerFields,
  ifVersion: optional(version),
  truncateFrom: optional(readMessageId),
})
export const readTruncateRequest = fields<ChatTruncateRequest>({
  ...ownerFields,
  inclusive: optional(trueOrFalse),
})
export const readForkRequest = fields<ChatForkRequest>({
  ...ownerFields,
  upTo: optional(readMessageId),
  id: optional(uuid),
})
export const readClaimRequest = fields<StreamClaimRequest>({
  ...ownerFields,
  expect: optional(nullable(text)),
})
export const readUsageRequest = fields<ChatUsageRequest>({
  userId: optional(uuid),
  chatId: optional(uuid),
  from: optional(time),
  to: optional(time),
})
export const readModelOptions = fields<GivenModelOptions>({
  prompt: optional(nullable(text)),
  maxTokens: optional(nullable(integerOf(BOUNDS.ai_options.max_tokens))),
  temperature: optional(nullable(finiteNumberOf(BOUNDS.ai_options.temperature))),
  topP: optional(nullable(finiteNumberOf(BOUNDS.ai_options.top_p))),
  frequencyPenalty: optional(nullable(finiteNumberOf(BOUNDS.ai_options.frequency_penalty))),
  presencePenalty: optional(nullable(finiteNumberOf(BOUNDS.ai_options.presence_penalty))),
})
