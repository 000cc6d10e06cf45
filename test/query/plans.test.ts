import pg from 'pg'
import { describe, expect } from 'vitest'
import '../../src/index.ts'
import { type Statement, statements } from '../../src/query/statement.ts'
import { test as base } from '../support/database.ts'
import { HASH } from '../support/factories.ts'

/** Enough that reading a whole table costs more than any index. */
const USERS = 30_000

/** A value for each parameter, by name: a statement with a new one does not get past this test without it. */
interface Values {
  [parameter: string]: string | number | boolean | Date | string[] | number[] | null
}

/** Several columns of a table are skewed as real ones are: few admins, few customers of one small country. */
const FILL = `
  insert into users (name, email, password, role, provider, provider_id, created_at)
    select 'User ' || md5(n::text), 'u' || n || '@example.test', '${HASH}',
      case when n % 1000 = 0 then 'admin' when n % 100 = 0 then 'moderator' else 'user' end,
      case when n % 3 = 0 then 'google' end, case when n % 3 = 0 then n::text end, now() - n * interval '1 minute'
    from generate_series(1, ${USERS}) as n;
  insert into customers (legal_name, display_name, status, industry, billing_country, created_at)
    select 'Legal ' || md5(n::text), 'Display ' || n, (enum_range(null::customer_status))[1 + n % 4],
      'Industry ' || n % 50, chr(65 + n % 26) || chr(65 + n % 25), now() - n * interval '1 minute'
    from generate_series(1, 20000) as n;
  insert into people (first_name, last_name, email, is_active, created_at)
    select 'First ' || md5(n::text), 'Last', 'p' || n || '@example.test', n % 50 <> 0, now() - n * interval '1 minute'
    from generate_series(1, 30000) as n;
  insert into customer_people (customer_id, person_id, is_primary, start_date)
    select customer_id, person_id, p.n <= 20000, current_date - p.n::int
    from (select customer_id, row_number() over () as n from customers) c
    join (select person_id, row_number() over () as n from people) p on c.n = (p.n - 1) % 20000 + 1;
  insert into audit_log (user_id, entity_type, entity_id, action, created_at)
    select user_id, 'customer', (n % 5000)::text, 'action ' || n % 20, now() - n * interval '1 minute'
    from (select user_id, row_number() over () as n from users) u;
  insert into chats (user_id, next_position, updated_at)
    select user_id, 5, now() - n * interval '1 minute'
    from (select user_id, row_number() over () as n from users limit 5000) u, generate_series(1, 4);
  insert into messages (chat_id, id, position, role, part_count, envelope)
    select id, 'm' || n, n, 'user', 2, '{"id":0,"role":0,"parts":0}' from chats, generate_series(0, 4) as n;
  insert into parts (chat_id, message_id, position, type, payload)
    select chat_id, id, n, 'text', '{"type":"text"}' from messages, generate_series(0, 1) as n;
  insert into ai_options (chat_id, message_id) select chat_id, id from messages;`

const test = base.extend<{ filled: { client: pg.Client; values: Values } }>({
  filled: [
    async ({ url }, use) => {
      const client = new pg.Client(url)
      await client.connect()
      await client.query(FILL)
      await client.query('vacuum analyze')
      const one = async (sql: string) => (await client.query(`${sql} order by random() limit 1`)).rows[0]
      const user = await one('select * from users where provider is not null')
      const customer = await one('select * from customers')
      const contact = await one('select * from customer_people')
      const chat = await one('select * from chats')
      await use({
        client,
        values: {
          ...{ userId: user.user_id, userIds: [user.user_id], email: user.email, name: 'Changed' },
          ...{ passwordHash: HASH, provider: user.provider, providerId: user.provider_id },
          ...{
            customerId: customer.customer_id,
            legalName: 'Legal',
            displayName: 'Display',
            status: 'active',
          },
          ...{
            industry: 'Industry 7',
            companySize: 5,
            websiteUrl: null,
            billingCountry: 'LV',
            timezone: 'UTC',
          },
          ...{
            personId: contact.person_id,
            firstName: 'Ada',
            lastName: 'Lovelace',
            phone: null,
            jobTitle: null,
          },
          ...{ linkedinUrl: null, isActive: false, contactId: contact.customer_person_id, isPrimary: false },
          ...{
            startDate: '2026-11-23',
            endDate: '2026-11-23',
            current: true,
            given: ['email'],
            role: null,
            rows: '[]',
            names: ['Legal'],
            emails: [user.email],
          },
          ...{ entityType: 'customer', entityId: '77', action: 'action 7', changes: '{}', ipAddress: '::1' },
          ...{ userAgent: 'test', from: '-infinity' },
          ...{ search: user.name.slice(8, 20), fetch: 51, behindRelevance: 2, behindAt: user.created_at },
          behindId: user.user_id,
          ...{
            chatId: chat.id,
            id: null,
            title: 'Chat',
            before: 3,
            ifVersion: null,
            ids: ['m1'],
            roles: ['user'],
          },
          ...{
            partCounts: [1],
            envelopes: ['{}'],
            inputTokens: [1],
            outputTokens: [1],
            partMessageIds: ['m1'],
          },
          ...{
            partPositions: [0],
            partTypes: ['text'],
            toolCallIds: ['c'],
            toolNames: ['t'],
            toolStates: ['s'],
          },
          ...{ searchTexts: ['words'], payloads: ['{}'], truncateFrom: 'm3', messageId: 'm2', upTo: 'm2' },
          ...{ streamId: 's', expect: 's', prompt: null, maxTokens: 1, temperature: 1, topP: 1 },
          ...{ frequencyPenalty: 0, presencePenalty: 0, to: 'infinity', olderThan: '2000-01-01' },
          ...{ messageIds: ['m1'], positions: [0], states: ['output-error'] },
        },
      })
      await client.end()
    },
    { scope: 'file' },
  ],
})

