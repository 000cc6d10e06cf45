import { InvalidInputError, MessageTooLargeError } from '../../../errors/index.ts'
import { type FileStore, fileOf, type MovedFile, withoutFile } from './files.ts'

/** What the store asks of a message: the AI SDK's `UIMessage`, of any version, is one. */
export interface ChatMessage {
  readonly id: string
  readonly role: 'system' | 'user' | 'assistant'
  readonly parts: readonly { readonly type: string }[]
}

/** A message as it is stored: JSON, and what of it is queried. */
export interface StoredMessage {
  readonly id: string
  readonly role: ChatMessage['role']
  /** The message with 0 in place of its id, role and parts: absent keys and the order of keys stay as they were. */
  readonly envelope: string
  readonly parts: readonly StoredPart[]
  readonly inputTokens: number | null
  readonly outputTokens: number | null
}

export interface StoredPart {
  readonly type: string
  readonly toolCallId: string | null
  readonly toolName: string | null
  readonly toolState: string | null
  readonly searchText: string | null
  readonly payload: string
  /** To be put into the file store first; the payload has its key. */
  readonly file: MovedFile | undefined
}

/** What a database does with messages. */
export interface MessageSettings {
  /** Of a message's JSON, without the files that go to the store. */
  readonly maxBytes: number
  readonly fileStore: FileStore | undefined
}

const ROLES: readonly unknown[] = ['system', 'user', 'assistant']
const LONGEST_ID = 255
/** What a search looks at, in characters of one part; more would make its index larger than the chats. */
const LONGEST_SEARCH_TEXT = 20_000

type Fields = Readonly<Record<string, unknown>>

/** Messages that nobody has seen before; their ids differ. */
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

function storeMessage(given: unknown, path: string, { maxBytes, fileStore }: MessageSettings): StoredMessage {
  const message = plain(given, path)
  const { id, role, parts } = message
  checkId(id, `${path}.id`)
  if (!ROLES.includes(role))
    throw new InvalidInputError(`${path}.role`, "must be one of 'system', 'user', 'assistant'")
  if (!Array.isArray(parts)) throw new InvalidInputError(`${path}.parts`, 'must be an array')
  const stored = Array.from(parts, (part: unknown, index) =>
    storePart(part, `${path}.parts[${index}]`, fileStore),
  )
  const envelope = json({ ...message, id: 0, role: 0, parts: 0 }, path)
  const bytes = stored.reduce(
    (sum, { payload }) => sum + Buffer.byteLength(payload),
    Buffer.byteLength(envelope),
  )
  if (bytes > maxBytes) throw new MessageTooLargeError(path, { messageId: id, bytes, maxBytes })
  const usage = usageOf(message.metadata)
  return { id, role: role as ChatMessage['role'], envelope, parts: stored, ...usage }
}

function storePart(given: unknown, path: string, fileStore: FileStore | undefined): StoredPart {
  const part = plain(given, path)
  const { type, toolCallId, toolName, state, text } = part
  if (typeof type !== 'string' || type === '') {
    throw new InvalidInputError(`${path}.type`, 'must be a string that is not empty')
  }
  const isTool = type.startsWith('tool-') || type === 'dynamic-tool'
  const isText = (type === 'text' || type === 'reasoning') && typeof text === 'string' && text !== ''
  const file = fileStore && fileOf(part, fileStore)
  const name = type.startsWith('tool-') ? type.slice('tool-'.length) : toolName
  return {
    type: storable(type),
    // A part that only looks like a tool's is kept as well, whatever it has in their place.
    toolCallId: isTool ? storable(typeof toolCallId === 'string' ? toolCallId : '') : null,
    toolName: isTool && typeof name === 'string' ? storable(name) : null,
    toolState: isTool ? storable(typeof state === 'string' ? state : '') : null,
    searchText: isText ? storable(text.slice(0, LONGEST_SEARCH_TEXT)) : null,
    payload: json(file ? withoutFile(part, file) : part, path),
    file,
  }
}

/** The message of its row, the same that was stored. */
export function restoreMessage<M extends ChatMessage>(
  id: string,
  role: ChatMessage['role'],
  envelope: unknown,
  parts: unknown,
): M {
  // Assigned to keys that are there already: their order stays.
  return Object.assign(envelope as object, { id, role, parts }) as unknown as M
}

/** An object as JSON sees it. */
function plain(given: unknown, path: string): Fields {
  const hasToJson = typeof given === 'object' && given !== null && 'toJSON' in given
  const value: unknown = hasToJson ? JSON.parse(json(given, path) ?? 'null') : given
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new InvalidInputError(path, 'must be an object')
}

function json(value: unknown, path: string): string {
  try {
    return JSON.stringify(value)
  } catch (error) {
    throw new InvalidInputError(
      path,
      `must be a value that JSON can represent (${(error as Error).message})`,
      {
        cause: error,
      },
    )
  }
}

/** Ids are keys, in text columns: those can hold neither NUL nor half of a surrogate pair. */
export function checkId(id: unknown, field: string): asserts id is string {
  if (typeof id !== 'string') throw new InvalidInputError(field, 'must be a string')
  if (id === '') {
    throw new InvalidInputError(field, 'must not be empty: pass an id generator to the AI SDK')
  }
  if (Array.from(id).length > LONGEST_ID) {
    throw new InvalidInputError(field, `must not be longer than ${LONGEST_ID} characters`)
  }
  if (id.includes('\0')) throw new InvalidInputError(field, 'must not contain the character NUL')
  if (!id.isWellFormed()) throw new InvalidInputError(field, 'must not contain half of a surrogate pair')
}

/** As a text column can hold it; what is stored so is only searched or filtered by. */
function storable(text: string): string {
  return text.includes('\0') || !text.isWellFormed() ? text.replaceAll('\0', '\ufffd').toWellFormed() : text
}

/** Tokens as the AI SDK counts them, where the service puts them: `metadata`, or its `usage` or `totalUsage`. */
function usageOf(metadata: unknown): { inputTokens: number | null; outputTokens: number | null } {
  const { usage, totalUsage, ...own } = (
    typeof metadata === 'object' && metadata !== null ? metadata : {}
  ) as Fields
  const counted = [totalUsage, usage, own].find(
    (each) => typeof each === 'object' && each !== null && ('inputTokens' in each || 'outputTokens' in each),
  ) as Fields | undefined
  return { inputTokens: count(counted?.inputTokens), outputTokens: count(counted?.outputTokens) }
}

function count(tokens: unknown): number | null {
  return Number.isInteger(tokens) && (tokens as number) >= 0 && (tokens as number) < 2 ** 31
    ? (tokens as number)
    : null
}
