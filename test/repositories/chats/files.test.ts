import { describe, expect } from 'vitest'
import {
  type ChatMessage,
  DatabaseError,
  type FileStore,
  InvalidInputError,
  MessageTooLargeError,
  type MovedFile,
} from '../../../src/index.ts'
import { test } from '../../support/database.ts'
import { aUser, caught } from '../../support/factories.ts'

const url = (length: number, letter = 'A') => `data:image/png;base64,${letter.repeat(length)}`
const files = (id: string, ...urls: unknown[]) =>
  ({
    id,
    role: 'user',
    parts: urls.map((url, n) => ({
      type: n % 2 ? 'reasoning-file' : 'file',
      url,
      mediaType: 'image/png',
      n,
    })),
  }) as unknown as ChatMessage

/** A store in the way of a service, and its contents. */
class Shelf implements FileStore {
  readonly threshold = 1_000
  readonly kept = new Map<string, MovedFile>()
  puts = 0

  async put(file: MovedFile) {
    this.puts += 1
    this.kept.set(file.key, file)
  }

  async get(key: string) {
    return this.kept.get(key)?.url
  }
}

describe('a message that is too large', () => {
  test('is rejected with its name, and nothing is saved', async ({ openAnother }) => {
    const db = openAnother({ maxMessageBytes: 2_000 })
    const { userId } = await db.users.create(aUser())
    const { chatId } = await db.chats.create({ userId })

    const error = await caught(
      db.chats.save(chatId, [files('small', url(100)), files('large', url(2_000))], { userId }),
    )

    expect(error).toBeInstanceOf(MessageTooLargeError)
    expect(error).toBeInstanceOf(InvalidInputError)
    expect(error).toMatchObject({ field: 'messages[1]', messageId: 'large', maxBytes: 2_000 })
    expect((error as MessageTooLargeError).bytes).toBeGreaterThan(2_000)
    expect(await db.chats.load(chatId, { userId })).toMatchObject({ messages: [], version: 0 })
  })

  test('is measured in bytes, not characters', async ({ openAnother }) => {
    const db = openAnother({ maxMessageBytes: 1_000 })
    const { userId } = await db.users.create(aUser())
    const { chatId } = await db.chats.create({ userId })
    const words = (text: string) => [{ id: 'm', role: 'user' as const, parts: [{ type: 'text', text }] }]

    await db.chats.save(chatId, words('a'.repeat(900)), { userId })
    expect(await caught(db.chats.save(chatId, words('語'.repeat(900)), { userId }))).toBeInstanceOf(
      MessageTooLargeError,
    )
  })
})

describe('a file store', () => {
  test('stores large files and restores them in their positions', async ({ openAnother }) => {
    const fileStore = new Shelf()
    const db = openAnother({ fileStore, maxMessageBytes: 4_000 })
    const { userId } = await db.users.create(aUser())
    const { chatId } = await db.chats.create({ userId })
    const messages = [
      files('m', url(5_000), url(9_000, 'B'), url(10), 'https://example.test/a.png', 0, undefined),
      files('again', url(5_000)),
      // Parts that clients could send to access the files of others.
      files('forged', [...fileStore.kept.keys()][0], ['key', { type: 'file', url: 0 }]),
    ]

    expect(await db.chats.save(chatId, messages, { userId })).toMatchObject({ saved: 3 })
    expect(await db.chats.save(chatId, messages, { userId })).toMatchObject({ saved: 0 })

    expect([...fileStore.kept.values()].map(({ url }) => url.length)).toEqual([5_022, 9_022])
    expect([...fileStore.kept.values()][0]).toMatchObject({ mediaType: 'image/png' })
    const fork = await db.chats.fork(chatId, { userId })
    for (const id of [chatId, fork.chatId]) {
      const loaded = await db.chats.load(id, { userId })
      expect(JSON.stringify(loaded.messages)).toBe(JSON.stringify(messages))
    }
  })

  test('that lost a file says so in its part, and the rest of the chat is loaded', async ({
    openAnother,
  }) => {
    const fileStore = new Shelf()
    const db = openAnother({ fileStore })
    const { userId } = await db.users.create(aUser())
    const { chatId } = await db.chats.create({ userId })
    await db.chats.save(chatId, [files('m', url(5_000), url(10)), files('n', url(5_001))], { userId })
    const [lost = ''] = fileStore.kept.keys()
    fileStore.kept.delete(lost)

    const { messages } = await db.chats.load(chatId, { userId })

    expect(messages).toEqual([files('m', `missing-file:${lost}`, url(10)), files('n', url(5_001))])
  })

  test('that is missing causes an error with the file; files in the database need none', async ({
    db,
    openAnother,
  }) => {
    const { userId } = await db.users.create(aUser())
    const { chatId } = await db.chats.create({ userId })
    await db.chats.save(chatId, [files('m', url(5_000))], { userId })
    const shelved = openAnother({ fileStore: new Shelf() })
    expect((await shelved.chats.load(chatId, { userId })).messages).toEqual([files('m', url(5_000))])

    await shelved.chats.save(chatId, [files('n', url(5_000))], { userId })

    const error = await caught(db.chats.load(chatId, { userId }))
    expect(error).toBeInstanceOf(DatabaseError)
    expect(String(error)).toContain('fileStore')
  })

  test('that fails leaves the chat unchanged', async ({ openAnother }) => {
    const shelf = new Shelf()
    const db = openAnother({
      fileStore: {
        threshold: 10,
        put: () => Promise.reject(new Error('the shelf is full')),
        get: shelf.get,
      },
    })
    const { userId } = await db.users.create(aUser())
    const { chatId } = await db.chats.create({ userId })

    const error = await caught(db.chats.save(chatId, [files('m', url(100))], { userId }))

    expect(String(error)).toContain('the shelf is full')
    expect(await db.chats.get(chatId, { userId })).toMatchObject({ version: 0 })
  })

  test.for([
    [{ maxMessageBytes: 0 }, 'maxMessageBytes'],
    [{ maxMessageBytes: 2 ** 40 }, 'maxMessageBytes'],
    [{ fileStore: {} }, 'fileStore'],
    [{ fileStore: { put() {}, get() {}, threshold: -1 } }, 'fileStore.threshold'],
    [{ fileStore: { put() {}, get() {}, delete: true } }, 'fileStore.delete'],
  ] as const)('and limits are read when the database is opened: %o', ([options, field], { openAnother }) => {
    expect(() => openAnother(options as never)).toThrow(expect.objectContaining({ field }))
  })
})
