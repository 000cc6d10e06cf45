import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, test as base, beforeAll, describe, expect, vi } from 'vitest'
import {
  type Database,
  DatabaseError,
  InvalidInputError,
  type OpenOptions,
  openDatabase,
  type QueryEvent,
  UnavailableError,
} from '../../src/index.ts'
import { statements } from '../../src/query/index.ts'
import { createReplicatedTestDatabase, type ReplicatedTestDatabase } from '../../src/testing.ts'
import { runSql } from '../support/databases.ts'
import { aUser, caught } from '../support/factories.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'

let cluster: ReplicatedTestDatabase

beforeAll(async () => {
  cluster = await createReplicatedTestDatabase({ standbys: 2 })
}, 120_000)

afterAll(() => cluster?.remove())

interface Fixtures {
  /** Opens the primary with replicas, until the end of the test. */
  open: (replicas: OpenOptions['replicas'], options?: OpenOptions) => Database
}

const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs from the pattern
  open: async ({}, use) => {
    const opened: Database[] = []
    await use((replicas, options) => {
      const db = openDatabase(cluster.primary.url, { replicas, ...options })
      opened.push(db)
      return db
    })
    await Promise.all(opened.map((db) => db.close({ timeout: 1_000 })))
  },
})

const standby = (index: number) => cluster.standbys[index] as ReplicatedTestDatabase['standbys'][number]

/** Where reads were answered. */
function record(db: Database): QueryEvent[] {
  const events: QueryEvent[] = []
  db.on('query', (event) => events.push(event))
  return events
}

const answeredBy = (events: readonly QueryEvent[], name: string) =>
  events.filter((event) => event.name === name && event.error === undefined).map(({ replica }) => replica)

const nameOf = (url: string) => new URL(url).host

describe('db.replica', () => {
  test('has the reads that may be a moment old, and nothing else', async ({ open }) => {
    const db = open([standby(0).url])

    expect(Object.keys(db.replica).sort()).toEqual([
      'auditLog',
      'chats',
      'customers',
      'kysely',
      'people',
      'users',
      'with',
    ])
    expect(Object.keys(db.replica.users)).toEqual(['find', 'get', 'findByEmail', 'list', 'iterate'])
    // @ts-expect-error writes
    expect(db.replica.users.create).toBeUndefined()
    // @ts-expect-error decides whether an address may be used
    expect(db.replica.users.existsByEmail).toBeUndefined()
    // @ts-expect-error a password that was changed would still be accepted
    expect(db.replica.users.findCredentialsByEmail).toBeUndefined()
    // @ts-expect-error looks up what is there, and writes
    expect(db.replica.customers.importMany).toBeUndefined()
    // @ts-expect-error locks
    expect(db.replica.transaction).toBeUndefined()
    await db.transaction(async (tx) => {
      // @ts-expect-error a transaction reads what it has written
      expect(tx.replica).toBeUndefined()
    })
    // @ts-expect-error the option of replicas alone
    expect(await caught(db.users.list({}, { after: 'anything' }))).toMatchObject({ field: 'after' })
  })

  test('every statement that a replica may get runs on a standby', async () => {
    const client = new pg.Client(standby(0).url)
    await client.connect()
    try {
      for (const statement of statements().filter(({ readOnly }) => readOnly)) {
        const values = statement.parameters.map((name) => (name === 'fetch' ? 1 : null))
        const error = await client.query(statement.sql, values).then(
          () => undefined,
          (failure: { code?: string }) => failure.code,
        )
        expect([statement.name, error]).toEqual([statement.name, undefined])
      }
    } finally {
      await client.end()
    }
  })

  test('reads from each replica in turn', async ({ open }) => {
    const db = open([standby(0).url, standby(1).url])
    await vi.waitFor(async () => {
      await db.replica.users.list()
      expect(db.stats().replicas).toMatchObject([{ state: 'up' }, { state: 'up' }])
    }, 20_000)
    const events = record(db)

    for (let n = 0; n < 6; n += 1) await db.replica.users.list()

    const names = answeredBy(events, 'users.list')
    for (const { url } of cluster.standbys) {
      expect(names.filter((name) => name === nameOf(url))).toHaveLength(3)
    }
  })

  test('is the primary where no replicas are given', async ({ open }) => {
    const db = open(undefined)
    const user = await db.users.create(aUser())

    expect(await db.replica.users.find(user.userId, { after: await db.position() })).toEqual(user)
    expect(db.stats().replicas).toEqual([])
    expect(await caught(db.replica.users.list({}, { primary: false }))).toBeInstanceOf(UnavailableError)
  })
})

