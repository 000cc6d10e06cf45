import { BOUNDS } from '../../../generated/catalog.ts'
import {
  fields,
  finiteNumberOf,
  integerOf,
  nullable,
  optional,
  searchWords,
  text,
  time,
  trueOrFalse,
  uuid,
  wholeNumber,
} from '../../input/index.ts'
import { type PageRequest, pageFields } from '../../query/index.ts'
import { type ChatMessage, checkId } from './messages/index.ts'
import type { Chat, ModelOptions } from './statements.ts'

/** Whose chat it is: another user's answers as one that does not exist. */
export interface ChatOwner {
  userId: string
}

export interface NewChat {
  /** A UUID, which the client may choose; default: a new one. */
  id?: string | undefined
  userId: string
  /** At most 255 characters. */
  title?: string | null | undefined
}

export interface ChatListRequest extends PageRequest {
  /** Words of the title, in any letter case, with or without accents. */
  search?: string | undefined
}

export interface ChatLoadRequest extends ChatOwner {
  /** How many messages, the last ones; 1 to 10 000; default all. */
  limit?: number | undefined
  /** The `before` of the part loaded last. */
  before?: number | undefined
}

export interface ChatReplaceRequest extends ChatOwner {
  /** The chat's version as the caller knows it; absent: whatever it is. */
  ifVersion?: number | undefined
}

export interface ChatSaveRequest extends ChatReplaceRequest {
  /** The id of a message: it goes, with those behind it, but for those saved. Nothing goes when it is not there. */
  truncateFrom?: string | undefined
}

export interface ChatTruncateRequest extends ChatOwner {
  /** Whether the message itself goes, too; default true. */
  inclusive?: boolean | undefined
}

export interface ChatForkRequest extends ChatOwner {
  /** The id of the last message to copy; default: all. */
  upTo?: string | undefined
  /** Of the new chat, a UUID. */
  id?: string | undefined
}

export interface StreamClaimRequest extends ChatOwner {
  /** The stream that must be active for the claim to hold; default null: none. */
  expect?: string | null | undefined
}

export interface ChatUsageRequest {
  userId?: string | undefined
  chatId?: string | undefined
  /** The first moment. */
  from?: Date | undefined
  /** The moment after the last. */
  to?: Date | undefined
}

/** Tokens; `messages` counts those without any, too. */
export interface ChatUsage {
  inputTokens: number
  outputTokens: number
  messages: number
}

/** A tool part as the AI SDK has it. */
export interface PendingApproval {
  chatId: string
  messageId: string
  part: { type: string; toolCallId: string; state: string; [field: string]: unknown }
}

export interface ChatPruneRequest {
  olderThan: Date
  /** Called after each batch. */
  onProgress?: ((progress: { deleted: number }) => void) | undefined
}

/** A chat that a search found, and where. */
export interface ChatHit {
  chatId: string
  title: string | null
  updatedAt: Date
  messageId: string
  role: ChatMessage['role']
  /** About 160 characters around the words. */
  snippet: string
}

/** What the model is called with; absent or null where the provider's default applies. */
export type GivenModelOptions = { [Name in keyof ModelOptions]?: ModelOptions[Name] | undefined }

/** A chat with its messages in order, or the last of them: then `before` asks for those that came before. */
export type LoadedChat<M> = Chat & { messages: M[]; before?: number }

/** Behind the last position that there can be. */
export const END = 2 ** 31 - 1

export const ownerFields = { userId: uuid }
export const readNewChat = fields<NewChat>({
  id: optional(uuid),
  userId: uuid,
  title: optional(nullable(text)),
})
export const readOwner = fields<ChatOwner>(ownerFields)
export const readLoadRequest = fields<ChatLoadRequest>({
  ...ownerFields,
  limit: optional(wholeNumber(1, 10_000)),
  before: optional(wholeNumber(0, END)),
})
const version = integerOf(BOUNDS.chats.version)

export const readReplaceRequest = fields<ChatReplaceRequest>({ ...ownerFields, ifVersion: optional(version) })
export const readSaveRequest = fields<ChatSaveRequest>({
  ...ownerFields,
  ifVersion: optional(version),
  truncateFrom: optional(messageId),
})
export const readTruncateRequest = fields<ChatTruncateRequest>({
  ...ownerFields,
  inclusive: optional(trueOrFalse),
})
export const readForkRequest = fields<ChatForkRequest>({
  ...ownerFields,
  upTo: optional(messageId),
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
const OPTIONS = BOUNDS.ai_options

export const readOptions = fields<GivenModelOptions>({
  prompt: optional(nullable(text)),
  maxTokens: optional(nullable(integerOf(OPTIONS.max_tokens))),
  temperature: optional(nullable(finiteNumberOf(OPTIONS.temperature))),
  topP: optional(nullable(finiteNumberOf(OPTIONS.top_p))),
  frequencyPenalty: optional(nullable(finiteNumberOf(OPTIONS.frequency_penalty))),
  presencePenalty: optional(nullable(finiteNumberOf(OPTIONS.presence_penalty))),
})
export const readListRequest = fields<ChatListRequest>({ ...pageFields, search: optional(searchWords) })
export const readPageRequest = fields<PageRequest>(pageFields)
export const readTitle = nullable(text)

export function messageId(value: unknown, field: string): string {
  checkId(value, field)
  return value
}
