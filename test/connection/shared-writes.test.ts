import { sql } from 'kysely'
import pg from 'pg'
import { expect } from 'vitest'
import { ConstraintError, type Database, openDatabase, UnavailableError, violates } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aUser } from '../support/factories.ts'

const many = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n))

/** Another session, inside a transaction that is rolled back at the end. */
async function beside<T>(url: string, text: string, fn: (other: pg.Client) => Promise<T>): Promise<T> {
  const other = new pg.Client(url)
  await other.connect()
  await other.query(`begin; ${text}`)
  try {
    return await fn(other)
  } finally {
    await other.query('rollback')
    await other.end()
  }
}

/** Runs `fn` while a trigger on `users` performs `body`; `new` is the row that is written. */
async function withTrigger<T>(db: Database, kind: string, body: string, fn: () => Promise<T>): Promise<T> {
  const define = `create function on_user() returns trigger language plpgsql as $$ begin ${body} return new; end $$`
  await sql.raw(define).execute(db.kysely)
  await sql.raw(`create ${kind} for each row execute function on_user()`).execute(db.kysely)
  try {
    return await fn()
  } finally {
    await sql`drop trigger shared on users`.execute(db.kysely)
    await sql`drop function on_user`.execute(db.kysely)
  }
}

async function namesOf(db: Database): Promise<Set<string>> {
  const { rows } = await sql<{ name: string }>`select name from users`.execute(db.kysely)
  return new Set(rows.map(({ name }) => name))
}

test('each of many writers gets its own row, and several of them one transaction', async ({
  openAnother,
}) => {
  const db = openAnother({ max: 4 })
  const inputs = many(200, () => aUser())

  const users = await Promise.all(inputs.map((input) => db.users.create(input)))

  expect(users.map(({ email }) => email)).toEqual(inputs.map(({ email }) => email))
  const ids = users.map(({ userId }) => userId)
  const { rows } = await sql<{ transactions: number }>`
    select count(distinct xmin::text)::int as transactions from users where user_id = any(${ids}::uuid[])`.execute(
    db.kysely,
  )
  expect(rows[0]?.transactions).toBeLessThan(100)
  expect(await Promise.all(ids.map((id) => db.users.get(id)))).toEqual(users)
})

test('a write that fails fails alone', async ({ db, openAnother }) => {
  const other = openAnother({ max: 3 })
  const taken = await db.users.create(aUser())

  const outcomes = await Promise.allSettled(
    many(60, (n) => other.users.create(n % 20 === 7 ? aUser({ email: taken.email }) : aUser())),
  )

  for (const [n, outcome] of outcomes.entries()) {
    expect(outcome.status, String(n)).toBe(n % 20 === 7 ? 'rejected' : 'fulfilled')
    if (outcome.status === 'rejected') {
      expect(outcome.reason).toBeInstanceOf(ConstraintError)
      expect(violates(outcome.reason, 'users_email_key')).toBe(true)
    }
  }
})

test('of two callers with the same unique value one succeeds, and the other has its own error', async ({
  openAnother,
}) => {
  const db = openAnother({ max: 3 })
  const inputs = many(30, () => aUser())

  const outcomes = await Promise.allSettled(
    [...inputs, ...inputs].map((input) => db.users.create({ ...input })),
  )

  for (const [n, first] of outcomes.slice(0, 30).entries()) {
    const second = outcomes[n + 30]
    expect([first.status, second?.status].sort()).toEqual(['fulfilled', 'rejected'])
  }
})

test('a violation that shows at the commit fails alone', async ({ db, openAnother }) => {
  const other = openAnother({ max: 2 })
  const kind = 'constraint trigger shared after insert on users deferrable initially deferred'
  const body = `if new.name = 'Refused' then raise exception 'refused at the commit'; end if;`

  const outcomes = await withTrigger(db, kind, body, () =>
    Promise.allSettled(
      many(40, (n) => other.users.create(aUser({ name: n === 23 ? 'Refused' : `Late ${n}` }))),
    ),
  )

  const rejected = outcomes.flatMap((outcome, n) =>
    outcome.status === 'rejected' ? [[n, String(outcome.reason)]] : [],
  )
  expect(rejected).toEqual([[23, expect.stringContaining('refused at the commit')]])
  const names = await namesOf(db)
  for (const n of many(40, (n) => n)) expect(names.has(`Late ${n}`)).toBe(n !== 23)
})

