import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { applySchema } from '../../scripts/generate/apply.ts'
import { startScratchServer } from '../../scripts/scratch/index.ts'
import { type ChatMessage, openDatabase, UnavailableError } from '../../src/index.ts'
import { aUser } from '../support/factories.ts'

// A server that recovers from several kills takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

test('kill -9 under load: calls in flight fail as unavailable, the process lives, and so does the next call', async () => {
  // A server of this test's own: PostgreSQL answers the killing of one backend by ending all, and recovers.
  await using server = await startScratchServer('embedded')
  const database = await server.createDatabase()
  await applySchema(database.url, 'schema')
  await using db = openDatabase(database.url)
  const backend = async () => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db.kysely)
    return rows[0]!.pid
  }
  const kept = await db.users.create(aUser())
  const outcomes: { error?: unknown }[] = []
  let isLoaded = true
  let acknowledged = 0
  const caller = async (call: () => Promise<unknown>) => {
    while (isLoaded) {
      outcomes.push(
        await call().then(
          () => ({}),
          (error: unknown) => ({ error }),
        ),
      )
      await sleep(1)
    }
  }
  const load = [
    ...Array.from({ length: 10 }, () => caller(() => db.users.get(kept.userId))),
    ...Array.from({ length: 5 }, () =>
      caller(async () => {
        await db.users.create(aUser())
        acknowledged += 1
      }),
    ),
    ...Array.from({ length: 5 }, () =>
      caller(() =>
        db.transaction(async (tx) => (await tx.users.create(aUser())) && tx.users.get(kept.userId)),
      ),
    ),
  ]

  await expect.poll(() => acknowledged, { timeout: 30_000 }).toBeGreaterThan(20)
  process.kill(await backend(), 'SIGKILL')
  await sleep(500)
  isLoaded = false
  await Promise.all(load)

  const errors = outcomes.flatMap(({ error }) => error ?? [])
  expect(errors.length).toBeGreaterThan(0)
  for (const error of errors) expect(error).toBeInstanceOf(UnavailableError)
  await expect
    .poll(() => db.users.find(kept.userId).catch(() => undefined), { timeout: 10_000 })
    .toEqual(kept)
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from users`.execute(db.kysely)
  expect(rows[0]!.count).toBeGreaterThan(acknowledged)
})

test('kill -9 in the middle of saves loses none that was acknowledged, and leaves no half of a turn', async () => {
  await using server = await startScratchServer('embedded')
  const database = await server.createDatabase()
  await applySchema(database.url, 'schema')
  await using db = openDatabase(database.url)
  const { userId } = await db.users.create(aUser())
  const owner = { userId }
  const { chatId } = await db.chats.create(owner)
  const turn = (id: string): ChatMessage[] =>
    (['user', 'assistant'] as const).map((role) => ({
      id: `${id} ${role}`,
      role,
      parts: Array.from({ length: 20 }, (_, n) => ({ type: 'text', text: `${id} ${role} ${n}` })),
    }))
  const acknowledged: string[] = []
  const errors: unknown[] = []
  let isLoaded = true
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; isLoaded; n += 1) {
      const id = `${writer}.${n}`
      await db.chats
        .save(chatId, turn(id), owner)
        .then(() => acknowledged.push(id))
        .catch((error: unknown) => errors.push(error))
    }
  })

  for (let kill = 0; kill < 3; kill += 1) {
    await sleep(150)
    const { rows } = await sql<{ pid: number }>`
      select pid from pg_stat_activity where query like '%save_messages%' and pid <> pg_backend_pid() limit 1`
      .execute(db.kysely)
      .catch(() => ({ rows: [] }))
    if (rows[0]) process.kill(rows[0].pid, 'SIGKILL')
    await sleep(100)
    await expect
      .poll(() => db.chats.find(chatId, owner).catch(() => undefined), { timeout: 20_000 })
      .toBeTruthy()
  }
  isLoaded = false
  await Promise.all(writers)

  expect(errors.length).toBeGreaterThan(0)
  for (const error of errors) expect(error).toBeInstanceOf(UnavailableError)
  const { messages } = await db.chats.load(chatId, owner)
  const saved = new Set(messages.map(({ id }) => id.split(' ')[0] as string))
  expect(messages).toEqual([...saved].flatMap(turn))
  expect(acknowledged.filter((id) => !saved.has(id))).toEqual([])
})
