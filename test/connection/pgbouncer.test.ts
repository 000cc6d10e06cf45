import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import { describe, expect } from 'vitest'
import { type Database, type DatabaseOptions, openDatabase } from '../../src/index.ts'
import { test as base } from '../support/database.ts'
import { runSql } from '../support/databases.ts'
import { aCustomer, aMessage, aPerson, aUser, caught } from '../support/factories.ts'
import { PGBOUNCER_IS_MISSING, PGBOUNCERS_OR_NONE, startPgBouncer } from '../support/pgbouncer.ts'
import { startRestartableServer } from '../support/restartable-server.ts'

const test = base.skipIf(PGBOUNCER_IS_MISSING)

/** The settings of docs/how-to/poolers.md. In transaction mode a single session of the server serves all clients. */
const SETTINGS = PGBOUNCERS_OR_NONE.flatMap((pgbouncer) => {
  const { version, keepsStatements } = pgbouncer
  const session = { pgbouncer, version, mode: 'session' as const, settings: { default_pool_size: 20 } }
  const transaction = { pgbouncer, version, mode: 'transaction' as const, settings: { default_pool_size: 1 } }
  const keeping = { ...transaction.settings, max_prepared_statements: 200 }
  return [
    { ...session, prepare: true },
    { ...session, prepare: false },
    { ...transaction, prepare: false },
    ...(keepsStatements ? [{ ...transaction, prepare: true, settings: keeping }] : []),
  ]
})

describe.each(SETTINGS)(
  'PgBouncer $version in $mode mode, prepare: $prepare',
  ({ pgbouncer, mode, prepare, settings }) => {
    const start = (url: string, others = {}) =>
      startPgBouncer(pgbouncer, url, mode, { ...settings, ...others })
    const open = (url: string, options: DatabaseOptions = {}) =>
      openDatabase({ connectionString: url, prepare, ...options })

    test('many clients get their own answers', async ({ url, db: direct }) => {
      await using pooler = await start(url)
      const databases = Array.from({ length: 4 }, () => open(pooler.url, { max: 4 }))
      const work = async (db: Database) => {
        const user = await db.users.create(aUser())
        const owner = { userId: user.userId }
        const { chatId } = await db.chats.create(owner)
        const message = aMessage()
        await db.chats.save(chatId, [message], owner)
        const kept = aUser()
        const undone = aUser()
        await db.transaction(async (tx) => {
          await tx.savepoint((savepoint) => savepoint.users.create(kept))
          await caught(
            tx.savepoint(async (savepoint) => {
              await savepoint.users.create(undone)
              throw new Error('undo')
            }),
          )
        })
        const imported = await db.customers.importMany([aCustomer(), aCustomer()])
        const found = await Promise.all(Array.from({ length: 20 }, () => db.users.get(user.userId)))
        expect(found).toEqual(Array.from({ length: 20 }, () => user))
        expect(imported.customers).toBe(2)
        expect((await db.chats.load(chatId, owner)).messages).toEqual([message])
        expect(await direct.users.existsByEmail(kept.email)).toBe(true)
        expect(await direct.users.existsByEmail(undone.email)).toBe(false)
        const rows: unknown[] = []
        for await (const row of db.kysely
          .selectFrom('users')
          .select('email')
          .where('user_id', '=', user.userId)
          .stream(1))
          rows.push(row)
        expect(rows).toEqual([{ email: user.email }])
      }

      await Promise.all(databases.flatMap((db) => [work(db), work(db), work(db)]))

      await Promise.all(databases.map((db) => db.close()))
    })

    test('a timeout cancels its own query on the server, and no other', async ({ url }) => {
      await using pooler = await start(url)
      await using db = open(pooler.url, { max: 2 })
      await using others = open(pooler.url, { max: 2 })

      const slow = caught(sql`select pg_sleep(20)`.execute(db.with({ timeout: 300 }).kysely))
      const innocent = Array.from({ length: 10 }, () => others.users.create(aUser()))

      expect(await slow).toMatchObject({
        name: 'UnavailableError',
        message: expect.stringContaining('timeout'),
      })
      expect(await Promise.all(innocent)).toHaveLength(10)
      const running = await runSql(
        url,
        `select from pg_stat_activity where query like 'select pg_sleep(20)%' and state = 'active'`,
      )
      expect(running).toEqual([])
    })

    test('a statement that cannot be prepared fails alone, and works again once it can', async ({
      url,
      db: direct,
    }) => {
      await using pooler = await start(url)
      await using db = open(pooler.url, { max: 4 })
      const { personId } = await direct.people.create(aPerson())
      await runSql(url, 'alter table users rename column name to called')
      try {
        for (let round = 0; round < 3; round += 1) {
          const outcomes = await Promise.allSettled(
            Array.from({ length: 40 }, (_, n) => {
              if (n % 4 === 0) return db.users.find(personId)
              return n % 4 === 1 ? db.transaction((tx) => tx.people.get(personId)) : db.people.get(personId)
            }),
          )
          expect(outcomes.map(({ status }) => status)).toEqual(
            outcomes.map((_, n) => (n % 4 === 0 ? 'rejected' : 'fulfilled')),
          )
        }
      } finally {
        await runSql(url, 'alter table users rename column called to name')
      }
      expect(await Promise.all(Array.from({ length: 20 }, () => db.users.find(personId)))).toEqual(
        Array.from({ length: 20 }, () => undefined),
      )
    })

    test('a changed column type is noticed, in transactions too', async ({ url, db: direct }) => {
      await using pooler = await start(url)
      await using db = open(pooler.url, { max: 3 })
      await using others = open(pooler.url, { max: 3 })
      const { personId } = await direct.people.create(aPerson({ phone: '1' }))
      const phone = (database: Database) => database.people.get(personId).then((person) => person.phone)
      const phones = (count: number) =>
        Promise.all(Array.from({ length: count }, (_, n) => phone(n % 2 ? db : others)))
      const all = Array.from({ length: 30 }, () => '1')
      expect(await phones(30)).toEqual(all)

      for (const type of ['varchar(40)', 'varchar(50)', 'text']) {
        await runSql(url, `alter table people alter column phone type ${type}`)
        for (let n = 0; n < 4; n += 1) {
          const person = await db.transaction((tx) => tx.people.get(personId), { retries: 2 })
          expect(person.phone).toBe('1')
        }
        expect(await phones(30)).toEqual(all)
      }
    })

    test(
      mode === 'session' ? 'listen() works' : 'listen() is refused with the way out',
      async ({ url, db: direct }) => {
        await using pooler = await start(url, { default_pool_size: 10 })
        await using db = open(pooler.url, { max: 3 })
        await db.users.list({ limit: 1 })
        const heard: unknown[] = []
        const listening = async () => {
          for await (const event of db.listen('jobs', { signal: AbortSignal.timeout(20_000) })) {
            heard.push(event)
            if (event.kind !== 'connected') return
            await sql`select pg_notify('jobs', 'one')`.execute(direct.kysely)
          }
        }

        if (mode === 'session') {
          await listening()
          expect(heard).toEqual([
            { kind: 'connected', isReconnect: false },
            { kind: 'notification', payload: 'one' },
          ])
        } else {
          expect(await caught(listening())).toMatchObject({
            name: 'ConfigurationError',
            message: expect.stringMatching(/session of its own.*session mode/),
          })
        }
      },
    )
  },
)

