import { createHash } from 'node:crypto'
import { DatabaseError, InvalidInputError } from '../../../errors/index.ts'
import { optional, type Reader, wholeNumber } from '../../../input/index.ts'

/** Where large files of messages are kept, in place of the database. */
export interface FileStore {
  /** Length of a data URL, in characters, from which a file goes to the store; default 65 536. */
  readonly threshold?: number | undefined
  /**
   * Keeps a file under its key, before the message is saved. Called again when a message is saved again: the same key
   * always has the same content. What is saved for a message that is then refused stays in the store.
   */
  put(file: MovedFile): Promise<void>
  /** What the message gets back as its `url`: the data URL that was put there, to keep messages as they were. */
  get(key: string): Promise<string>
}

export interface MovedFile {
  /** The SHA-256 of the data URL, in hexadecimal. */
  readonly key: string
  readonly url: string
  readonly mediaType: unknown
}

const THRESHOLD = 65_536

/** An object of any class; its methods are called on it. */
export const readFileStore: Reader<FileStore> = (value, field) => {
  const { put, get, threshold } = Object(value) as Partial<FileStore>
  if (typeof put !== 'function' || typeof get !== 'function') {
    throw new InvalidInputError(field, 'must be an object with the methods put and get')
  }
  optional(wholeNumber(0, 2 ** 31 - 1))(threshold, `${field}.threshold`)
  return value as FileStore
}

type Part = Readonly<Record<string, unknown>>

/** A part as it is stored if its file goes elsewhere: an array, as no part is, with 0 in place of the file. */
type Moved = readonly [key: string, part: Part]

/** The file of a part that is large enough to go to the store. */
export function fileOf(part: Part, { threshold = THRESHOLD }: FileStore): MovedFile | undefined {
  const { type, url, mediaType } = part
  if (type !== 'file' && type !== 'reasoning-file') return undefined
  if (typeof url !== 'string' || url.length < threshold || !/^data:/i.test(url)) return undefined
  return { key: createHash('sha256').update(url).digest('hex'), url, mediaType }
}

export function withoutFile(part: Part, { key }: MovedFile): Moved {
  return [key, { ...part, url: 0 }]
}

/** Before the messages are saved, so that no saved message lacks its files. */
export async function keepFiles(
  messages: readonly { parts: readonly { file: MovedFile | undefined }[] }[],
  store: FileStore | undefined,
): Promise<void> {
  if (!store) return
  const files = messages.flatMap(({ parts }) => parts.flatMap(({ file }) => file ?? []))
  await Promise.all(files.map((file) => store.put(file)))
}

/** Puts files back into the parts of messages. */
export async function restoreFiles(
  messages: readonly { parts: readonly unknown[] }[],
  store: FileStore | undefined,
): Promise<void> {
  const moved = messages.flatMap(({ parts }) => parts.flatMap((part, place) => waiting(parts, part, place)))
  if (moved.length === 0) return
  if (!store) {
    throw new DatabaseError(
      'A file of this chat is in a file store: open the database with the `fileStore` that put it there.',
    )
  }
  await Promise.all(
    moved.map(async ({ parts, place, key, part }) => {
      parts[place] = Object.assign(part, { url: await store.get(key) })
    }),
  )
}

function waiting(parts: readonly unknown[], given: unknown, place: number) {
  if (!Array.isArray(given)) return []
  const [key, part] = given as [string, Part]
  return [{ parts: parts as unknown[], place, key, part }]
}
