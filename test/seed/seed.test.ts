import pg from 'pg'
import { describe, expect, inject } from 'vitest'
import { CONSTRAINTS, TABLES, type TableName } from '../../generated/catalog.ts'
import { ScratchDatabases } from '../../scripts/scratch/index.ts'
import { type ChatMessage, openDatabase } from '../../src/index.ts'
import { createSearchIndexes, dropSearchIndexes } from '../../src/seed/search-indexes.ts'
import { type SeedOptions, type SeedProgress, seed } from '../../src/seed/seed.ts'
import { validators } from '../../src/validators.ts'
import { test as base } from '../support/database.ts'
import { caught } from '../support/factories.ts'

/** Creates databases for this file, each with one client. */
class Seeded {
  readonly #databases = new ScratchDatabases(inject('scratch'))
  readonly #clients: pg.Client[] = []

  async empty(): Promise<pg.Client & { url: string }> {
    const { url } = await this.#databases.createDatabase({ template: inject('template') })
    const client = new pg.Client({ connectionString: url, options: '-c timezone=UTC' })
    await client.connect()
    this.#clients.push(client)
    return Object.assign(client, { url })
  }

  async filled(options: SeedOptions) {
    const client = await this.empty()
    await client.query('begin')
    const counts = await seed(client, options)
    await client.query('commit')
    return { client, counts }
  }

  async close() {
    for (const client of this.#clients) await client.end()
    await this.#databases.close()
  }
}

const test = base.extend<{ seeded: Seeded; small: Awaited<ReturnType<Seeded['filled']>> }>({
  seeded: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's dependencies from the pattern
    async ({}, use) => {
      const seeded = new Seeded()
      await use(seeded)
      await seeded.close()
    },
    { scope: 'file' },
  ],
  /** A seed of 500 messages, for read-only tests. */
  small: [async ({ seeded }, use) => use(await seeded.filled({ scale: 500 })), { scope: 'file' }],
})

/** The columns of the primary key. Chats and messages are compared in the order of their creation. */
function keyOf(table: TableName): string {
  const constraints: Record<string, { kind: string; columns?: readonly string[] }> = CONSTRAINTS[table]
  const key = Object.values(constraints).find(({ kind }) => kind === 'primary-key')
  return { chats: 'id', messages: 'chat_id, position' }[table as string] ?? `${key?.columns}`
}

async function rowsOf(client: pg.Client, table: TableName): Promise<string[]> {
  const { rows } = await client.query(`select t::text as row from ${table} as t order by ${keyOf(table)}`)
  return rows.map(({ row }) => row)
}

async function everything(client: pg.Client) {
  const tables = {} as Record<TableName, string[]>
  for (const table of TABLES) tables[table] = await rowsOf(client, table)
  return tables
}

async function isEmpty(client: pg.Client): Promise<boolean> {
  return Object.values(await everything(client)).every((rows) => rows.length === 0)
}

describe('a seed', () => {
  test('gives the same bytes each time', async ({ seeded, small }) => {
    const again = await seeded.filled({ seed: 1, scale: 500 })

    expect(await everything(again.client)).toEqual(await everything(small.client))
    expect(again.counts).toEqual(small.counts)
  })

  test('that differs gives different rows, even in the same database', async ({ seeded }) => {
    const client = await seeded.empty()

    await client.query('begin')
    await seed(client, { seed: 1, scale: 300 })
    const ofOne = await everything(client)
    await seed(client, { seed: 2, scale: 300 })
    await seed(client, { seed: 0, scale: 300 })
    await seed(client, { seed: 2 ** 32 - 1, scale: 300 })
    const ofFour = await everything(client)

    const { rows } = await client.query("select email from users where email like '%@%seed2.example.%'")
    expect(rows).toHaveLength(6)
    expect(ofFour.messages).toHaveLength(1200)
    for (const table of TABLES) expect(new Set(ofFour[table]).size).toBe(ofFour[table].length)
    expect(ofFour.users).toEqual(expect.arrayContaining(ofOne.users))
  })

  test('that is larger begins with the rows of a smaller one, except for its last chat', async ({
    seeded,
    small,
  }) => {
    const { client } = await seeded.filled({ scale: 200 })

    const [few, many] = [await everything(client), await everything(small.client)]

    for (const table of ['users', 'customers', 'people', 'customer_people', 'audit_log'] as const) {
      expect(many[table]).toEqual(expect.arrayContaining(few[table]))
    }
    expect(many.messages.slice(0, 200)).toEqual(few.messages)
    expect(many.chats.slice(0, few.chats.length - 1)).toEqual(few.chats.slice(0, -1))
  })

  test('of scale 1 has one row in each table and a second entry in the audit log', async ({ seeded }) => {
    const { client, counts } = await seeded.filled({ scale: 1 })

    const rows = await everything(client)

    expect(counts).toEqual(Object.fromEntries(TABLES.map((table) => [table, rows[table].length])))
    expect(Math.min(...Object.values(counts))).toBe(1)
    expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(TABLES.length + 1)
  })

  test('counts the rows that it writes', async ({ small }) => {
    const rows = await everything(small.client)

    expect(small.counts).toEqual(Object.fromEntries(TABLES.map((table) => [table, rows[table].length])))
    expect(small.counts).toMatchObject({ messages: 500, users: 10, customers: 25 })
    expect(small.counts.parts / 500).toBeGreaterThan(1.9)
    expect(small.counts.parts / 500).toBeLessThan(2.5)
    expect(small.counts.people).toBeGreaterThan(25)
    expect(small.counts.chats).toBeGreaterThan(30)
    expect(small.counts.ai_options).toBeGreaterThan(10)
    expect(small.counts.audit_log).toBeGreaterThan(35)
  })
})

