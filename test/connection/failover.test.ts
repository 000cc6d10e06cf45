import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { applySchema } from '../../scripts/generate/apply.ts'
import {
  type Database,
  type DatabaseOptions,
  InvalidInputError,
  type NewUser,
  openDatabase,
  UnavailableError,
  UnconfirmedCommitError,
} from '../../src/index.ts'
import { startReplicatedServers } from '../../src/server/index.ts'
import { aUser, caught } from '../support/factories.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'

async function roleOf(db: Database): Promise<string> {
  const { rows } = await sql<{ role: string }>`
    select case when pg_is_in_recovery() then 'standby' else 'primary' end as role`.execute(db.kysely)
  return rows[0]!.role
}

const PERSON = { first_name: 'Address', last_name: 'Moved' }
const INSERT = sql`insert into people (first_name, last_name) values ('Address', 'Moved')`

/** One URL with both hosts. */
function listed(first: string, second: string, parameters: string): string {
  const [one, two] = [new URL(first), new URL(second)]
  return `postgres://${one.username}:${one.password}@${one.host},${two.host}${one.pathname}?${parameters}`
}

test('a pair: roles, an address that moves, and a failover under load', { timeout: 120_000 }, async () => {
  await using servers = await startReplicatedServers('shop', 1, async (url) => {
    await applySchema(url, 'schema')
  })
  const standby = servers.standbys[0]!
  const pair = { primary: servers.primary.url, standby: standby.url }
  const withDatabase = async <T>(source: string | DatabaseOptions, fn: (db: Database) => Promise<T>) => {
    await using db = openDatabase(source)
    return await fn(db)
  }

  // Of two hosts in any order, the one with the role that was asked for.
  for (const [first, second] of [
    [pair.primary, pair.standby],
    [pair.standby, pair.primary],
  ] as const) {
    for (const [target, role] of [
      ['read-write', 'primary'],
      ['primary', 'primary'],
      ['read-only', 'standby'],
      ['standby', 'standby'],
      ['prefer-standby', 'standby'],
      ['any', first === pair.primary ? 'primary' : 'standby'],
    ] as const) {
      const source = listed(first, second, `target_session_attrs=${target}`)
      expect([target, await withDatabase(source, roleOf)]).toEqual([target, role])
    }
  }
  const both = {
    connectionString: listed(pair.primary, pair.standby, ''),
    target_session_attrs: 'standby',
  } as const
  expect(await withDatabase(both, roleOf)).toBe('standby')
  const { hostname, username, password, port, pathname } = new URL(pair.primary)
  const options = {
    user: username,
    password,
    database: pathname.slice(1),
    target_session_attrs: 'read-write',
  } as const
  const ports = `${new URL(pair.standby).port},${port}`
  expect(await withDatabase({ ...options, host: `${hostname},${hostname}`, port: ports }, roleOf)).toBe(
    'primary',
  )

  // A cancelled wait for a synchronous standby is no success, and no failure either.
  await withDatabase(pair.primary, async (db) => {
    await sql`alter system set synchronous_standby_names = 'absent'`.execute(db.kysely)
    await sql`select pg_reload_conf()`.execute(db.kysely)
    await expect
      .poll(async () => {
        const { rows } = await sql<{
          names: string
        }>`select current_setting('synchronous_standby_names') as names`.execute(db.kysely)
        return rows[0]!.names
      })
      .toBe('absent')
    const inputs = Array.from({ length: 14 }, () => aUser()) as [NewUser, NewUser, ...NewUser[]]
    const errors = [
      await caught(db.users.create(inputs[0], { timeout: 1_500 })),
      await caught(db.transaction((tx) => tx.users.create(inputs[1]), { signal: AbortSignal.timeout(900) })),
      // Most of these share a commit.
      ...(await Promise.all(
        inputs.slice(2).map((input) => caught(db.users.create(input, { timeout: 1_500 }))),
      )),
    ]
    for (const error of errors) {
      expect(error).toBeInstanceOf(UnconfirmedCommitError)
      expect(String(error)).toContain('committed, but is not confirmed by a standby')
    }
    for (const { email } of inputs) expect(await db.users.existsByEmail(email)).toBe(true)
    await sql`alter system reset synchronous_standby_names`.execute(db.kysely)
    await sql`select pg_reload_conf()`.execute(db.kysely)
  })

  // No server has the role.
  const none = await withDatabase(`${pair.primary}?target_session_attrs=standby`, (db) =>
    caught(db.users.list()),
  )
  expect(none).toMatchObject({ name: 'UnavailableError', retryable: true })
  expect(String(none)).toContain('target_session_attrs=standby')
  // A write to standbys that were asked for is a mistake, not an outage.
  const refused = await withDatabase(`${pair.standby}?target_session_attrs=standby`, (db) =>
    caught(db.users.create(aUser())),
  )
  expect(refused).not.toBeInstanceOf(UnavailableError)
  expect(String(refused)).toContain('read-only')

  // An address that led to a standby moves to the primary: every write after the first works.
  await using proxy = await TcpProxy.start(pair.standby)
  for (const write of [
    (db: Database) => db.users.create(aUser()),
    (db: Database) => db.transaction((tx) => tx.users.create(aUser())),
    (db: Database) => db.transaction((tx) => tx.savepoint((inner) => inner.users.create(aUser()))),
    (db: Database) => db.customers.importMany([{ legalName: 'Moved', displayName: 'Moved' }]),
    (db: Database) => INSERT.execute(db.kysely),
    (db: Database) => db.kysely.transaction().execute((tx) => INSERT.execute(tx)),
    (db: Database) => db.kysely.connection().execute((one) => INSERT.execute(one)),
    async (db: Database) => {
      const rows = db.kysely.insertInto('people').values(PERSON).returning('person_id').stream()
      for await (const row of rows) expect(row).toBeDefined()
    },
  ]) {
    proxy.target = new URL(pair.standby)
    await withDatabase({ connectionString: proxy.url, max: 3 }, async (db) => {
      await Promise.all(Array.from({ length: 6 }, () => db.users.list()))
      proxy.target = new URL(pair.primary)
      const first = await caught(write(db))
      expect(first).toMatchObject({ name: 'UnavailableError', code: '25006', retryable: true })
      for (let n = 0; n < 6; n += 1) await write(db)
    })
  }

  // The primary is lost under load, and the standby promoted.
  const source = listed(pair.primary, pair.standby, 'target_session_attrs=read-write')
  await withDatabase({ connectionString: source, max: 4, retry: 10_000, timeout: 15_000 }, async (db) => {
    const acknowledged: string[] = []
    const undone: string[] = []
    let isLoaded = true
    let lastWrites: number[] = []
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      while (isLoaded) {
        const input = aUser()
        await db.users.create(input).then(
          () => {
            acknowledged.push(input.email)
            lastWrites[writer] = performance.now()
          },
          (error: UnavailableError) => error.retryable && undone.push(input.email),
        )
        await sleep(5)
      }
    })
    await sleep(200)
    await servers.primary.stop()
    // As long as it takes until the pause between two attempts is the longest.
    await sleep(2_000)
    lastWrites = []
    await standby.promote()
    const promoted = performance.now()
    await expect.poll(() => Object.keys(lastWrites).length, { timeout: 10_000, interval: 10 }).toBe(4)
    const recovery = performance.now() - promoted
    isLoaded = false
    await Promise.all(writers)

    expect(recovery).toBeLessThan(1_000)
    for (const email of acknowledged) expect(await db.users.existsByEmail(email)).toBe(true)
    expect(await roleOf(db)).toBe('primary')
    for (const email of undone) expect(await db.users.existsByEmail(email)).toBe(false)
  })
})

describe('hosts that are written wrongly', () => {
  test.each([
    ['postgres://u@a:1,b:2,c/d?port=1,2', 'port'],
    ['postgres://u@a,b/d?target_session_attrs=master', 'target_session_attrs'],
    ['postgres://u@a:70000/d', 'port'],
    ['postgres://u@a,b:abc/d', 'port'],
  ])('%s', (url, named) => {
    expect(() => openDatabase(url)).toThrow(InvalidInputError)
    expect(() => openDatabase(url)).toThrow(named)
  })
})
