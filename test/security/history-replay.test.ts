import { expect } from 'vitest'
import { type Database, sql } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aCustomer, aPerson, aUser, HASH } from '../support/factories.ts'
import { Random, textOf } from '../support/random.ts'

/** HISTORY_CHANGES=10000 for a long run. */
const CHANGES = Number(process.env.HISTORY_CHANGES ?? 300)

/** The columns of each entity that history leaves out, beside those that triggers set with every change. */
const TABLES = {
  user: { table: 'users', key: ['user_id'], leftOut: ['password'] },
  customer: { table: 'customers', key: ['customer_id'], leftOut: [] },
  person: { table: 'people', key: ['person_id'], leftOut: [] },
  contact: { table: 'customer_people', key: ['customer_person_id'], leftOut: [] },
  chat: { table: 'chats', key: ['user_id', 'id'], leftOut: ['next_position', 'active_stream_id'] },
} as const
const ALWAYS_LEFT_OUT = ['updated_at', 'updated_by', 'version']

type Entity = keyof typeof TABLES
type State = Map<string, Record<string, unknown>>

/** Every row of the tables with history, without nulls, by entity and key. */
async function stateOf(db: Database): Promise<State> {
  const state: State = new Map()
  for (const [entity, { table, key, leftOut }] of Object.entries(TABLES)) {
    const { rows } = await sql<{ row: Record<string, unknown> }>`
      select jsonb_strip_nulls(to_jsonb(t) - ${[...leftOut, ...ALWAYS_LEFT_OUT]}::text[]) as row from ${sql.table(table)} t`.execute(
      db.kysely,
    )
    for (const { row } of rows) state.set(`${entity} ${key.map((column) => row[column]).join('/')}`, row)
  }
  return state
}

/** Undoes the entries of the log that are later than `after`, from the last one on. */
async function replayBackwards(db: Database, state: State, after: string): Promise<State> {
  const { rows } = await sql<{ entity: Entity; key: string; changes: Record<string, [unknown, unknown]> }>`
    select entity_type as entity, entity_id as key, changes from audit_log where is_history and id > ${after} order by id desc`.execute(
    db.kysely,
  )
  for (const { entity, key, changes } of rows) {
    const row = { ...state.get(`${entity} ${key}`) }
    for (const [column, [before]] of Object.entries(changes)) {
      if (before === null) delete row[column]
      else row[column] = before
    }
    if (Object.keys(row).length === 0) state.delete(`${entity} ${key}`)
    else state.set(`${entity} ${key}`, row)
  }
  return state
}

/** One random change, by a repository or by SQL. */
async function change(db: Database, random: Random, state: State): Promise<void> {
  const idsOf = (entity: Entity) =>
    [...state.keys()].filter((key) => key.startsWith(`${entity} `)).map((key) => key.slice(entity.length + 1))
  const pick = (entity: Entity) => random.pick(idsOf(entity))
  const text = () => `x${textOf(random, random.between(1, 30)).replace(/[\0\ud800-\udfff]/g, '')}y`
  const [userId = '', customerId = '', personId = ''] = (['user', 'customer', 'person'] as const).map(pick)
  const [owner = '', chatId = ''] = (random.pick(['', ...idsOf('chat')]) || '/').split('/')
  const changes: (() => Promise<unknown>)[] = [
    () => db.users.create(aUser()),
    () => db.users.update(userId, { name: text() }),
    () => db.users.setPassword(userId, HASH),
    () => db.users.setRole(userId, random.pick(['user', 'admin'])),
    () => db.users.delete(userId),
    () => db.customers.create(aCustomer({ companySize: random.between(1, 10_000) })),
    () => db.customers.update(customerId, { displayName: text(), industry: random.pick([null, text()]) }),
    () => db.customers.delete(customerId),
    () => db.people.create(aPerson({ phone: text() })),
    () => db.people.update(personId, { isActive: random.chance(0.5), phone: random.pick([null, text()]) }),
    () => db.people.delete(personId),
    () => db.customers.addContact(customerId, personId, { isPrimary: random.chance(0.3) }),
    () => db.customers.setPrimaryContact(customerId, personId),
    () => db.chats.create({ userId, title: random.pick([null, text()]) }),
    () => db.chats.rename(chatId, random.pick([null, text()]), { userId: owner }),
    () => db.chats.delete(chatId, { userId: owner }),
    () =>
      sql`update customers set status = 'paused', timezone = timezone || 'x' where customer_id < ${customerId}`.execute(
        db.kysely,
      ),
    () =>
      sql`update people set person_id = uuidv7(), job_title = 'Moved' where person_id = ${personId}`.execute(
        db.kysely,
      ),
    () =>
      sql`delete from customer_people where person_id = ${personId} or customer_id = ${customerId}`.execute(
        db.kysely,
      ),
    () =>
      sql`insert into people (first_name, last_name) select 'A', 'B' || n from generate_series(1, 3) n`.execute(
        db.kysely,
      ),
    () =>
      sql`insert into users (name, email, password, role) select name, email, ${HASH}, 'moderator' from users where user_id = ${userId}
      on conflict (email) do update set role = excluded.role`.execute(db.kysely),
  ]
  // Some are refused, for example a second primary contact.
  await random
    .pick(changes)()
    .catch(() => {})
}

test(`${CHANGES} random changes, undone by the log from the last one on, lead to the first state of every row`, {
  timeout: 60_000 + CHANGES * 100,
}, async ({ openAnother }) => {
  const db = openAnother({ max: 1 })
  const random = new Random('history')
  for (let n = 0; n < 5; n += 1) {
    const { userId } = await db.users.create(aUser())
    await db.chats.create({ userId, title: `Chat ${n}` })
    const { customerId } = await db.customers.create(aCustomer())
    const { personId } = await db.people.create(aPerson())
    await db.customers.addContact(customerId, personId)
  }
  const first = await stateOf(db)
  const { rows } = await sql<{ now: string }>`select uuidv7() as now`.execute(db.kysely)

  let state = first
  for (let done = 0; done < CHANGES; done += 1) {
    if (done % 10 === 0) state = await stateOf(db)
    await change(db, random, state)
  }

  const last = await stateOf(db)
  expect(last).not.toEqual(first)
  expect(await replayBackwards(db, last, rows[0]?.now as string)).toEqual(first)
})