describe('after', () => {
  test('1,000 reads right after writes, none of them stale', { timeout: 240_000 }, async ({ open }) => {
    const db = open([standby(0).url, standby(1).url])
    const events = record(db)
    const stale: string[] = []
    const callers = Array.from({ length: 4 }, async () => {
      const user = await db.users.create(aUser())
      for (let n = 0; n < 250; n += 1) {
        const { name } = await db.users.update(user.userId, { name: `Name ${n}` })
        const after = await db.position()
        const found = await db.replica.users.find(user.userId, { after })
        if (found?.name !== name) stale.push(`${found?.name} instead of ${name}`)
      }
    })
    await Promise.all(callers)

    expect(stale).toEqual([])
    expect(
      answeredBy(events, 'users.find').filter((replica) => replica !== undefined).length,
    ).toBeGreaterThan(500)
  })

  test('is what a commit that does not wait for the disk has written', async ({ open }) => {
    const db = open([standby(0).url])
    for (let n = 0; n < 20; n += 1) {
      const { userId } = await db.transaction(async (tx) => {
        await sql`set local synchronous_commit = off`.execute(tx.kysely)
        return tx.users.create(aUser())
      })
      const after = await db.position()

      expect((await db.replica.users.find(userId, { after }))?.userId).toBe(userId)
    }
  })

  test('is answered by the primary while no replica has come that far', async ({ open }) => {
    const db = open([standby(0).url])
    const events = record(db)
    await standby(0).pauseReplay()
    try {
      const user = await db.users.create(aUser())
      const after = await db.position()

      expect(await db.replica.users.find(user.userId, { after })).toEqual(user)
      expect(await db.with({ timeout: 10_000 }).replica.with({ after }).users.get(user.userId)).toEqual(user)
      const rows = await db.replica.with({ after }).kysely.selectFrom('users').selectAll().execute()
      expect(rows.some((row) => row.user_id === user.userId)).toBe(true)
      expect(answeredBy(events, 'users.find').at(-1)).toBeUndefined()
      // The caller who asks for replicas alone gets their error.
      const refused = await caught(db.replica.users.find(user.userId, { after, primary: false }))
      expect(refused).toMatchObject({ name: 'UnavailableError', retryable: true })
    } finally {
      await standby(0).resumeReplay()
    }
  })

  test('holds regardless of the isolation that is the default of the server', async ({ open }) => {
    await runSql(standby(0).url, `alter system set default_transaction_isolation = 'repeatable read'`)
    await runSql(standby(0).url, 'select pg_reload_conf()')
    try {
      const db = open([standby(0).url])
      const { rows } = await sql<{ isolation: string }>`
        select current_setting('transaction_isolation') as isolation`.execute(
        db.replica.with({ after: await db.position() }).kysely,
      )
      expect(rows).toEqual([{ isolation: 'read committed' }])
    } finally {
      await runSql(standby(0).url, 'alter system reset default_transaction_isolation')
      await runSql(standby(0).url, 'select pg_reload_conf()')
    }
  })

  test('works for a role without privileges', async ({ open }) => {
    await runSql(
      cluster.primary.url,
      `create role plain login bypassrls password 'plain'; grant select on all tables in schema public to plain`,
    )
    const { host, pathname } = new URL(standby(0).url)
    const db = open([`postgres://plain:plain@${host}${pathname}`])
    const user = await db.users.create(aUser())
    const events = record(db)

    expect(await db.replica.users.find(user.userId, { after: await db.position() })).toEqual(user)
    expect(answeredBy(events, 'users.find')).toEqual([nameOf(standby(0).url)])
  })

  test.for([
    ['', 'must be a position'],
    ['0/3000148', 'must be a position'],
    ['00000001-0000000003000148; drop table users', 'must be a position'],
    [42, 'must be a position'],
    // No server has come that far.
    ['00000001-7000000000000000', 'ahead of the primary'],
    ['70000000-0000000000000001', 'ahead of the primary'],
  ] as const)('refuses %j', async ([after, message], { open }) => {
    const db = open([standby(0).url])

    const error = await caught(db.replica.users.list({}, { after: after as string }))

    expect(error).toBeInstanceOf(InvalidInputError)
    expect(error).toMatchObject({ field: 'after', message: expect.stringContaining(message) })
  })

  test('a later position is a greater string', async ({ open }) => {
    const db = open([])
    const positions: string[] = []
    for (let n = 0; n < 20; n += 1) {
      await db.users.create(aUser())
      positions.push(await db.position())
    }

    expect([...positions].sort()).toEqual(positions)
    expect(new Set(positions).size).toBe(20)
  })
})