describe('seeded rows', () => {
  test('pass the validators', async ({ small }) => {
    for (const table of TABLES) {
      const { rows } = await small.client.query(`select row_to_json(t) as row from ${table} as t`)
      const name = camelCase(table) as keyof typeof validators
      for (const { row } of rows) {
        const fields = Object.fromEntries(Object.entries(row).map(([key, value]) => [camelCase(key), value]))
        expect(validators[name].insert['~standard'].validate(fields)).not.toHaveProperty('issues')
      }
    }
  })

  test('have every kind of part and tool state from 3 messages on', async ({ seeded }) => {
    const { client } = await seeded.filled({ scale: 3 })

    const { rows } = await client.query(
      `select array_agg(distinct regexp_replace(type, '^(tool|data)-.*', '\\1')) as types,
         array_agg(distinct tool_state) filter (where type like 'tool-%') as states,
         array_agg(distinct tool_state) filter (where type = 'dynamic-tool') as dynamic
       from parts`,
    )

    expect(rows[0].types).toEqual(
      expect.arrayContaining(
        'text reasoning file source-url source-document step-start tool dynamic-tool data hologram'.split(
          ' ',
        ),
      ),
    )
    const states = [
      'approval-requested',
      'approval-responded',
      'input-available',
      'input-streaming',
      'output-available',
      'output-denied',
      'output-error',
    ]
    expect(rows[0].states.sort()).toEqual(states)
    expect(rows[0].dynamic.sort()).toEqual(states)
  })

  test('equal those that saving the messages would store', async ({ seeded }) => {
    const { client } = await seeded.filled({ scale: 300 })
    await using db = openDatabase((client as pg.Client & { url: string }).url)
    const before = await everything(client)
    const { rows } = await client.query('select id, user_id from chats')

    for (const { id, user_id: userId } of rows) {
      const { messages } = await db.chats.load<ChatMessage>(id, { userId })
      const copy = await db.chats.create({ userId })
      await db.chats.save(copy.chatId, messages, { userId })

      expect(await written(client, copy.chatId)).toEqual(await written(client, id))
      expect(await db.chats.save(id, messages, { userId })).toMatchObject({ saved: 0 })
      await db.chats.delete(copy.chatId, { userId })
    }
    const after = await everything(client)
    const rest = { chats: [], audit_log: [] }
    expect({ ...after, ...rest }).toEqual({ ...before, ...rest })
  })

  test('are listed, found and counted', async ({ small }) => {
    await using db = openDatabase((small.client as pg.Client & { url: string }).url)
    const { rows } = await small.client.query(
      'select user_id, title from chats where title is not null order by id desc limit 1',
    )
    const { user_id: userId, title } = rows[0]

    const { items } = await db.chats.listByUser(userId, { search: title })
    const usage = await db.chats.usageOfUser(userId)
    const customers = await db.customers.list({ limit: 50 })
    const archived = await db.customers.listArchived()

    expect(items[0]?.title).toBe(title)
    expect(usage.outputTokens).toBeGreaterThan(0)
    expect(customers.items.length + archived.items.length).toBe(25)
    expect(
      customers.items.every(({ contacts }) => contacts.filter(({ isPrimary }) => isPrimary).length === 1),
    ).toBe(true)
    const [found] = (await db.chats.search(await first(small.client), 'conversation goes on')).items
    expect(found?.role).toBe('system')
  })

  test('use example domains and are diverse', async ({ small }) => {
    const { rows } = await small.client.query(`
      select (select bool_and(email ~ '[.@]example\\.(com|org|net|test)$') from (select email from users union all
          select email from people where email is not null) as each) as at_examples,
        (select bool_or(provider = 'google' and password is null) from users) as provided,
        (select count(*)::integer from customer_people where end_date is not null) as ended,
        (select count(distinct billing_country)::integer from customers) as countries,
        (select least(count(source), count(tags), count(attributes), count(emails), count(phones), count(addresses))::integer
          from customers) as customers_with_the_rarest_detail,
        (select least(count(source), count(tags), count(attributes), count(emails), count(phones), count(addresses),
          count(phone_e164))::integer from people) as people_with_the_rarest_detail,
        (select bool_or(name ~ '[āčēģīķļņšūžäöüß]') from (select name from users union select first_name from people) as n)
          as accents,
        (select bool_or(display_name ~ '[\\u4e00-\\u9fff]') from customers) as cjk,
        (select max(greatest(created_at, updated_at)) < '2026-01-01' from customers) as past`)

    expect(rows[0]).toMatchObject({ at_examples: true, provided: true, accents: true, cjk: true, past: true })
    expect(rows[0].ended).toBeGreaterThan(0)
    expect(rows[0].countries).toBeGreaterThan(6)
    expect(rows[0].customers_with_the_rarest_detail).toBeGreaterThan(0)
    expect(rows[0].people_with_the_rarest_detail).toBeGreaterThan(0)
  })
})

