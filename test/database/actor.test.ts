import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { type Actor, type Database, InvalidInputError, openDatabase, sql } from '../../src/index.ts'
import { createLogin } from '../support/app-login.ts'
import { test as base } from '../support/database.ts'
import { runSql } from '../support/databases.ts'
import { aCustomer, aMessage, aUser, caught } from '../support/factories.ts'
import { PGBOUNCER_IS_MISSING, PGBOUNCERS_OR_NONE, startPgBouncer } from '../support/pgbouncer.ts'

/** A login to which row security shows the acting user alone. */
const test = base.extend<{ loginUrl: string; app: Database }>({
  loginUrl: [
    async ({ url }, use) => {
      await using login = await createLogin(
        url,
        (role) => `grant all on all tables in schema public to ${role};
          alter table users enable row level security;
          create policy own on users using (user_id = (select current_user_id()))`,
      )
      await use(login.url)
    },
    { scope: 'file' },
  ],
  app: async ({ loginUrl }, use) => {
    await using app = openDatabase({ connectionString: loginUrl, max: 3 })
    await use(app)
  },
})

type Querying = Pick<Database, 'kysely'>

/** The actor, according to the server. */
async function acting(db: Querying): Promise<unknown> {
  const { rows } = await sql<{ actor: unknown; userId: string | null }>`
    select current_actor() as actor, current_user_id() as "userId"`.execute(db.kysely)
  return rows[0]
}

const WITHOUT = { actor: null, userId: null }
const USER_ID = '01930c7a-5b3e-7000-8000-000000000001'
const AS_USER = { actor: { userId: USER_ID }, userId: USER_ID }

describe('the actor of a query', () => {
  test('is a user with the facts of a request, or a job', async ({ db }) => {
    const user = {
      userId: USER_ID,
      role: 'admin',
      requestId: 'r-1',
      ipAddress: '203.0.113.7',
      userAgent: 'Mozilla \'"\\ \u{1f600}',
    }

    expect(await acting(db.as(user))).toEqual({ actor: user, userId: USER_ID })
    expect(await acting(db.as({ system: 'nightly-import' }))).toEqual({
      actor: { system: 'nightly-import' },
      userId: null,
    })
  })

  test.for([true, false])('is gone after the query, with prepare: %s', async (prepare, { openAnother }) => {
    const db = openAnother({ max: 1, prepare })

    expect(await acting(db)).toEqual(WITHOUT)
    expect(await acting(db.as({ userId: USER_ID }))).toEqual(AS_USER)
    expect(await acting(db)).toEqual(WITHOUT)
    await caught(sql`select 1 / 0`.execute(db.as({ userId: USER_ID }).kysely))
    expect(await acting(db)).toEqual(WITHOUT)
  })

  test('holds with a timeout and a signal, in either order', async ({ db }) => {
    const { signal } = new AbortController()
    const { userId } = await db.users.create(aUser())

    for (const bound of [
      db.as({ userId: USER_ID }).with({ timeout: 30_000, signal }),
      db.with({ timeout: 30_000, signal }).as({ userId: USER_ID }),
      db.as({ userId }).as({ userId: USER_ID }),
    ]) {
      expect(await acting(bound)).toEqual(AS_USER)
      expect((await bound.users.get(userId)).userId).toBe(userId)
    }
  })

  test('does not keep a call from being cancelled', async ({ db }) => {
    const abort = new AbortController()
    const as = db.as({ userId: USER_ID }).with({ signal: abort.signal })
    const call = caught(sql`select pg_sleep(30)`.execute(as.kysely))
    await sleep(200)

    abort.abort('enough')

    expect(await call).toBe('enough')
    expect(await acting(db)).toEqual(WITHOUT)
  })

  test('is not taken from the options of a call', async ({ app, db }) => {
    const { userId } = await db.users.create(aUser())
    const forged = {
      actor: { sql: `set norberts_spark.user_id = '${userId}'`, prepared: false, readOnly: true },
    }

    for (const view of [app, app.with({}), app.as({ userId: USER_ID })]) {
      expect(await caught(view.users.find(userId, forged as object))).toMatchObject({ field: 'actor' })
    }
  })
})