describe.for(statements().map((statement) => [statement.name, statement] as const))('%s', ([, statement]) => {
  // The first of them waits until the tables are filled.
  test('reads no large table from end to end', { timeout: 120_000 }, async ({
    filled: { client, values },
  }) => {
    for (const plan of await plansOf(client, statement, values)) {
      expect(scans(plan), JSON.stringify(plan, null, 1)).not.toContain('Seq Scan')
    }
  })
})

/** Rare ones, and those that may be better planned for their values: where a page begins, how common a word is. */
const PLANNED_ANEW = /list|search|importMany|deleteMany|prune|rewriteTools/i

// Planning a save takes as long as the save.
test('statements are not planned anew at every call', { timeout: 120_000 }, async ({
  filled: { client, values },
}) => {
  const anew: string[] = []
  for (const statement of statements().filter(({ name }) => !PLANNED_ANEW.test(name))) {
    const given = valuesOf(statement, values).map(literal).join(', ')
    await client.query(`prepare kept as ${statement.sql}`)
    // From the sixth call on PostgreSQL may keep the plan.
    for (let call = 0; call < 7; call += 1)
      await client.query(`explain execute kept ${given && `(${given})`}`)
    const { rows } = await client.query(
      `select generic_plans > 0 as kept from pg_prepared_statements where name = 'kept'`,
    )
    if (!rows[0].kept) anew.push(statement.name)
    await client.query('deallocate kept')
  }

  expect(anew).toEqual([])
})

test.for([
  ['users.list', USERS],
  ['customers.list', 20_000],
  ['people.list', 30_000],
  ['auditLog.list', USERS],
] as const)(
  'a page of %s costs the same at the end of the list as at its beginning',
  async ([name, rows], { filled: { client, values } }) => {
    const page = statements().find((statement) => statement.name === name) as Statement
    const cost = async (behindAt: Date) => {
      const sent = page.values({ ...values, behindAt } as never)
      const { rows } = await client.query(`explain (analyze, buffers, format json) ${page.sql}`, sent)
      const { Plan: plan } = rows[0]['QUERY PLAN'][0]
      return plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
    }

    const [start, end] = [await cost(new Date()), await cost(new Date(Date.now() - (rows - 100) * 60_000))]

    expect(end).toBeLessThan(start * 1.5 + 5)
  },
)

interface Plan {
  'Node Type': string
  Plans?: Plan[]
}

/** The plan for these values, and the one that PostgreSQL keeps for any values. */
async function plansOf(client: pg.Client, statement: Statement, values: Values): Promise<Plan[]> {
  const given = valuesOf(statement, values)
  await client.query('begin')
  await client.query(`prepare kept as ${statement.sql}`)
  try {
    const custom = await client.query(`explain (format json) ${statement.sql}`, given)
    const plans = [custom.rows[0]['QUERY PLAN'][0].Plan]
    await client.query('set local plan_cache_mode = force_generic_plan')
    const generic = await client.query(
      `explain (format json) execute kept (${given.map(literal).join(', ')})`,
    )
    plans.push(generic.rows[0]['QUERY PLAN'][0].Plan)
    return plans
  } finally {
    await client.query('rollback')
    await client.query('deallocate kept')
  }
}

function valuesOf(statement: Statement, values: Values) {
  return statement.parameters.map((name) => {
    const value = name === 'role' && statement.name.startsWith('users.') ? 'admin' : values[name]
    if (value === undefined)
      throw new Error(`This test knows no value for the parameter ${name} of ${statement.name}.`)
    return value
  })
}

function literal(value: Values[string]): string {
  if (value === null) return 'null'
  if (Array.isArray(value))
    return pg.escapeLiteral(`{${value.map((item) => JSON.stringify(String(item))).join(',')}}`)
  return pg.escapeLiteral(value instanceof Date ? value.toISOString() : String(value))
}

function scans(plan: Plan): string[] {
  return [plan['Node Type'], ...(plan.Plans ?? []).flatMap(scans)]
}
