import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import pg from 'pg'
import { applySchema } from '../scripts/generate/apply.ts'
import { startScratchServer } from '../scripts/scratch/index.ts'
import { type Offers, readOrder } from '../src/query/offers.ts'
import { readWhere } from '../src/query/where.ts'
import { CUSTOMER_OFFERS } from '../src/repositories/customers/offers.ts'
import { listCustomers } from '../src/repositories/customers/statements.ts'
import { PERSON_OFFERS } from '../src/repositories/people/offers.ts'
import { listPeople } from '../src/repositories/people/statements.ts'

const { rows, most } = new Command('npm run bench:lists --')
  .description(
    'Measures the first, a middle and the last page of lists with conditions, in each order, on the server.',
  )
  .option('--rows <n>', 'customers, and people', Number, 1_000_000)
  .option('--most <ms>', 'pages that take longer are marked', Number, 20)
  .parse()
  .opts<{ rows: number; most: number }>()

/** Values are independent of each other and of the order; some of them are rare. Indexes that no list uses are left out. */
const FILL = `
  drop index customers_duplicates_idx, customers_search_idx, people_duplicates_idx, people_search_idx;
  insert into users (user_id, name, email, password)
    select lpad(n::text, 32, '0')::uuid, 'User ' || n, 'u' || n || '@example.test', '$2b$10$' || repeat('h', 53) from generate_series(0, 999) as n;
  create function pg_temp.hashed(n integer, salt integer) returns integer language sql immutable return abs(hashint8(n * 1000::bigint + salt)) % 1000000;
  insert into customers (legal_name, display_name, status, industry, company_size, billing_country, source, external_id, tags, attributes, owner_id, archived_at, created_at)
    select 'Company ' || n, 'Name ' || pg_temp.hashed(n, 1),
      case when pg_temp.hashed(n, 2) < 1000 then 'paused' when pg_temp.hashed(n, 2) < 400000 then 'active' else 'prospect' end::customer_status,
      case when pg_temp.hashed(n, 3) < 20 then 'Rare' else 'Industry ' || pg_temp.hashed(n, 3) % 20 end,
      nullif(pg_temp.hashed(n, 4) % 30000, 0), case when pg_temp.hashed(n, 5) < 20 then 'LI' else 'LV' end,
      case when pg_temp.hashed(n, 6) < 30 then 'old' when pg_temp.hashed(n, 6) < 50000 then 'new' end,
      case when pg_temp.hashed(n, 6) < 50000 then n::text end,
      case when pg_temp.hashed(n, 7) < 30 then array['rare'] when pg_temp.hashed(n, 7) < 7000 then array['some'] when pg_temp.hashed(n, 7) < 200000 then array['often'] end,
      case when pg_temp.hashed(n, 8) < 250000 then jsonb_build_object('plan', pg_temp.hashed(n, 8) % 5, 'seats', pg_temp.hashed(n, 8) % 1000) end,
      lpad((pg_temp.hashed(n, 9) % 1000)::text, 32, '0')::uuid, case when pg_temp.hashed(n, 10) < 50000 then now() end,
      timestamptz '2020-01-01' + n * interval '3 minutes'
    from generate_series(1, $rows) as n;
  insert into people (first_name, last_name, email, is_active, source, external_id, tags, attributes, owner_id, archived_at, created_at)
    select 'First', 'Name ' || pg_temp.hashed(n, 1), 'p' || n || '@example.test', pg_temp.hashed(n, 2) >= 1000,
      case when pg_temp.hashed(n, 6) < 30 then 'old' when pg_temp.hashed(n, 6) < 50000 then 'new' end,
      case when pg_temp.hashed(n, 6) < 50000 then n::text end,
      case when pg_temp.hashed(n, 7) < 30 then array['rare'] when pg_temp.hashed(n, 7) < 7000 then array['some'] when pg_temp.hashed(n, 7) < 200000 then array['often'] end,
      case when pg_temp.hashed(n, 8) < 250000 then jsonb_build_object('plan', pg_temp.hashed(n, 8) % 5, 'seats', pg_temp.hashed(n, 8) % 1000) end,
      lpad((pg_temp.hashed(n, 9) % 1000)::text, 32, '0')::uuid, case when pg_temp.hashed(n, 10) < 50000 then now() end,
      timestamptz '2020-01-01' + n * interval '3 minutes'
    from generate_series(1, $rows) as n;`