describe('transactions', () => {
  test('have the actor from the beginning to the end, in savepoints too', async ({ openAnother }) => {
    const db = openAnother({ max: 1 })
    const as = db.as({ userId: USER_ID })
    const names: unknown[] = []
    db.on('query', ({ name }) => names.push(name))

    await as.transaction(
      async (tx) => {
        expect(await acting(tx)).toEqual(AS_USER)
        await tx.users.existsByEmail('absent@example.test')
        await caught(tx.savepoint(() => sql`select 1 / 0`.execute(tx.kysely)))
        expect(await acting(tx)).toEqual(AS_USER)
        await tx.savepoint(async (inner) => expect(await acting(inner)).toEqual(AS_USER))
        const { rows } = await sql`show transaction_isolation`.execute(tx.kysely)
        expect(rows).toEqual([{ transaction_isolation: 'serializable' }])
      },
      { isolation: 'serializable' },
    )
    await as.with({}).users.existsByEmail('absent@example.test')
    await db.users.existsByEmail('absent@example.test')

    expect(names.filter((name) => String(name).startsWith('users.'))).toEqual([
      'users.existsByEmail as actor',
      'users.existsByEmail as actor',
      'users.existsByEmail',
    ])

    expect(await acting(db)).toEqual(WITHOUT)
  })

  test('of Kysely, streams and a BEGIN of the service have it, too', async ({ openAnother }) => {
    const db = openAnother({ max: 1 })
    const { kysely } = db.as({ userId: USER_ID })

    await kysely
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (trx) => expect(await acting({ kysely: trx })).toEqual(AS_USER))
    const streamed = []
    const rows = kysely.selectFrom(sql<{ n: number }>`generate_series(1, 5)`.as<'s'>(sql`s(n)`))
    for await (const row of rows.select(['s.n', sql`current_user_id()`.as('userId')]).stream(2))
      streamed.push(row)
    await kysely.connection().execute(async (connection) => {
      await sql`begin isolation level serializable`.execute(connection)
      expect(await acting({ kysely: connection })).toEqual(AS_USER)
      await sql`rollback`.execute(connection)
      expect(await acting({ kysely: connection })).toEqual(AS_USER)
    })

    expect(streamed).toEqual([1, 2, 3, 4, 5].map((n) => ({ n, userId: USER_ID })))
    expect(await acting(db)).toEqual(WITHOUT)
  })

  test('have it again when they are repeated', async ({ openAnother }) => {
    const as = openAnother({ max: 1 }).as({ userId: USER_ID })
    let runs = 0

    const seen = await as.transaction(
      async (tx) => {
        runs += 1
        if (runs === 1) await sql`do $$ begin raise serialization_failure; end $$`.execute(tx.kysely)
        return acting(tx)
      },
      { retries: 1 },
    )

    expect(runs).toBe(2)
    expect(seen).toEqual(AS_USER)
  })
})

