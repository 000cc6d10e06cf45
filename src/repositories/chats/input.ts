import { BOUNDS } from '../../../generated/catalog.ts'
import type { AiOptionsRow } from '../../../generated/rows.ts'
import { InvalidInputError } from '../../errors/index.ts'
import {
  callable,
  fields,
  finiteNumberOf,
  integerOf,
  listOf,
  nullable,
  oneOf,
  optional,
  type Reader,
  searchWords,
  text,
  time,
  trueOrFalse,
  uuid,
  wholeNumber,
} from '../../input/index.ts'
import {
  type OptionalColumns,
  type OrderRequest,
  orderFields,
  type PageRequest,
  pageFields,
} from '../../query/index.ts'
import { checkId } from './messages/index.ts'
import type { CHAT_OFFERS } from './offers.ts'
import type { Chat } from './rows.ts'

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
export interface ChatListRequest extends PageRequest, OrderRequest<typeof CHAT_OFFERS, Chat> {
  /**
   * Words that must all occur, in any order, each as the beginning of a word; words in quotes occur as they are, one behind
   * the other. Letter case, accents and punctuation do not matter. The title is searched. The first 200 characters and 10 words are read.
   */
  search?: string | undefined
}

/** How to search the chats of a user. */
export interface ChatSearchRequest extends PageRequest {
  /** Also searches the inputs and outputs of tools, and the names of files; default only titles, text and reasoning. */
  include?: readonly ('tools' | 'files')[] | undefined
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

/** Which messages of a user to sum the tokens of. */
export interface UsageRequest {
  /** Messages created at this time or later. */
  from?: Date | undefined
  /** Messages created before this time. */
  to?: Date | undefined
}

/** Which messages of a chat to sum the tokens of. */
export interface ChatUsageRequest extends ChatOwner, UsageRequest {}

/** Which chats to delete. */
export interface ChatPruneRequest {
  /** Deletes the chats that were last changed before this time, which must not be in the future. */
  olderThan: Date
  /** Whether to count the chats and delete none; default false. */
  dryRun?: boolean | undefined
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
export const readListRequest = fields<ChatListRequest>({
  ...orderFields,
  ...pageFields,
  search: optional(searchWords),
})
export const readSearchRequest = fields<ChatSearchRequest>({
  ...pageFields,
  include: optional(listOf(oneOf(['tools', 'files']))),
})
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
const spanFields = { from: optional(time), to: optional(time) }
export const readUsageRequest = fields<UsageRequest>(spanFields)
export const readChatUsageRequest = fields<ChatUsageRequest>({ ...ownerFields, ...spanFields })
const readPruneFields = fields<ChatPruneRequest>({
  olderThan: time,
  dryRun: optional(trueOrFalse),
  onProgress: optional(callable<NonNullable<ChatPruneRequest['onProgress']>>),
})
export const readPruneRequest: Reader<ChatPruneRequest> = (value, field) => {
  const request = readPruneFields(value, field)
  if (request.olderThan.getTime() > Date.now()) {
    throw new InvalidInputError('olderThan', 'must not be in the future')
  }
  return request
}
export const readModelOptions = fields<GivenModelOptions>({
  prompt: optional(nullable(text)),
  maxTokens: optional(nullable(integerOf(BOUNDS.ai_options.max_tokens))),
  temperature: optional(nullable(finiteNumberOf(BOUNDS.ai_options.temperature))),
  topP: optional(nullable(finiteNumberOf(BOUNDS.ai_options.top_p))),
  frequencyPenalty: optional(nullable(finiteNumberOf(BOUNDS.ai_options.frequency_penalty))),
  presencePenalty: optional(nullable(finiteNumberOf(BOUNDS.ai_options.presence_penalty))),
})
