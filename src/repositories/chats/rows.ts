import type { AiOptionsRow, ChatsRow } from '../../../generated/rows.ts'
import type { Columns } from '../../query/index.ts'
import type { ChatMessage } from './messages/index.ts'

/** A conversation of a user with an assistant, without its messages. */
export interface Chat
  extends Columns<ChatsRow, 'userId' | 'title' | 'version' | 'activeStreamId' | 'createdAt' | 'updatedAt'> {
  /** A UUID, which the client may choose. */
  chatId: string
}

/** The columns of a Chat. */
export const CHAT = [
  'id as chatId',
  'user_id as userId',
  'title',
  'version',
  'active_stream_id as activeStreamId',
  'created_at as createdAt',
  'updated_at as updatedAt',
] as const

/**
 * A chat with its messages in order, all of them or the last ones. `before` is present if there are earlier messages: pass
 * it to load them.
 */
export type LoadedChat<M> = Chat & { messages: M[]; before?: number }

/**
 * A row that loading a chat returns: first the chat's own, then one for each message, then one for the parts of each
 * message. Rows of a few kilobytes reach the process while the server reads the next ones; a single value with all of them
 * takes twice as long.
 */
export type LoadedRow = { [Column in keyof Chat]: Chat[Column] | null } & {
  /** Of the message. */
  id: string | null
  role: ChatMessage['role'] | null
  position: number | null
  partCount: number | null
  /** The message's envelope, or its parts in order. */
  content: unknown
}

/** A chat that a search found. `messageId`, `role` and `snippet` are those of its best match. */
export interface ChatHit extends Columns<ChatsRow, 'title' | 'updatedAt'> {
  chatId: string
  /** Null if the title is the best match. */
  messageId: string | null
  role: ChatMessage['role'] | null
  /** About 160 characters around the words. */
  snippet: string
  /** The newest of the best matching messages, at most four; empty if only the title matches. */
  messages: MessageHit[]
}

/** A message that a search found. */
export interface MessageHit {
  messageId: string
  role: ChatMessage['role']
  /** About 160 characters around the words. */
  snippet: string
}

/** A message of a ChatHit, with the whole text of the part; no message if only the title matches. */
export interface ChatHitRow extends Columns<ChatsRow, 'title' | 'updatedAt'> {
  chatId: string
  messageId: string | null
  role: ChatMessage['role'] | null
  text: string | null
  /** Whether the title matches. */
  hasTitle: boolean
  relevance: number
}

/** Sums of tokens. */
export interface ChatUsage {
  inputTokens: number
  outputTokens: number
  /** Number of messages, including those without token counts. */
  messages: number
}

/** A tool call that waits for approval. */
export interface PendingApproval {
  chatId: string
  messageId: string
  /** The tool part, as the AI SDK defines it. */
  part: { type: string; toolCallId: string; state: string; [field: string]: unknown }
}

/** The options with which the model was called for a message. `null` means that the provider's default applied. */
export interface ModelOptions
  extends Columns<
    AiOptionsRow,
    'prompt' | 'maxTokens' | 'temperature' | 'topP' | 'frequencyPenalty' | 'presencePenalty'
  > {}

/** The columns of ModelOptions. */
export const OPTIONS = [
  'prompt',
  'max_tokens as maxTokens',
  'temperature',
  'top_p as topP',
  'frequency_penalty as frequencyPenalty',
  'presence_penalty as presencePenalty',
] as const
