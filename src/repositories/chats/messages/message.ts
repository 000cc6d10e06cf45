import { InvalidInputError, MessageTooLargeError } from '../../../errors/index.ts'
import { text } from '../../../input/index.ts'
import { searchWordsOf } from '../../../search/index.ts'
import type { FileStore } from '../../files/index.ts'
import { fileOf, type LargeFile, withoutUrl } from './files.ts'
import { searchTextOf } from './search-text.ts'

/** The structure that every message must have. The AI SDK's `UIMessage` has it, in any version. */
export interface ChatMessage {
  readonly id: string
  readonly role: 'system' | 'user' | 'assistant'
  readonly parts: readonly { readonly type: string }[]
}

/** A message as it is stored: JSON, and the values that statements query. */
export interface StoredMessage {
  readonly id: string
  readonly role: ChatMessage['role']
  /** The message as JSON, with 0 in place of its id, role and parts, so that the order of keys is preserved. */
  readonly envelope: string
  readonly parts: readonly StoredPart[]
  readonly inputTokens: number | null
  readonly outputTokens: number | null
}

/** A part of a message as it is stored. */
export interface StoredPart {
  readonly type: string
  readonly toolCallId: string | null
  readonly toolName: string | null
  readonly toolState: string | null
  /** Text that a search shows and finds. */
  readonly searchText: string | null
  /** Its words, a tsvector. */
  readonly searchWords: string | null
  /** The part as JSON; without the file if there is one. */
  readonly payload: string
  /** A file that must be put into the file store first. */
  readonly file: LargeFile | undefined
}

/** How a database stores messages. */
export interface MessageSettings {
  /** Maximum size of a message's JSON, without the files in the file store. */
  readonly maxBytes: number
  readonly fileStore: FileStore | undefined
}

const ROLES: readonly unknown[] = ['system', 'user', 'assistant']
const MAX_ID_LENGTH = 255
type Fields = Readonly<Record<string, unknown>>

/**
 * Converts messages of unknown origin to what is stored.
 *
 * @throws {InvalidInputError} a value is not a message, or two messages have the same id.
 * @throws {MessageTooLargeError} a message is larger than the settings allow.
 */
export function storeMessages(messages: unknown, settings: MessageSettings): StoredMessage[] {
  if (!Array.isArray(messages)) throw new InvalidInputError('messages', 'must be an array of messages')
  const seen = new Set<string>()
  return Array.from(messages, (message: unknown, index) => {
    const path = `messages[${index}]`
    const stored = storeMessage(message, path, settings)
    if (seen.has(stored.id))
      throw new InvalidInputError(`${path}.id`, 'must differ from the ids of the other messages')
    seen.add(stored.id)
    return stored
  })
}

function storeMessage(value: unknown, path: string, { maxBytes, fileStore }: MessageSettings): StoredMessage {
  const message = requireObject(value, path)
  const { id, role, parts } = message
  checkId(id, `${path}.id`)
  if (!ROLES.includes(role))
    throw new InvalidInputError(`${path}.role`, "must be one of 'system', 'user', 'assistant'")
  if (!Array.isArray(parts)) throw new InvalidInputError(`${path}.parts`, 'must be an array')
  const stored = Array.from(parts, (part: unknown, index) =>
    storePart(part, `${path}.parts[${index}]`, fileStore),
  )
  const envelope = stringify({ ...message, id: 0, role: 0, parts: 0 }, path)
  const bytes = stored.reduce(
    (sum, { payload }) => sum + Buffer.byteLength(payload),
    Buffer.byteLength(envelope),
  )
  if (bytes > maxBytes) throw new MessageTooLargeError(path, { messageId: id, bytes, maxBytes })
  const usage = usageOf(message.metadata)
  return { id, role: role as ChatMessage['role'], envelope, parts: stored, ...usage }
}

function storePart(value: unknown, path: string, fileStore: FileStore | undefined): StoredPart {
  const part = requireObject(value, path)
  const { type, toolCallId, toolName, state } = part
  if (typeof type !== 'string' || type === '') {
    throw new InvalidInputError(`${path}.type`, 'must be a string that is not empty')
  }
  const isTool = type.startsWith('tool-') || type === 'dynamic-tool'
  const searchText = searchTextOf(part, isTool)
  const file = fileStore && fileOf(part, fileStore)
  const name = type.startsWith('tool-') ? type.slice('tool-'.length) : toolName
  return {
    type: toStorable(type),
    // An invalid tool part is stored too, with any values in these fields.
    toolCallId: isTool ? toStorable(typeof toolCallId === 'string' ? toolCallId : '') : null,
    toolName: isTool && typeof name === 'string' ? toStorable(name) : null,
    toolState: isTool ? toStorable(typeof state === 'string' ? state : '') : null,
    searchText: searchText === '' ? null : toStorable(searchText),
    searchWords: searchText === '' ? null : searchWordsOf(searchText),
    payload: stringify(file ? withoutUrl(part) : part, path),
    file,
  }
}

/** Restores a message from its row and its parts. */
export function restoreMessage<M extends ChatMessage>(
  id: string,
  role: ChatMessage['role'],
  envelope: unknown,
  parts: unknown,
): M {
  // The keys exist in the envelope, so their order is preserved.
  return Object.assign(envelope as object, { id, role, parts }) as unknown as M
}

/** Returns an object as JSON.stringify sees it, with its `toJSON` applied. */
function requireObject(value: unknown, path: string): Fields {
  const hasToJson = typeof value === 'object' && value !== null && 'toJSON' in value
  const object: unknown = hasToJson ? JSON.parse(stringify(value, path) ?? 'null') : value
  if (typeof object === 'object' && object !== null && !Array.isArray(object)) return object as Fields
  throw new InvalidInputError(path, 'must be an object')
}

function stringify(value: unknown, path: string): string {
  try {
    return JSON.stringify(value)
  } catch (error) {
    const [reason] = (error as Error).message.split('\n')
    throw new InvalidInputError(path, `must be a value that JSON can represent (${reason})`, { cause: error })
  }
}

/** Checks an id. A text column, which holds it, can store neither NUL nor half of a surrogate pair. */
export function checkId(id: unknown, field: string): asserts id is string {
  const { length } = Array.from(text(id, field))
  if (length === 0) {
    throw new InvalidInputError(field, 'must not be empty: pass an id generator to the AI SDK')
  }
  if (length > MAX_ID_LENGTH) {
    throw new InvalidInputError(field, `must not be longer than ${MAX_ID_LENGTH} characters`)
  }
}

/** Replaces characters that a text column cannot store, in values that are only searched or filtered. */
function toStorable(text: string): string {
  return text.includes('\0') || !text.isWellFormed() ? text.replaceAll('\0', '\ufffd').toWellFormed() : text
}

/** The tokens as the AI SDK counts them, from where services store them: `metadata`, or its `usage` or `totalUsage`. */
function usageOf(metadata: unknown): { inputTokens: number | null; outputTokens: number | null } {
  const { usage, totalUsage, ...metadataItself } = (
    typeof metadata === 'object' && metadata !== null ? metadata : {}
  ) as Fields
  const counted = [totalUsage, usage, metadataItself].find(
    (each) => typeof each === 'object' && each !== null && ('inputTokens' in each || 'outputTokens' in each),
  ) as Fields | undefined
  return { inputTokens: readCount(counted?.inputTokens), outputTokens: readCount(counted?.outputTokens) }
}

function readCount(tokens: unknown): number | null {
  return Number.isInteger(tokens) && (tokens as number) >= 0 && (tokens as number) < 2 ** 31
    ? (tokens as number)
    : null
}