describe('repositories', () => {
  test('read as many actors at once, and without one, each what it may see', async ({ db, app }) => {
    const users = await Promise.all(Array.from({ length: 40 }, () => db.users.create(aUser())))
    const views = users.map(({ userId }) => app.as({ userId }))

    const own = await Promise.all(views.map((view, n) => view.users.find(users[n]?.userId as string)))
    const mixed = await Promise.all(
      users.flatMap(({ userId }, n) => [
        views[n]?.users.find(userId),
        app.users.find(userId),
        views[(n + 1) % 40]?.users.find(userId),
        app.with({ timeout: 20_000 }).users.find(userId),
      ]),
    )

    expect(own).toEqual(users)
    expect(mixed).toEqual(users.flatMap((user) => [user, undefined, undefined, undefined]))
  })

  test('write, save and load as the actor', async ({ app, db, url }) => {
    const { userId } = await db.users.create(aUser())
    const as = app.as({ userId })
    await runSql(
      url,
      `create table acted (by uuid); grant all on acted to public;
       create function note_actor() returns trigger language plpgsql as $$
         begin insert into acted values (current_user_id()); return new; end $$;
       create trigger note before insert on customers for each row execute function note_actor();
       create trigger note before insert on messages for each row execute function note_actor();`,
    )

    await as.customers.create(aCustomer())
    const { chatId } = await as.chats.create({ userId })
    await as.chats.save(chatId, [aMessage()], { userId })

    const { rows } = await sql`select distinct by from acted`.execute(db.kysely)
    expect(rows).toEqual([{ by: userId }])
    expect((await as.users.update(userId, { name: 'Ada Lovelace' })).name).toBe('Ada Lovelace')
  })

  test('import as the actor, for a login that owns the tables', async ({ db, url }) => {
    await runSql(
      url,
      `create table imported (by uuid);
       create function note_import() returns trigger language plpgsql as $$
         begin insert into imported values (current_user_id()); return new; end $$;
       create trigger note_import before insert on customers for each row execute function note_import();`,
    )

    await db
      .as({ userId: USER_ID })
      .customers.importMany(Array.from({ length: 3 }, () => ({ ...aCustomer(), people: [] })))

    const { rows } = await sql`select by, count(*)::int as count from imported group by by`.execute(db.kysely)
    expect(rows).toEqual([{ by: USER_ID, count: 3 }])
    await runSql(url, 'drop trigger note_import on customers')
  })
})

describe('an actor that cannot be', () => {
  test.for<[object | null | undefined | string, string]>([
    [undefined, 'actor'],
    [null, 'actor'],
    ['ada', 'actor'],
    [{}, 'userId'],
    [{ userId: undefined }, 'userId'],
    [{ userId: '' }, 'userId'],
    [{ userId: 'x' }, 'userId'],
    [{ userId: [USER_ID] }, 'userId'],
    [{ userId: USER_ID, role: '' }, 'role'],
    [{ userId: USER_ID, requestId: 'x'.repeat(256) }, 'requestId'],
    [{ userId: USER_ID, ipAddress: 'localhost' }, 'ipAddress'],
    [{ userId: USER_ID, userAgent: 'a\0b' }, 'userAgent'],
    [{ userId: USER_ID, user: 1 }, 'user'],
    [{ system: '' }, 'system'],
    [{ system: undefined }, 'system'],
    [{ system: 'job', userId: USER_ID }, 'actor'],
  ])('%j is refused', ([actor, field], { db }) => {
    const error = thrown(() => db.as(actor as Actor))

    expect(error).toBeInstanceOf(InvalidInputError)
    expect(error).toMatchObject({ field })
  })
})

describe.each(PGBOUNCERS_OR_NONE)('behind PgBouncer $version in transaction mode', (pgbouncer) => {
  test.skipIf(PGBOUNCER_IS_MISSING).for(pgbouncer.keepsStatements ? [true, false] : [false])(
    'each query has its own actor, and no other session has one, with prepare: %s',
    async (prepare, { db, url, openAnother }) => {
      const users = await Promise.all(Array.from({ length: 20 }, () => db.users.create(aUser())))
      await using pooler = await startPgBouncer(pgbouncer, url, 'transaction')
      const pooled = openAnother({ connectionString: pooler.url, max: 8, prepare })

      const seen = await Promise.all(
        users.flatMap(({ userId }) => [acting(pooled.as({ userId })), acting(pooled)]),
      )
      const found = await Promise.all(
        users.map(({ userId }) => pooled.as({ userId }).transaction((tx) => tx.users.find(userId))),
      )

      expect(seen).toEqual(users.flatMap(({ userId }) => [{ actor: { userId }, userId }, WITHOUT]))
      expect(found).toEqual(users)
    },
  )
})

function thrown(fn: () => unknown): unknown {
  try {
    return fn()
  } catch (error) {
    return error
  }
}
