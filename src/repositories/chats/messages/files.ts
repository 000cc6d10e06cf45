import { createHash, randomBytes } from 'node:crypto'
import { ConstraintError, DatabaseError, SerializationError } from '../../../errors/index.ts'
import type { FileStore, Files, MovedFile } from '../../files/index.ts'

const DEFAULT_THRESHOLD = 65_536

type Part = Readonly<Record<string, unknown>>

/** A file of a part that is large enough for the file store. */
export interface LargeFile {
  /** SHA-256 of the data URL, in hexadecimal. */
  readonly hash: string
  readonly url: string
  readonly mediaType: unknown
}

/** A stored part whose file is in the file store: an array, unlike any other part, with 0 in place of the file. */
type PartWithoutFile = readonly [name: string, part: Part]

/** As the CHECK of the column `parts.file`: own SQL of an actor must not name files of others in a payload. */
const NAME = /^[0-9a-f]{64}-[0-9a-f]{16}$/

/** The key of a user's file. */
export function keyOf(userId: string, name: string): string {
  return `${userId.toLowerCase()}/${name}`
}

/** The file of a part, if it is large enough for the file store. */
export function fileOf(part: Part, { threshold = DEFAULT_THRESHOLD }: FileStore): LargeFile | undefined {
  const { type, url, mediaType } = part
  if (type !== 'file' && type !== 'reasoning-file') return undefined
  if (typeof url !== 'string' || url.length < threshold || !/^data:/i.test(url)) return undefined
  return { hash: createHash('sha256').update(url).digest('hex'), url, mediaType }
}

/** The names of files by their hashes: those that the chat already has, and new ones. */
export interface FileNames {
  readonly names: ReadonlyMap<string, string>
  /** Names that the chat must still have when the messages are saved. */
  readonly kept: readonly string[]
  /** To put into the store. */
  readonly added: readonly MovedFile[]
}

/** A new name is random, so that a file which is being deleted is never the one of a message that is being saved. */
export function nameFiles(
  userId: string,
  files: readonly LargeFile[],
  existing: readonly string[],
): FileNames {
  const known = new Map(existing.map((name) => [name.slice(0, name.indexOf('-')), name]))
  const names = new Map<string, string>()
  const kept: string[] = []
  const added: MovedFile[] = []
  for (const { hash, url, mediaType } of files) {
    if (names.has(hash)) continue
    const name = known.get(hash) ?? `${hash}-${randomBytes(8).toString('hex')}`
    names.set(hash, name)
    if (known.has(hash)) kept.push(name)
    else added.push({ key: keyOf(userId, name), url, mediaType })
  }
  return { names, kept, added }
}

/**
 * Puts files into the store, then saves, so that no saved message lacks its files. They are deleted again if nothing was
 * saved; if that is unknown, they remain.
 */
export async function saveWithFiles<T>(
  files: Files,
  added: readonly MovedFile[],
  save: () => Promise<T>,
): Promise<T> {
  const keys = added.map(({ key }) => key)
  const puts = await Promise.allSettled(added.map(async (file) => files.store?.put(file)))
  const failed = puts.find((put) => put.status === 'rejected')
  if (failed) {
    await files.delete(keys)
    throw failed.reason
  }
  try {
    return await save()
  } catch (error) {
    if (error instanceof ConstraintError || error instanceof SerializationError) await files.delete(keys)
    throw error
  }
}

/**
 * Puts files from the store back into the parts of a user's messages.
 *
 * @throws {DatabaseError} a part has a file in a file store, and the database was opened without one.
 */
export async function restoreFiles(
  userId: string,
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
    moved.map(async ({ parts, index, name, part }) => {
      const key = keyOf(userId, name)
      const url = NAME.test(name) ? await store.get(key) : undefined
      parts[index] = Object.assign(part, { url: url ?? `missing-file:${key}` })
    }),
  )
}

function fileReferenceOf(parts: readonly unknown[], stored: unknown, index: number) {
  if (!Array.isArray(stored)) return []
  const [name, part] = stored as unknown as PartWithoutFile
  return [{ parts: parts as unknown[], index, name, part }]
}

/** The JSON of a part as it is stored if its file is in the file store; `body` is that of `withoutUrl`. */
export function withName(name: string, body: string): string {
  return `["${name}",${body}]`
}

/** The part with 0 in place of its file. */
export function withoutUrl(part: Part): Part {
  return { ...part, url: 0 }
}
