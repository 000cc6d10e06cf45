import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import pg from 'pg'
import { describe, expect } from 'vitest'
import type { ChatMessage, Database } from '../../../src/index.ts'
import { isDistributed, test } from '../../support/database.ts'
import { aChat } from '../../support/exactly.ts'
import { EXAMPLE_ROWS } from '../../support/example-rows.ts'

const text = (id: string, words = id): ChatMessage =>
  ({ id, role: 'user', parts: [{ type: 'text', text: words }] }) as never

async function nextPosition(db: Database, chatId: string) {
  const { rows } = await sql<{ next: number }>`
    select next_position as next from chats where id = ${chatId}`.execute(db.kysely)
  return rows[0]?.next
}

describe('positions', () => {
  test('are used up by new messages only', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    const messages = [text('a'), text('b')]

    for (let turn = 0; turn < 5; turn += 1) {
      messages.push(text(`${turn}`))
      await db.chats.save(chatId, messages, owner)
      await db.chats.replace(chatId, messages, owner)
      await db.chats.save(chatId, [text('a', `${turn}`), ...messages.slice(1)], owner)
      messages[0] = text('a', `${turn}`)
    }

    expect(await nextPosition(db, chatId)).toBe(messages.length)
    expect((await db.chats.load(chatId, owner)).messages).toEqual(messages)
  })

  test('of a message between two new ones stay as they are', async ({ db }) => {
    const { chatId, owner } = await aChat(db)
    await db.chats.save(chatId, [text('known')], owner)

    await db.chats.save(chatId, [text('x'), text('known'), text('y')], owner)

    const { messages } = await db.chats.load(chatId, owner)
    expect(messages.map(({ id }) => id)).toEqual(['known', 'x', 'y'])
    expect(await nextPosition(db, chatId)).toBe(3)
  })
})

describe('the functions of chats', () => {
  test('write to the tables of the schema, regardless of what the session has under their names', async ({
    db,
  }) => {
    const { chatId, owner } = await aChat(db)
    await db.chats.save(chatId, [text('a'), text('b')], owner)

    await db.transaction(async (tx) => {
      for (const table of ['chats', 'messages', 'parts'])
        await sql`create temp table ${sql.ref(table)} (like ${sql.table(`public.${table}`)} including all) on commit drop`.execute(
          tx.kysely,
        )
      await tx.chats.save(chatId, [text('c')], owner)
      await tx.chats.truncateFrom(chatId, 'b', { ...owner, inclusive: false })
      await tx.chats.replace(chatId, [text('a', 'new'), text('d')], owner)
    })

    expect((await db.chats.load(chatId, owner)).messages).toEqual([text('a', 'new'), text('d')])
  })

  test.skipIf(isDistributed)(
    'call the functions of PostgreSQL, not overloads in the schema',
    async ({ openAnother }) => {
      const db = openAnother()
      const { chatId, owner } = await aChat(db)
      const overloads = [
        `create function cardinality(text[]) returns integer language sql return 77`,
        `create function unnest(text[]) returns setof text language sql return 'stolen'`,
        `create function unnest(integer[]) returns setof integer language sql return 7`,
        `create function count(integer) returns bigint language sql return 7`,
      ]
      for (const overload of overloads) await sql.raw(overload).execute(db.kysely)
      try {
        await db.chats.save(chatId, [text('a'), text('b')], owner)
        await db.chats.replace(chatId, [text('b'), text('c')], owner)

        expect((await db.chats.load(chatId, owner)).messages).toEqual([text('b'), text('c')])
        expect(await nextPosition(db, chatId)).toBe(3)
      } finally {
        for (const overload of overloads)
          await sql.raw(`drop function ${/function (.*\))? returns/.exec(overload)?.[1]}`).execute(db.kysely)
      }
    },
  )
})

