import { createHash } from 'node:crypto'
import { DatabaseError, InvalidInputError } from '../../../errors/index.ts'
import { optional, type Reader, wholeNumber } from '../../../input/index.ts'

/** A store for large files of messages, outside the database. */
export interface FileStore {
  /** Files whose data URLs have at least this many characters are put into the store; default 65 536. */
  readonly threshold?: number | undefined
  /**
   * Stores a file under its key. Called before the message is saved, and again whenever it is saved again; the same key
   * always has the same content. If saving the message fails, the file remains in the store.
   */
  put(file: MovedFile): Promise<void>
  /** Returns the `url` of the loaded message: the data URL that was put there, so that the message is unchanged. */
  get(key: string): Promise<string>
}

/** A file to put into a file store. */
export interface MovedFile {
  /** SHA-256 of the data URL, in hexadecimal. */
  readonly key: string
  readonly url: string
  readonly mediaType: unknown
}

const DEFAULT_THRESHOLD = 65_536

/** Reads a file store: an object of any class with its methods. */
export const readFileStore: Reader<FileStore> = (value, field) => {
  const { put, get, threshold } = Object(value) as Partial<FileStore>
  if (typeof put !== 'function' || typeof get !== 'function') {
    throw new InvalidInputError(field, 'must be an object with the methods put and get')
  }
  optional(wholeNumber(0, 2 ** 31 - 1))(threshold, `${field}.threshold`)
  return value as FileStore
}

type Part = Readonly<Record<string, unknown>>

/** A stored part whose file is in the file store: an array, unlike any other part, with 0 in place of the file. */
type PartWithoutFile = readonly [key: string, part: Part]

/** The file of a part, if it is large enough for the file store. */
export function fileOf(part: Part, { threshold = DEFAULT_THRESHOLD }: FileStore): MovedFile | undefined {
  const { type, url, mediaType } = part
  if (type !== 'file' && type !== 'reasoning-file') return undefined
  if (typeof url !== 'string' || url.length < threshold || !/^data:/i.test(url)) return undefined
  return { key: createHash('sha256').update(url).digest('hex'), url, mediaType }
}

/** The part as it is stored if its file is in the file store. */
export function withoutFile(part: Part, { key }: MovedFile): PartWithoutFile {
  return [key, { ...part, url: 0 }]
}

/** Puts files into the store. This happens before the messages are saved, so that no saved message lacks its files. */
export async function keepFiles(
  messages: readonly { parts: readonly { file: MovedFile | undefined }[] }[],
  store: FileStore | undefined,
): Promise<void> {
  if (!store) return
  const files = messages.flatMap(({ parts }) => parts.flatMap(({ file }) => file ?? []))
  await Promise.all(files.map((file) => store.put(file)))
}

/**
 * Puts files from the store back into the parts of messages.
 *
 * @throws {DatabaseError} a part has a file in a file store, and the database was opened without one.
 */
export async function restoreFiles(
  messages: readonly { parts: readonly unknown[] }[],
  store: FileStore | undefined,
): Promise<void> {
  const moved = messages.flatMap(({ parts }) =>
    parts.flatMap((part, index) => fileReferenceOf(parts, part, index)),
  )
  if (moved.length === 0) return
  if (!store) {
    throw new DatabaseError(
      'A file of this chat is in a file store: open the database with the `fileStore` that put it there.',
    )
  }
  await Promise.all(
    moved.map(async ({ parts, index, key, part }) => {
      parts[index] = Object.assign(part, { url: await store.get(key) })
    }),
  )
}

function fileReferenceOf(parts: readonly unknown[], stored: unknown, index: number) {
  if (!Array.isArray(stored)) return []
  const [key, part] = stored as [string, Part]
  return [{ parts: parts as unknown[], index, key, part }]
}
