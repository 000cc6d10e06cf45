import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import { expect } from 'vitest'
import { openDatabase, UnavailableError } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aUser, caught } from '../support/factories.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'

/** Milliseconds after which a call that ends by itself has certainly ended. */
const SOON = 9_000

async function frozen(url: string, silenceTimeout = 500) {
  const proxy = await TcpProxy.start(url)
  const db = openDatabase({ connectionString: proxy.url, max: 2, silenceTimeout })
  await db.transaction(async (tx) => {
    await tx.users.list({ limit: 1 })
    await db.users.list({ limit: 1 })
  })
  return { proxy, db }
}

function ends<T>(call: Promise<T>): Promise<unknown> {
  return Promise.race([caught(call), sleep(SOON, 'no answer')])
}

test('calls without a timeout end when the network goes silent', async ({ url, db: direct }) => {
  const { userId } = await direct.users.create(aUser())
  const { proxy, db } = await frozen(url)
  const input = aUser()
  proxy.isFrozen = true

  const [read, write] = await Promise.all([ends(db.users.find(userId)), ends(db.users.create(input))])

  expect(read).toBeInstanceOf(UnavailableError)
  expect(read).toMatchObject({ retryable: true, message: expect.stringContaining('cannot be reached') })
  expect(write).toMatchObject({ name: 'UnavailableError', retryable: false })
  proxy.isFrozen = false
  expect((await db.users.get(userId)).userId).toBe(userId)
  await db.close()
  await proxy[Symbol.asyncDispose]()
})

test('a transaction ends, and rolls back', async ({ url, db: direct }) => {
  const { proxy, db } = await frozen(url)
  const input = aUser()

  const error = await ends(
    db.transaction(async (tx) => {
      await tx.users.create(input)
      proxy.isFrozen = true
      await tx.users.create(aUser())
    }),
  )

  expect(error).toMatchObject({ name: 'UnavailableError', retryable: true })
  expect(await direct.users.existsByEmail(input.email)).toBe(false)
  await db.close()
  await proxy[Symbol.asyncDispose]()
})

test('the error of a function ends a transaction, though the rollback gets no answer', async ({ url }) => {
  const { proxy, db } = await frozen(url, 60_000)
  const failure = new Error('mine')

  const error = await ends(
    db.transaction(async (tx) => {
      await tx.users.list({ limit: 1 })
      proxy.isFrozen = true
      throw failure
    }),
  )

  expect(error).toBe(failure)
  await db.close()
  await proxy[Symbol.asyncDispose]()
})

test('close() ends with a call that gets no answer', async ({ url }) => {
  const { proxy, db } = await frozen(url)
  proxy.isFrozen = true
  const call = caught(db.users.create(aUser()))
  await sleep(20)

  await db.close({ timeout: 200 })

  expect(await call).toMatchObject({ name: 'UnavailableError', retryable: false })
  await proxy[Symbol.asyncDispose]()
})

test('an import with a signal ends', async ({ url }) => {
  const { proxy, db } = await frozen(url)
  const rows = async function* () {
    for (let n = 0; n < 3_000; n += 1) {
      if (n === 1) proxy.isFrozen = true
      yield { legalName: `Silent ${n}`, displayName: 'Silent' }
    }
  }

  const error = await ends(db.customers.importMany(rows(), { signal: AbortSignal.timeout(300) }))

  expect(error).toMatchObject({ name: 'TimeoutError' })
  await db.close()
  await proxy[Symbol.asyncDispose]()
})

test('a query that the server works on is left alone, however long it takes', async ({ openAnother }) => {
  const db = openAnother({ silenceTimeout: 200 })

  const { rows } = await sql<{ one: number }>`select 1 as one from pg_sleep(2)`.execute(db.kysely)

  expect(rows).toEqual([{ one: 1 }])
})

test('a query is left alone while the server starts sessions slowly', async ({ url }) => {
  await using proxy = await TcpProxy.start(url)
  await using db = openDatabase({ connectionString: proxy.url, max: 1, silenceTimeout: 200 })
  await db.ping()
  proxy.startDelay = 3_000

  const { rows } = await sql<{ one: number }>`select 1 as one from pg_sleep(5)`.execute(db.kysely)

  expect(rows).toEqual([{ one: 1 }])
})

test('a query is left alone while the server starts no session, but answers another one', async ({ url }) => {
  await using proxy = await TcpProxy.start(url)
  await using db = openDatabase({ connectionString: proxy.url, max: 2, silenceTimeout: 200 })
  await Promise.all([db.ping(), sql`select pg_sleep(0.1)`.execute(db.kysely)])
  proxy.startDelay = 60_000

  const working = sql<{ one: number }>`select 1 as one from pg_sleep(8)`.execute(db.kysely)
  for (let second = 0; second < 8; second += 1) {
    await db.ping()
    await sleep(1_000)
  }

  expect((await working).rows).toEqual([{ one: 1 }])
})

test('a query is left alone when this machine does not find the name of the server', async ({ url }) => {
  const { hostname: host, port, username: user, password, pathname } = new URL(url)
  const pool = new pg.Pool({ host, port: Number(port), user, password, database: pathname.slice(1), max: 1 })
  await using db = openDatabase(pool, { silenceTimeout: 200 })
  await db.ping()
  Object.assign(pool.options, { host: 'server.invalid' })

  const { rows } = await sql<{ one: number }>`select 1 as one from pg_sleep(3)`.execute(db.kysely)

  expect(rows).toEqual([{ one: 1 }])
  await pool.end()
})

test('a connection whose answer was lost is found, though others work', async ({ url }) => {
  const proxy = await TcpProxy.start(url)
  const db = openDatabase({ connectionString: proxy.url, max: 1, silenceTimeout: 300 })
  await db.users.list({ limit: 1 })
  proxy.isFrozen = true
  const call = ends(db.users.list({ limit: 2 }))
  await sleep(50)
  // Swallowed bytes stay lost; new connections work.
  proxy.isFrozen = false

  expect(await call).toMatchObject({
    retryable: true,
    message: expect.stringContaining('not working on the query'),
  })
  await db.close()
  await proxy[Symbol.asyncDispose]()
})