describe('seeding', () => {
  test('the same rows twice is rejected, and the transaction can continue', async ({ seeded }) => {
    const client = await seeded.empty()
    await client.query('begin')
    await seed(client, { scale: 10 })
    const before = await everything(client)

    const error = await caught(seed(client, { scale: 20 }))

    expect(error).toMatchObject({
      name: 'DatabaseError',
      message: 'The database already contains rows of seed 1. Use reset --seed.',
      cause: { name: 'ConstraintError', constraint: 'users_pkey' },
    })
    expect(await everything(client)).toEqual(before)
  })

  test('requires a transaction', async ({ seeded }) => {
    const client = await seeded.empty()

    const error = await caught(seed(client, { scale: 10 }))

    expect(error).toMatchObject({ message: 'Seeding requires a transaction: begin one first.' })
    expect(await isEmpty(client)).toBe(true)
  })

  test.for([
    ['seed', -1],
    ['seed', 0.5],
    ['seed', 2 ** 32],
    ['seed', '1'],
    ['scale', 0],
    ['scale', 1.5],
    ['scale', Number.NaN],
    ['onProgress', true],
    ['signal', {}],
    ['size', 5],
  ] as const)('rejects a %s of %s', async ([field, value], { small }) => {
    const error = await caught(seed(small.client, { [field]: value }))

    expect(error).toMatchObject({ name: 'InvalidInputError', field })
  })

  test('reports its progress', async ({ seeded }) => {
    const seen: SeedProgress[] = []

    await seeded.filled({ scale: 4000, onProgress: (progress) => seen.push(progress) })

    expect([...new Set(seen.map(({ step }) => step))]).toEqual(['users', 'customers', 'messages'])
    for (const step of ['users', 'customers', 'messages']) {
      const done = seen.filter((each) => each.step === step).map((each) => each.done)
      expect(done).toEqual(done.toSorted((a, b) => a - b))
      expect(done[0]).toBe(0)
      expect(done.at(-1)).toBe(seen.find((each) => each.step === step)?.total)
    }
    expect(seen.filter(({ step }) => step === 'messages').length).toBeGreaterThan(3)
  })

  test('stops when it is aborted, and rolls back', async ({ seeded }) => {
    const client = await seeded.empty()
    const abort = new AbortController()
    const reason = new Error('enough')
    const onProgress = ({ step, done }: SeedProgress) => {
      if (step === 'messages' && done > 0) abort.abort(reason)
    }
    await client.query('begin')

    const error = await caught(seed(client, { scale: 20_000, onProgress, signal: abort.signal }))

    expect(error).toBe(reason)
    expect(await isEmpty(client)).toBe(true)
  })

  test('throws the error of the listener, and rolls back', async ({ seeded }) => {
    const client = await seeded.empty()
    const reason = new TypeError('no terminal')
    await client.query('begin')

    const error = await caught(
      seed(client, {
        scale: 3000,
        onProgress: ({ done }) => {
          if (done > 1000) throw reason
        },
      }),
    )

    expect(error).toBe(reason)
    expect(await isEmpty(client)).toBe(true)
  })

  test('rebuilds search indexes with their definitions', async ({ seeded }) => {
    const client = await seeded.empty()
    await client.query(`comment on index parts_search_idx is 'It''s "quoted"'`)
    const definitions = `select indexdef, obj_description(indexname::regclass, 'pg_class'),
      current_setting('maintenance_work_mem') from pg_indexes where tablename = 'parts' order by 1`
    const before = (await client.query(definitions)).rows
    await client.query('begin')

    const dropped = await dropSearchIndexes(client, 'parts', 1_000_000)
    const between = (await client.query(definitions)).rows
    await createSearchIndexes(client, dropped, () => {})

    expect(between).toHaveLength(before.length - 1)
    expect((await client.query(definitions)).rows).toEqual(before)
    expect(await dropSearchIndexes(client, 'parts', 0)).toEqual([])
  })
})

function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

async function first(client: pg.Client): Promise<string> {
  return (await client.query('select user_id from chats order by id limit 1')).rows[0].user_id
}

/** The properties of a chat that do not depend on its times and its ID. */
async function written(client: pg.Client, chatId: string) {
  const { rows } = await client.query(
    `select (select next_position from chats where id = $1),
       (select json_agg(m order by position) from (select id, position, role, part_count, envelope::text, input_tokens,
         output_tokens from messages where chat_id = $1) as m) as messages,
       (select json_agg(p order by message_id, position) from (select message_id, position, type, tool_call_id, tool_name,
         tool_state, search_text, payload::text from parts where chat_id = $1) as p) as parts`,
    [chatId],
  )
  return rows[0]
}