describe.each(PGBOUNCERS_OR_NONE)('PgBouncer $version', (pgbouncer) => {
  test('a wait for a session of the pooler is not taken for silence', async ({ url }) => {
    await using pooler = await startPgBouncer(pgbouncer, url, 'transaction', { default_pool_size: 1 })
    const holder = new pg.Client(pooler.url)
    await holder.connect()
    await holder.query('begin')
    await using db = openDatabase({
      connectionString: pooler.url,
      prepare: false,
      max: 2,
      silenceTimeout: 300,
    })

    const waiting = db.users.create(aUser())
    await sleep(4_000)
    await holder.query('commit')
    await holder.end()

    expect((await waiting).userId).toBeTruthy()
  })

  test('the server is restarted: calls fail as unavailable, with true flags, and then work again', {
    timeout: 120_000,
  }, async () => {
    const prepare = pgbouncer.keepsStatements
    await using server = await startRestartableServer()
    await using pooler = await startPgBouncer(pgbouncer, server.url, 'transaction', {
      default_pool_size: 2,
      server_login_retry: 0.2,
      query_wait_timeout: 2,
      ...(prepare && { max_prepared_statements: 200 }),
    })
    await using db = openDatabase({ connectionString: pooler.url, prepare, max: 4 })
    const user = await db.users.create(aUser())
    const outcomes: { email?: string; error?: unknown }[] = []
    let isLoaded = true
    const caller = async (n: number) => {
      while (isLoaded) {
        const input = aUser()
        const call = n % 2 ? db.users.create(input) : db.transaction((tx) => tx.users.create(input))
        const error = await call.then(
          () => undefined,
          (failure: unknown) => failure,
        )
        outcomes.push({ email: input.email, error })
        await sleep(5)
      }
    }
    const load = Array.from({ length: 8 }, (_, n) => caller(n))
    for (const stop of ['fast', 'immediate'] as const) {
      await sleep(300)
      await server.stop(stop)
      await sleep(300)
      await server.start()
    }
    await expect
      .poll(() => db.users.find(user.userId).catch(() => undefined), { timeout: 15_000 })
      .toEqual(user)
    isLoaded = false
    await Promise.all(load)

    const rows = await runSql(server.url, 'select email from users')
    const present = new Set(rows.map(({ email }) => email))
    const failed = outcomes.filter(({ error }) => error !== undefined)
    expect(failed.length).toBeGreaterThan(0)
    for (const { error, email } of failed) {
      expect(error).toMatchObject({ name: 'UnavailableError' })
      if ((error as { retryable: boolean }).retryable) expect(present).not.toContain(email)
    }
    for (const { error, email } of outcomes) if (error === undefined) expect(present).toContain(email)
  })

  test('in statement mode, all that needs a transaction is refused at its first use, and never repeated', async ({
    url,
  }) => {
    await using pooler = await startPgBouncer(pgbouncer, url, 'statement')
    await using db = openDatabase({ connectionString: pooler.url, prepare: false, retry: 5_000 })
    await db.users.create(aUser())
    let runs = 0
    const calls = {
      transaction: () =>
        db.transaction(
          async () => {
            runs += 1
          },
          { retries: 5 },
        ),
      import: () => db.customers.importMany([aCustomer()]),
      kysely: () => db.kysely.transaction().execute((tx) => sql`select 1`.execute(tx)),
      begin: () => sql`begin`.execute(db.kysely),
      stream: async () => {
        for await (const _ of db.kysely.selectFrom('users').select('role').stream()) return
      },
      listen: () => db.listen('jobs').next(),
    }

    for (const [name, call] of Object.entries(calls)) {
      expect(await caught(call()), name).toMatchObject({
        name: 'ConfigurationError',
        message: expect.stringMatching(/session mode|transaction or session/),
      })
    }
    expect(runs).toBe(0)
  })

  test('a write that got no session of the pooler in time is retryable, and did not happen', async ({
    url,
    db: direct,
  }) => {
    await using pooler = await startPgBouncer(pgbouncer, url, 'transaction', {
      default_pool_size: 1,
      query_wait_timeout: 1,
    })
    await using db = openDatabase({ connectionString: pooler.url, prepare: false })
    const input = aUser()
    let refused: unknown

    await db.transaction(async (tx) => {
      await tx.users.list({ limit: 1 })
      refused = await caught(db.users.create(input))
    })

    expect(refused).toMatchObject({ name: 'UnavailableError', retryable: true })
    expect(await direct.users.existsByEmail(input.email)).toBe(false)
    expect((await db.users.create(input)).email).toBe(input.email)
  })

  base.skipIf(PGBOUNCER_IS_MISSING || pgbouncer.keepsStatements)(
    'prepared statements behind a PgBouncer that does not keep them are a mistake of the configuration',
    async ({ url }) => {
      await using pooler = await startPgBouncer(pgbouncer, url, 'transaction', { default_pool_size: 2 })
      await using one = openDatabase({ connectionString: pooler.url, max: 1 })
      await using other = openDatabase({ connectionString: pooler.url, max: 1 })
      const email = 'absent@example.test'
      await one.users.existsByEmail(email)

      expect(await caught(other.users.existsByEmail(email))).toMatchObject({
        name: 'ConfigurationError',
        message: expect.stringContaining('prepare: false'),
      })
    },
  )

  test('a pooler that refuses simple queries is a mistake of the configuration', async ({ url }) => {
    await using pooler = await startPgBouncer(pgbouncer, url, 'transaction')
    await using strict = await startPgBouncer(pgbouncer, url, 'transaction', { disable_pqexec: 1 })
    await using fine = openDatabase({ connectionString: pooler.url, prepare: false })
    await using db = openDatabase({ connectionString: strict.url, prepare: false })

    expect(await fine.transaction(async () => 1)).toBe(1)
    expect(await caught(db.transaction(async () => 1))).toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringContaining('disable_pqexec'),
    })
  })

  test('a client too many is unavailable for now, an unknown parameter for good', async ({ url }) => {
    await using pooler = await startPgBouncer(pgbouncer, url, 'transaction', { max_client_conn: 1 })
    const only = new pg.Client(pooler.url)
    await only.connect()
    await using db = openDatabase({ connectionString: pooler.url, prepare: false })
    await using own = openDatabase({
      connectionString: `${pooler.url}?options=-c%20work_mem%3D1MB`,
      prepare: false,
    })

    const full = await caught(db.users.list())
    await only.end()
    await using strict = await startPgBouncer(pgbouncer, url, 'transaction', {
      ignore_startup_parameters: '',
    })
    await using wrong = openDatabase({
      connectionString: strict.url,
      prepare: false,
      statement_timeout: 1_000,
    })

    expect(full).toMatchObject({ name: 'UnavailableError', retryable: true })
    expect((await own.users.list({ limit: 1 })).items.length).toBeLessThan(2)
    expect(await caught(wrong.users.list())).toMatchObject({ name: 'ConfigurationError' })
  })
})