const OWNER = '00000000-0000-0000-0000-000000000005'
const BOTH: readonly object[] = [
  { ownerId: OWNER },
  { ownerId: null },
  ...['new', 'old', 'absent'].map((source) => ({ source })),
  ...['often', 'some', 'rare', 'absent'].map((tag) => ({ tags: { has: tag } })),
  { attributes: { contains: { plan: 1 } } },
  { attributes: { contains: { plan: 1, seats: 1 } } },
  { createdAt: { gte: new Date('2020-01-10'), lt: new Date('2020-01-17') } },
]
const LISTS: readonly {
  list: typeof listCustomers
  offers: Offers
  name: string
  where: readonly object[]
}[] = [
  {
    ...{ list: listCustomers, offers: CUSTOMER_OFFERS, name: 'displayName' },
    where: [
      ...['prospect', 'paused'].map((status) => ({ status })),
      ...['Industry 5', 'Rare', 'Absent'].map((industry) => ({ industry })),
      { industry: ['Rare', 'Industry 7', null] },
      { billingCountry: 'LI' },
      { companySize: { gte: 10, lt: 20 } },
      { companySize: { gte: 20_000 } },
      { companySize: null },
      { displayName: { gte: 'Name 5', lt: 'Name 51' } },
      { status: 'active', billingCountry: 'LI' },
      { or: [{ industry: 'Rare' }, { status: 'paused' }] },
      ...BOTH,
    ],
  },
  {
    ...{ list: listPeople as never, offers: PERSON_OFFERS, name: 'lastName' },
    where: [
      { isActive: true },
      { isActive: false },
      { lastName: { gte: 'Name 5', lt: 'Name 51' } },
      { email: 'p77@example.test' },
      { or: [{ isActive: false }, { source: 'old' }] },
      ...BOTH,
    ],
  },
]

await using server = await startScratchServer()
const { url } = await server.createDatabase()
await applySchema(url, fileURLToPath(new URL('../schema', import.meta.url)))
const client = new pg.Client(url)
try {
  await client.connect()
  await client.query("set norberts_spark.history = 'off'; set jit = off")
  await client.query(FILL.replaceAll('$rows', String(rows)))
  await client.query('vacuum analyze')
  for (const each of LISTS) await measure(each)
} finally {
  await client.end()
}

async function measure({ list, offers, name, where }: (typeof LISTS)[number]): Promise<void> {
  for (const given of [undefined, ...where]) {
    const read = given && readWhere(given, offers.where)
    for (const orderBy of ['createdAt desc', 'createdAt', name, `${name} desc`]) {
      const middle = orderBy.startsWith('createdAt')
        ? new Date(Date.UTC(2020, 0, 1) + rows * 90_000)
        : 'Name 5'
      const pages: string[] = []
      for (const [page, isBackward, hasPosition] of [
        ['first', false, false],
        ['middle', false, true],
        ['last', true, false],
      ] as const) {
        const order = readOrder(orderBy, offers)
        const shape = { order, isBackward, hasPosition, isRanked: false, hasActor: false, where: read }
        const values = { ...read?.values, fetch: 51, behindAt: middle, behindId: OWNER } as never
        const statement = list.shaped(values, shape)
        const { time, blocks } = await fastest(statement.sql, statement.values(values))
        pages.push(`${page} ${time.toFixed(1)} ms, ${blocks} blocks${time > most ? ' (!)' : ''}`)
      }
      console.log(`${JSON.stringify(given ?? {})} by ${orderBy}: ${pages.join('; ')}`)
    }
  }
}

/** Without a name, as lists with conditions are sent: planned for the values. */
async function fastest(sql: string, values: unknown[]): Promise<{ time: number; blocks: number }> {
  let best = { time: Number.POSITIVE_INFINITY, blocks: 0 }
  for (let round = 0; round < 3; round += 1) {
    const explained = await client.query(`explain (analyze, buffers, timing off, format json) ${sql}`, values)
    const [{ Plan, 'Execution Time': time }] = explained.rows[0]['QUERY PLAN']
    const blocks = Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks']
    if (time < best.time) best = { time, blocks }
  }
  return best
}