test('a fork has the messages of one moment, while others replace them', async ({ db }) => {
  const { chatId, owner } = await aChat(db)
  const generation = (n: number) => Array.from({ length: 1 + (n % 5) }, (_, id) => text(`${id}`, `${n}`))
  await db.chats.save(chatId, generation(0), owner)
  let isDone = false
  const writer = async () => {
    for (let n = 1; !isDone; n += 1) await db.chats.replace(chatId, generation(n), owner)
  }
  const forker = async () => {
    for (let n = 0; n < 15; n += 1) {
      const fork = await db.chats.fork(chatId, owner)
      const { messages } = await db.chats.load(fork.chatId, owner)
      const [said] = messages.map(({ parts }) => (parts[0] as unknown as { text: string }).text)
      expect(messages).toEqual(generation(Number(said)))
    }
  }

  const writing = writer()
  await Promise.all([forker(), forker()]).finally(() => {
    isDone = true
  })
  await writing
})

/** The plans of the statements that a function runs, as auto_explain reports them. */
async function plansWithin(client: pg.Client, call: string, values: unknown[]): Promise<string[]> {
  const plans: string[] = []
  const collect = ({ message = '' }: { message?: string | undefined }) => plans.push(message)
  client.on('notice', collect)
  await client.query(call, values)
  client.off('notice', collect)
  return plans.filter((plan) => plan.includes('plan:'))
}

test.skipIf(isDistributed)(
  'no statement within the functions reads a table from end to end, with any statistics',
  {
    timeout: 120_000,
  },
  async ({ url }) => {
    const client = new pg.Client(url)
    await client.connect()
    await client.query(`load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
    set auto_explain.log_level = notice; set client_min_messages = notice`)
    const { users, chats, messages, parts } = EXAMPLE_ROWS
    const save = async (replaces: boolean, ids: string[], truncateFrom: string | null) => {
      const { rows } = await client.query('select user_id, id from chats limit 1')
      const many = (value: unknown) => ids.map(() => value)
      return plansWithin(
        client,
        'select * from save_messages($1, $2, null, $3, $4, $5, $6, $7, $8, $9, $9, $5, $10, $11, $12, $12, $12, $12, $12::text[]::tsvector[], $13, $12, null)',
        [
          ...[rows[0].user_id, rows[0].id, truncateFrom, replaces, ids, many('user'), many(1), many('{}')],
          ...[many(null), many(0), many('text'), many(null), many('{"type":"text"}')],
        ],
      )
    }
    try {
      // The first call plans the statements of the session while the tables are nearly empty.
      const userId = randomUUID()
      await client.query(
        `insert into users (user_id, name, email, password) values ($1, 'Ada', $2, '$2b$10$' || repeat('h', 53))`,
        [userId, `${userId}@example.test`],
      )
      await client.query('insert into chats (user_id) values ($1)', [userId])
      const first = [...(await save(false, ['a'], null)), ...(await save(true, ['a', 'b'], null))]
      await client.query('delete from users')
      for (const { many } of [users, chats, messages, parts]) await client.query(many)
      await client.query('vacuum analyze')

      const later = [
        ...(await save(false, ['x'], null)),
        ...(await save(false, ['x', 'y'], 'x')),
        ...(await save(true, ['y', 'x'], null)),
        ...(await plansWithin(
          client,
          `select truncate_messages(user_id, id, 'x', false) from chats limit 1`,
          [],
        )),
        ...(await plansWithin(client, 'select fork_chat(user_id, id, null, null) from chats limit 1', [])),
        ...(await plansWithin(
          client,
          'select delete_chats(user_id, array[id], null), delete_chats(user_id, array[id], now()) from chats limit 1',
          [],
        )),
      ]

      expect(later.length).toBeGreaterThan(20)
      expect(
        later.filter(
          (plan) => /Seq Scan on (messages|parts|chats)/.test(plan) && !/from chats limit 1/.test(plan),
        ),
      ).toEqual([])
      // Neither do they look a message up by reading its chat, nor do the foreign keys.
      expect(later.filter((plan) => /position_key on messages[^>]*Filter: \(+id =/.test(plan))).toEqual([])
      expect(later.some((plan) => /messages_pkey on messages x/.test(plan))).toBe(true)
      // A fork looks the parts up by their messages, however many of either the statistics promise.
      const copy = later.find((plan) => /insert into parts/.test(plan) && /cross join lateral/.test(plan))
      expect(copy).toMatch(/parts_pkey[^>]*Index Cond: [^>]*message_id = messages.id/)
      expect(first.length).toBeGreaterThan(5)
    } finally {
      await client.end()
    }
  },
)
