import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect } from 'vitest'
import {
  type ChatMessage,
  type Database,
  type FileErrorEvent,
  type FileStore,
  type MovedFile,
  openDatabase,
  sql,
} from '../../../src/index.ts'
import { createGrantedLogin } from '../../support/app-login.ts'
import { test as base, isDistributed } from '../../support/database.ts'
import { aUser, caught } from '../../support/factories.ts'

/** A store in a folder of the disk. */
class Folder implements FileStore {
  readonly threshold = 1_000
  readonly path: string
  puts = 0
  /** Called before a file is written. */
  beforePut: () => unknown = () => {}

  constructor(path: string) {
    this.path = path
  }

  async put({ key, url }: MovedFile) {
    this.puts += 1
    await this.beforePut()
    await mkdir(dirname(join(this.path, key)), { recursive: true })
    await writeFile(join(this.path, key), url)
  }

  get(key: string): Promise<string | undefined> {
    return readFile(join(this.path, key), 'utf8').catch(() => undefined)
  }

  delete(key: string): Promise<void> {
    return rm(join(this.path, key), { force: true })
  }

  async keys(): Promise<string[]> {
    const entries = await readdir(this.path, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  }
}

const test = base.extend<{ folder: Folder }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs from the pattern
  folder: async ({}, use) => {
    const path = await mkdtemp(join(tmpdir(), 'files-'))
    await use(new Folder(path))
    await rm(path, { recursive: true })
  },
})

const url = (letter: string) => `data:image/png;base64,${letter.repeat(2_000)}`
const picture = (id: string, ...letters: string[]) =>
  ({
    id,
    role: 'user',
    parts: letters.map((letter) => ({ type: 'file', mediaType: 'image/png', url: url(letter) })),
  }) as unknown as ChatMessage