describe('a replica that cannot be used', () => {
  test('is left out, under load, and comes back by itself', { timeout: 120_000 }, async ({ open }) => {
    const db = open([standby(0).url, standby(1).url])
    const events = record(db)
    const users = await Promise.all(Array.from({ length: 4 }, () => db.users.create(aUser())))
    const after = await db.position()
    const errors: unknown[] = []
    let isLoaded = true
    let reads = 0
    const readers = users.flatMap(({ userId }, index) =>
      Array.from({ length: 2 }, async (_, turn) => {
        while (isLoaded) {
          const options = { ...(turn === 0 && { after }), ...(index % 2 === 0 && { timeout: 20_000 }) }
          await db.replica.users.get(userId, options).catch((error: unknown) => errors.push(error))
          await sql`select count(*) from users`
            .execute(db.replica.kysely)
            .catch((error: unknown) => errors.push(error))
          reads += 1
        }
      }),
    )
    const name = nameOf(standby(0).url)
    const state = () => db.stats().replicas.find((replica) => replica.name === name)?.state
    try {
      await vi.waitFor(() => expect(reads).toBeGreaterThan(50), 20_000)
      for (const crash of [false, true, false]) {
        await standby(0).stop({ crash })
        await vi.waitFor(() => expect(state()).toBe('down'), 20_000)
        await sleep(200)
        await standby(0).start()
        await vi.waitFor(() => expect(state()).toBe('up'), 20_000)
        const before = events.length
        await vi.waitFor(() => expect(answeredBy(events.slice(before), 'users.find')).toContain(name), 20_000)
      }
      // Sessions are ended by an administrator.
      for (let n = 0; n < 5; n += 1) {
        await runSql(
          standby(0).url,
          `select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
        )
        await sleep(50)
      }
    } finally {
      isLoaded = false
      await Promise.all(readers)
    }

    expect(errors).toEqual([])
  })

  test('all of them: the primary answers', async ({ open }) => {
    const db = open(['postgres://postgres@127.0.0.1:1/test', 'postgres://postgres@nowhere.invalid/test'])
    const events = record(db)
    const user = await db.users.create(aUser())

    expect(await db.replica.users.get(user.userId)).toEqual(user)
    expect(answeredBy(events, 'users.find')).toEqual([undefined])
    expect(db.stats().replicas).toMatchObject([
      { name: '127.0.0.1:1', state: 'down', reason: expect.stringContaining('ECONNREFUSED') },
      { name: 'nowhere.invalid:5432', state: 'down' },
    ])
  })

  test('is seen in stats() where the server refuses us', async ({ open }) => {
    const { host, pathname } = new URL(standby(0).url)
    const db = open([`postgres://postgres:wrong@${host}${pathname}`])

    await db.replica.users.list()

    expect(db.stats().replicas).toMatchObject([
      { state: 'down', reason: expect.stringContaining('password authentication failed') },
    ])
  })

  test('is left out from the first read on that it refuses', async ({ open }) => {
    await using proxy = await TcpProxy.start(standby(0).url)
    const db = open([proxy.url])
    await db.replica.users.list()
    proxy.target = new URL('postgres://127.0.0.1:1/none')
    proxy.cut()

    await db.replica.users.list()

    expect(db.stats().replicas).toMatchObject([{ state: 'down' }])
  })

  test('has gone silent: calls with and without a timeout go on', { timeout: 60_000 }, async ({ open }) => {
    await using proxy = await TcpProxy.start(standby(0).url)
    const db = open([proxy.url])
    await Promise.all(Array.from({ length: 4 }, () => db.replica.users.list()))
    proxy.isFrozen = true
    try {
      await Promise.all([
        db.replica.users.list({}, { timeout: 5_000 }),
        db.replica.users.list(),
        sql`select 1`.execute(db.replica.kysely),
      ])
      expect(db.stats().replicas).toMatchObject([{ state: 'down' }])
    } finally {
      proxy.cut()
      proxy.isFrozen = false
    }
    await vi.waitFor(() => expect(db.stats().replicas).toMatchObject([{ state: 'up' }]), 10_000)
  })

  test('cancels a read because of recovery: another server answers', { timeout: 60_000 }, async ({
    open,
  }) => {
    await runSql(standby(0).url, 'alter system set max_standby_streaming_delay = 0')
    await runSql(standby(0).url, 'select pg_reload_conf()')
    try {
      const db = open([standby(0).url])
      const events = record(db)
      const read = sql`select pg_sleep(2), count(*) from people`.execute(db.replica.kysely)
      await vi.waitFor(async () => {
        const [row] = await runSql(
          standby(0).url,
          `select count(*)::int as n from pg_locks where relation = 'people'::regclass`,
        )
        expect(row?.n).toBeGreaterThan(0)
      }, 5_000)
      await runSql(cluster.primary.url, 'begin; lock table people in access exclusive mode; commit')
      await read

      const [failed, repeated] = events.filter((event) => event.sql.includes('pg_sleep'))
      expect(failed).toMatchObject({ replica: nameOf(standby(0).url), error: { code: '40001' } })
      expect(repeated).toMatchObject({ replica: undefined, error: undefined })
    } finally {
      await runSql(standby(0).url, 'alter system reset max_standby_streaming_delay')
      await runSql(standby(0).url, 'select pg_reload_conf()')
    }
  })

  test('has not got a new table yet: the primary answers', async ({ open }) => {
    const db = open([standby(0).url])
    await db.replica.users.list()
    await standby(0).pauseReplay()
    try {
      await sql`create table fresh as select 1 as n`.execute(db.kysely)
      const { rows } = await sql`select n from fresh`.execute(db.replica.kysely)
      expect(rows).toEqual([{ n: 1 }])
    } finally {
      await standby(0).resumeReplay()
    }
  })
})

describe('maxLag', () => {
  test('leaves out a replica that lags, and takes it back', { timeout: 60_000 }, async ({ open }) => {
    const db = open([standby(0).url, standby(1).url], { maxLag: 1_000 })
    const events = record(db)
    const lagging = nameOf(standby(0).url)
    const state = () => db.stats().replicas.find(({ name }) => name === lagging)?.state
    const read = async () => {
      await db.replica.users.list()
      return answeredBy(events, 'users.list').slice(-1)[0]
    }
    await read()
    await standby(0).pauseReplay()
    try {
      await db.users.create(aUser())
      await vi.waitFor(async () => {
        await read()
        expect(state()).toBe('behind')
      }, 20_000)
      for (let n = 0; n < 6; n += 1) expect(await read()).not.toBe(lagging)
    } finally {
      await standby(0).resumeReplay()
    }
    await vi.waitFor(async () => expect(await read()).toBe(lagging), 20_000)
  })

  test('a first read waits until the lag is known', async ({ open }) => {
    await standby(0).pauseReplay()
    try {
      await runSql(cluster.primary.url, `insert into people (first_name, last_name) values ('A', 'B')`)
      const db = open([standby(0).url], { maxLag: 300 })
      const events = record(db)

      await db.replica.users.list()

      expect(answeredBy(events, 'users.list')).toEqual([undefined])
      expect(await caught(db.replica.users.list({}, { primary: false }))).toBeInstanceOf(UnavailableError)
    } finally {
      await standby(0).resumeReplay()
    }
  })

  test('while nothing is written, a replica does not lag', { timeout: 30_000 }, async ({ open }) => {
    const db = open([standby(0).url], { maxLag: 500 })
    const events = record(db)
    await db.replica.users.list()
    await sleep(1_500)

    for (let n = 0; n < 5; n += 1) await db.replica.users.list()

    expect(answeredBy(events, 'users.list').slice(-5)).toEqual(Array(5).fill(nameOf(standby(0).url)))
  })
})

describe('a service’s own reads', () => {
  test('are refused where they write, on a replica and on the primary', async ({ open }) => {
    for (const replicas of [[standby(0).url], []]) {
      const db = open(replicas)
      const write = sql`insert into people (first_name, last_name) values ('A', 'B')`

      const error = await caught(write.execute(db.replica.kysely))

      expect(error).toBeInstanceOf(DatabaseError)
      expect(error).not.toBeInstanceOf(UnavailableError)
      expect(error).toMatchObject({ code: '25006' })
      // The connection is in order.
      for (let n = 0; n < 3; n += 1) await sql`select 1`.execute(db.replica.kysely)
      expect(db.stats().connections.open).toBeLessThanOrEqual(1)
    }
  })

  test('have the error of the primary where they are wrong', async ({ open }) => {
    const db = open([standby(0).url])

    expect(await caught(sql`select nonsense`.execute(db.replica.kysely))).toMatchObject({ code: '42703' })
    expect(await caught(sql`copy people from stdin`.execute(db.replica.kysely))).toBeInstanceOf(DatabaseError)
    expect((await sql``.execute(db.replica.kysely)).rows).toEqual([])
  })

  test('have no transactions and no streams', async ({ open }) => {
    const { kysely } = open([standby(0).url]).replica as unknown as Pick<Database, 'kysely'>

    expect(await caught(kysely.transaction().execute(async () => {}))).toBeInstanceOf(DatabaseError)
    const stream = kysely.selectFrom('users').selectAll().stream()
    expect(await caught(stream[Symbol.asyncIterator]().next())).toBeInstanceOf(DatabaseError)
  })
})

describe('options', () => {
  test('a timeout and a signal end a read, on the replica too', async ({ open }) => {
    const db = open([standby(0).url])
    await db.replica.users.list()
    const sleeping = () => sql`select pg_sleep(20)`.execute(db.replica.with({ timeout: 300 }).kysely)
    const reason = new Error('enough')

    expect(await caught(sleeping())).toMatchObject({
      name: 'UnavailableError',
      message: expect.stringContaining('300 ms'),
    })
    const signal = AbortSignal.abort(reason)
    expect(await caught(db.replica.users.list({}, { signal }))).toBe(reason)
    expect(await caught(db.with({ signal }).replica.users.list())).toBe(reason)
    await vi.waitFor(async () => {
      const [row] = await runSql(
        standby(0).url,
        `select count(*)::int as n from pg_stat_activity where query like 'select pg_sleep(20)%' and state = 'active'`,
      )
      expect(row?.n).toBe(0)
    }, 5_000)
  })

  test('prepare: false, pools of the service, options of a pool, lists of hosts', async ({ open }) => {
    const pool = new pg.Pool({ connectionString: standby(1).url })
    const [one, two] = cluster.standbys.map(({ url }) => new URL(url)) as [URL, URL]
    const both = `postgres://${one.username}:${one.password}@${one.host},${two.host}${one.pathname}?target_session_attrs=standby`
    const db = open([standby(0).url, pool, { connectionString: both, max: 1 }], { prepare: false })
    const user = await db.users.create(aUser())
    const after = await db.position()
    for (let n = 0; n < 6; n += 1) {
      expect(await db.replica.users.find(user.userId, { after })).toEqual(user)
      expect(await db.replica.users.find(user.userId)).toEqual(user)
    }
    expect(db.stats().replicas.map(({ prepared }) => prepared)).toEqual([0, 0, 0])
    await db.close()
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await pool.end()
  })

  test('that cannot be used are refused', ({ open }) => {
    expect(() => open(['not a url'])).toThrow(InvalidInputError)
    expect(() => open([{ connectionString: standby(0).url, timeout: 5 } as never])).toThrow('timeout')
    expect(() => open([5 as never])).toThrow('replicas[0]')
    expect(() => open([], { maxLag: 0 })).toThrow('maxLag')
    expect(() => open([standby(0).url]).replica.with({ after: 'now' })).toThrow('after')
  })

  test('close() waits for a read, and later ones are refused', async ({ open }) => {
    const db = open([standby(0).url])
    await db.replica.users.list()
    const read = sql<{ done: number }>`select 1 as done from pg_sleep(0.3)`.execute(db.replica.kysely)
    await sleep(50)

    await db.close()

    expect((await read).rows).toEqual([{ done: 1 }])
    expect(String(await caught(db.replica.users.list()))).toContain('closed')
  })
})
