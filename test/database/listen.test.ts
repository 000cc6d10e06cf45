import { sql } from 'kysely'
import { expect } from 'vitest'
import { type Database, InvalidInputError, openDatabase } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { caught } from '../support/factories.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'

const notify = (db: { kysely: Database['kysely'] }, payload: string) =>
  sql`select pg_notify(${'own "jobs"'}, ${payload})`.execute(db.kysely)

test('listen() yields what is notified, in order, and ends with the loop', async ({ db, openAnother }) => {
  const other = openAnother()
  const payloads: string[] = []
  for await (const event of other.listen('own "jobs"')) {
    if (event.kind === 'connected') {
      expect(event.isReconnect).toBe(false)
      await db.transaction(async (tx) => {
        await notify(tx, 'a')
        await notify(tx, 'b')
      })
    } else if (event.kind === 'notification' && payloads.push(event.payload) === 2) break
  }

  expect(payloads).toEqual(['a', 'b'])
})

test('listen() says that it has reconnected after its backend was ended', async ({ db, openAnother }) => {
  const other = openAnother()
  const events: unknown[] = []
  for await (const event of other.listen('own "jobs"', { signal: AbortSignal.timeout(20_000) })) {
    events.push(event)
    if (event.kind !== 'connected') break
    if (event.isReconnect) await notify(db, 'later')
    else
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where query like 'listen%' and datname = current_database()`.execute(db.kysely)
  }

  expect(events).toEqual([
    { kind: 'connected', isReconnect: false },
    { kind: 'connected', isReconnect: true },
    { kind: 'notification', payload: 'later' },
  ])
})

test('a signal and close() end listen(), without a connection left', async ({ db, openAnother }) => {
  const other = openAnother({ application_name: 'listeners' })
  const abort = new AbortController()
  const listenTo = async (signal?: AbortSignal) => {
    for await (const event of other.listen('jobs', { signal })) {
      if (event.kind === 'connected')
        setImmediate(() => (signal ? abort.abort('enough') : void other.close()))
    }
  }

  expect(await caught(listenTo(abort.signal))).toBe('enough')
  expect(await caught(listenTo())).toMatchObject({ name: 'UnavailableError', message: /closed/ })
  await expect
    .poll(
      async () => {
        const { rows } =
          await sql`select 1 from pg_stat_activity where application_name = 'listeners'`.execute(db.kysely)
        return rows.length
      },
      { timeout: 5_000 },
    )
    .toBe(0)
})

test('listen() rejects when the first connection cannot be made, and refuses names that PostgreSQL would cut', async () => {
  await using db = openDatabase('postgres://absent@127.0.0.1:1/none')

  expect(await caught(db.listen('jobs').next())).toMatchObject({ name: 'UnavailableError' })
  expect(() => db.listen('x'.repeat(64))).toThrow(InvalidInputError)
})

test('a loop that is slower than the notifications gets the number it missed, and then the latest', async ({
  db,
  openAnother,
}) => {
  const events: unknown[] = []
  for await (const event of openAnother().listen('own "jobs"', { maxPending: 3 })) {
    if (event.kind === 'connected') {
      // They arrive together, before the loop can take the first.
      await db.transaction(async (tx) => {
        for (const payload of '1234567') await notify(tx, payload)
      })
    } else {
      events.push(event)
      if (event.kind === 'notification' && event.payload === '7') break
    }
  }

  expect(events).toEqual([
    { kind: 'missed', count: 6 },
    { kind: 'notification', payload: '7' },
  ])
  expect(() => db.listen('jobs', { maxPending: 0 })).toThrow(InvalidInputError)
})

test('a server that goes silent is noticed, and listen() reconnects', async ({ url, db }) => {
  await using proxy = await TcpProxy.start(url)
  await using silent = openDatabase({
    connectionString: proxy.url,
    silenceTimeout: 300,
    connectionTimeoutMillis: 300,
  })
  const events: unknown[] = []
  for await (const event of silent.listen('own "jobs"', { signal: AbortSignal.timeout(20_000) })) {
    events.push(event)
    if (event.kind !== 'connected') break
    if (event.isReconnect) await notify(db, 'heard')
    else {
      proxy.isFrozen = true
      await notify(db, 'not heard')
      setTimeout(() => {
        proxy.isFrozen = false
      }, 1_500)
    }
  }

  expect(events).toEqual([
    { kind: 'connected', isReconnect: false },
    { kind: 'connected', isReconnect: true },
    { kind: 'notification', payload: 'heard' },
  ])
})