describe('files of a store', () => {
  const setUp = async (db: Database, ...messages: ChatMessage[]) => {
    const { userId } = await db.users.create(aUser())
    const { chatId } = await db.chats.create({ userId })
    await db.chats.save(chatId, messages, { userId })
    return { userId, chatId }
  }

  test('have keys of their user: the deletion of one never takes the same file of another', async ({
    folder,
    openAnother,
  }) => {
    const db = openAnother({ fileStore: folder })
    const one = await setUp(db, picture('m', 'A'))
    const other = await setUp(db, picture('m', 'A'))
    expect(
      (await folder.keys()).map((key) => key.slice(folder.path.length + 1, folder.path.length + 37)).sort(),
    ).toEqual([one.userId, other.userId].sort())

    await db.chats.delete(one.chatId.toUpperCase(), { userId: one.userId.toUpperCase() })

    expect(await folder.keys()).toHaveLength(1)
    const { messages } = await db.chats.load(other.chatId, { userId: other.userId })
    expect(messages).toEqual([picture('m', 'A')])
  })

  test('stay while another chat of the user refers to them', async ({ folder, openAnother }) => {
    const db = openAnother({ fileStore: folder })
    const { userId, chatId } = await setUp(db, picture('m', 'A'), picture('n', 'B'))
    const fork = await db.chats.fork(chatId, { userId })
    const part = await db.chats.fork(chatId, { userId, upTo: 'm' })
    expect(await folder.keys()).toHaveLength(2)

    await db.chats.delete(chatId, { userId })
    expect((await db.chats.load(fork.chatId, { userId })).messages).toEqual([
      picture('m', 'A'),
      picture('n', 'B'),
    ])
    await db.chats.delete(fork.chatId, { userId })
    expect((await db.chats.load(part.chatId, { userId })).messages).toEqual([picture('m', 'A')])
    expect(await folder.keys()).toHaveLength(1)
    await db.chats.delete(part.chatId, { userId })

    expect(await folder.keys()).toEqual([])
  })

  test('of two chats that are deleted at the same time are gone', async ({ folder, openAnother }) => {
    const db = openAnother({ fileStore: folder })
    const { userId, chatId } = await setUp(db, picture('m', 'A'))
    const forks = await Promise.all(Array.from({ length: 5 }, () => db.chats.fork(chatId, { userId })))

    await Promise.all(
      [chatId, ...forks.map(({ chatId }) => chatId)].map((id) => db.chats.delete(id, { userId })),
    )

    expect(await folder.keys()).toEqual([])
  })

  test('go with messages: truncated, replaced, or saved without them', async ({ folder, openAnother }) => {
    const db = openAnother({ fileStore: folder })
    const { userId, chatId } = await setUp(
      db,
      ...['A', 'B', 'C', 'D', 'E'].map((letter) => picture(letter, letter)),
    )

    await db.chats.truncateFrom(chatId, 'E', { userId })
    expect(await folder.keys()).toHaveLength(4)
    await db.chats.save(chatId, [picture('X', 'C')], { userId, truncateFrom: 'C' })
    expect(await folder.keys()).toHaveLength(3)
    await db.chats.save(chatId, [picture('A', 'F', 'G')], { userId })
    expect(await folder.keys()).toHaveLength(4)
    await db.chats.save(chatId, [picture('A', 'F')], { userId })
    expect(await folder.keys()).toHaveLength(3)
    await db.chats.replace(chatId, [picture('new', 'C')], { userId })

    expect(await folder.keys()).toHaveLength(1)
    expect((await db.chats.load(chatId, { userId })).messages).toEqual([picture('new', 'C')])
  })

  test('are put once, however often their messages are saved', async ({ folder, openAnother }) => {
    const db = openAnother({ fileStore: folder })
    const { userId, chatId } = await setUp(db, picture('m', 'A', 'A'))

    await db.chats.save(chatId, [picture('m', 'A', 'A'), picture('n', 'A')], { userId })

    expect(folder.puts).toBe(1)
    expect(await folder.keys()).toHaveLength(1)
  })

  test('go with chats that prune deletes, and with users', async ({ folder, openAnother }) => {
    const db = openAnother({ fileStore: folder })
    const old = await setUp(db, picture('m', 'A'))
    const [one, two, three, kept] = await Promise.all(
      Array.from({ length: 4 }, () => setUp(db, picture('m', 'A', 'B'))),
    )
    await sql`alter table chats disable trigger chats_touch_updated_at`.execute(db.kysely)
    await sql`update chats set updated_at = now() - interval '1 year' where id = ${old.chatId}`.execute(
      db.kysely,
    )
    await sql`alter table chats enable trigger chats_touch_updated_at`.execute(db.kysely)

    await db.chats.prune({ olderThan: new Date(Date.now() - 60_000) })
    expect(await folder.keys()).toHaveLength(8)
    await db.users.delete(one?.userId as string)
    expect(await folder.keys()).toHaveLength(6)
    await db.users.deleteMany([two?.userId as string])
    await db.users.erase(three?.userId as string)

    expect(await folder.keys()).toHaveLength(2)
    expect((await folder.keys()).every((key) => key.includes(kept?.userId as string))).toBe(true)
  })

  test.skipIf(isDistributed)(
    'of a user are deleted by an administrator and by a job, who see no chats',
    async ({ folder, openAnother, url: at }) => {
      const db = openAnother({ fileStore: folder })
      const users = [
        await setUp(db, picture('m', 'A')),
        await setUp(db, picture('m', 'A')),
        await setUp(db, picture('m', 'A')),
      ]
      const admin = await db.users.create(aUser({ role: 'admin' }))
      await using app = await createGrantedLogin(at, 'app')
      await using jobs = await createGrantedLogin(at, 'system')
      await using serving = openDatabase({ connectionString: app.url, fileStore: folder })
      await using working = openDatabase({ connectionString: jobs.url, fileStore: folder })
      const [own, byAdmin, byJob] = users.map(({ userId }) => userId) as [string, string, string]

      // Another user deletes nothing, and no file either.
      expect(await serving.as({ userId: own }).users.delete(byAdmin)).toBe(false)
      expect(await folder.keys()).toHaveLength(3)
      await serving.as({ userId: admin.userId, role: 'admin' }).users.delete(byAdmin)
      await working.as({ system: 'privacy' }).users.erase(byJob)
      expect(await folder.keys()).toHaveLength(1)
      await serving.as({ userId: own }).chats.delete(users[0]?.chatId as string, { userId: own })

      expect(await folder.keys()).toEqual([])
    },
  )

  test('remain when the transaction is rolled back, and go after its commit', async ({
    folder,
    openAnother,
  }) => {
    const db = openAnother({ fileStore: folder })
    const { userId, chatId } = await setUp(db, picture('m', 'A'))

    await caught(
      db.transaction(async (tx) => {
        await tx.chats.delete(chatId, { userId })
        await tx.users.delete(userId)
        throw new Error('no')
      }),
    )
    expect((await db.chats.load(chatId, { userId })).messages).toEqual([picture('m', 'A')])
    await db.transaction(async (tx) => {
      await tx.savepoint((inner) => inner.chats.delete(chatId, { userId }))
      expect(await folder.keys()).toHaveLength(1)
    })

    expect(await folder.keys()).toEqual([])
  })

  test('that cannot be deleted are reported, and the call succeeds', async ({ folder, openAnother }) => {
    const db = openAnother({ fileStore: folder })
    const { userId, chatId } = await setUp(db, picture('m', 'A', 'B'))
    const events: FileErrorEvent[] = []
    const off = db.on('fileError', (event) => events.push(event))
    folder.delete = async (key) => {
      throw new Error(`the disk holds ${key}`)
    }

    expect(await db.chats.delete(chatId, { userId })).toBe(true)

    expect(events.map(({ key, error }) => String(error) === `Error: the disk holds ${key}`)).toEqual([
      true,
      true,
    ])
    expect(events[0]?.key).toMatch(new RegExp(`^${userId}/[0-9a-f]{64}-[0-9a-f]{16}$`))
    off()
    const another = await setUp(db, picture('m', 'A'))
    await db.users.delete(another.userId)
    expect(events).toHaveLength(2)
  })

  test('of a message that is not saved are deleted again', async ({ folder, openAnother }) => {
    const db = openAnother({ fileStore: folder })
    const { userId, chatId } = await setUp(db, picture('m', 'A'))

    await caught(db.chats.save(chatId, [picture('n', 'B')], { userId, ifVersion: 99 }))
    await caught(db.chats.save(userId, [picture('n', 'B')], { userId }))
    await caught(db.chats.save(chatId, [{ ...picture('n', 'B'), id: 'x\u0000' }], { userId }))

    expect(await folder.keys()).toHaveLength(1)
  })

  test('that are deleted while a message with them is being saved are put again', async ({
    folder,
    openAnother,
  }) => {
    const db = openAnother({ fileStore: folder })
    const { userId, chatId } = await setUp(db, picture('m', 'A'))
    // The save finds A in the chat, and before it saves, another request deletes it.
    folder.beforePut = async () => {
      folder.beforePut = () => {}
      await db.chats.truncateFrom(chatId, 'm', { userId })
    }

    await db.chats.save(chatId, [picture('n', 'A', 'B')], { userId })

    expect((await db.chats.load(chatId, { userId })).messages).toEqual([picture('n', 'A', 'B')])
    expect(await folder.keys()).toHaveLength(2)
  })

  test('remain in a store that cannot delete', async ({ folder, openAnother }) => {
    const { threshold } = folder
    const db = openAnother({
      fileStore: { threshold, put: (file) => folder.put(file), get: (key) => folder.get(key) },
    })
    const { userId, chatId } = await setUp(db, picture('m', 'A'))

    await db.chats.delete(chatId, { userId })
    await db.users.delete(userId)

    expect(await folder.keys()).toHaveLength(1)
  })

  test.skipIf(isDistributed)(
    'of others are not read through a payload that own SQL has written',
    async ({ folder, openAnother, url: at }) => {
      const db = openAnother({ fileStore: folder })
      const victim = await setUp(db, picture('m', 'A'))
      const { userId, chatId } = await setUp(db, { id: 'm', role: 'user', parts: [{ type: 'text' }] })
      const [path = ''] = await folder.keys()
      const name = path.slice(path.lastIndexOf('/') + 1)
      await using app = await createGrantedLogin(at, 'app')
      await using serving = openDatabase({ connectionString: app.url, fileStore: folder })
      const acting = serving.as({ userId })
      for (const forged of [name, `../${victim.userId}/${name}`]) {
        await sql`update parts set payload = ${JSON.stringify([forged, { type: 'file', url: 0 }])}::json where chat_id = ${chatId}`.execute(
          acting.kysely,
        )

        const { messages } = await acting.chats.load(chatId, { userId })

        expect(messages[0]?.parts).toEqual([{ type: 'file', url: `missing-file:${userId}/${forged}` }])
      }
    },
  )
})