test('a locked row holds up its own writer only', async ({ db, url, openAnother }) => {
  const other = openAnother({ max: 3 })
  const users = await Promise.all(many(40, () => db.users.create(aUser())))
  const locked = users[25]!.userId
  const update = (n: number) => other.users.update(users[n]!.userId, { name: `Changed ${n}` })

  const waiting = await beside(url, `select from users where user_id = '${locked}' for update`, async () => {
    const updates = many(40, update)
    await Promise.all(updates.filter((_, n) => n !== 25))
    expect((await db.users.get(locked)).name).not.toBe('Changed 25')
    return { update: updates[25]! }
  })

  expect((await waiting.update).name).toBe('Changed 25')
})

test('a batch and a transaction that wait for each other end without a deadlock', async ({
  db,
  url,
  openAnother,
}) => {
  const other = openAnother({ max: 2 })
  const users = await Promise.all(many(30, () => db.users.create(aUser())))
  const lock = (n: number) => `select from users where user_id = '${users[n]!.userId}' for update`

  await beside(url, lock(29), async (session) => {
    const updates = many(30, (n) => other.users.update(users[n]!.userId, { name: `Crossed ${n}` }))
    for (const n of many(29, (n) => n)) await session.query(lock(n))
    await session.query('rollback')
    const names = (await Promise.all(updates)).map(({ name }) => name)
    expect(names).toEqual(many(30, (n) => `Crossed ${n}`))
  })
})

test('a call that is cancelled leaves those of its batch to others', async ({ db, openAnother }) => {
  const other = openAnother({ max: 2 })
  const outcomes = await withTrigger(
    db,
    'trigger shared before insert on users',
    'perform pg_sleep(0.01);',
    () =>
      Promise.allSettled(
        many(80, (n) =>
          other.users.create(
            aUser({ name: `Kept ${n}` }),
            n % 3 === 0 ? { timeout: 1 + n } : n % 3 === 1 ? { signal: AbortSignal.timeout(1 + n) } : {},
          ),
        ),
      ),
  )

  const names = await namesOf(db)
  for (const [n, outcome] of outcomes.entries()) {
    if (n % 3 === 2) expect(outcome.status, String(n)).toBe('fulfilled')
    if (outcome.status === 'fulfilled') expect(names).toContain(`Kept ${n}`)
    else if (outcome.reason instanceof UnavailableError && outcome.reason.retryable)
      expect(names).not.toContain(`Kept ${n}`)
  }
  expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0)
})

test('a call leaves a batch that the server does not answer', async ({ db, openAnother }) => {
  const other = openAnother({ max: 1 })
  await withTrigger(db, 'trigger shared before insert on users', 'perform pg_sleep(0.3);', async () => {
    const [first, , late] = many(12, (n) =>
      other.users.create(aUser(), n === 2 ? { timeout: 500 } : {}).catch((error: unknown) => error),
    )
    await first
    // The batch of the other eleven takes three seconds.
    expect(await late).toMatchObject({ name: 'UnavailableError', retryable: false })
  })
})

test('a lost connection leaves it open whether the writes of its batch happened', async ({
  db,
  openAnother,
}) => {
  const other = openAnother({ max: 2, application_name: 'doomed writers' })
  await withTrigger(db, 'trigger shared before insert on users', 'perform pg_sleep(0.02);', async () => {
    const writes = Promise.allSettled(many(40, (n) => other.users.create(aUser({ name: `Doomed ${n}` }))))
    // A connection that does not write yet could be opened again without anything being lost.
    const kill = sql`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'doomed writers' and wait_event = 'PgSleep'`
    for (let killed = 0; killed === 0; ) killed = (await kill.execute(db.kysely)).rows.length
    const outcomes = await writes
    const names = await namesOf(db)
    for (const [n, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') expect(names).toContain(`Doomed ${n}`)
      else expect(outcome.reason).toMatchObject({ name: 'UnavailableError', retryable: false })
    }
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(1)
  })
})

test('another text under the name of a statement fails every write of a batch, and the connection goes on', async ({
  url,
}) => {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  await pool.query({ name: 'users.create', text: 'select 1' })
  const db = openDatabase(pool)

  const outcomes = await Promise.allSettled(many(20, () => db.users.create(aUser())))

  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'DatabaseError' } })
  expect((await db.users.list({ limit: 1 })).items).toHaveLength(1)
  await db.close()
  await pool.end()
})

test('closing waits for the writes under way', async ({ db, openAnother }) => {
  const other = openAnother({ max: 2 })
  const inputs = many(100, () => aUser())

  const writes = inputs.map((input) => other.users.create(input))
  const closed = other.close()

  expect(await Promise.all(writes)).toHaveLength(100)
  await closed
  expect(await db.users.existsByEmail(inputs[99]!.email)).toBe(true)
})
