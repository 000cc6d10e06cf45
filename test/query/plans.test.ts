import pg from 'pg'
import { describe, expect } from 'vitest'
import '../../src/index.ts'
import { type Statement, statements } from '../../src/query/statement.ts'
import { test as base } from '../support/database.ts'
import { EXAMPLE_ROWS, MANY_USERS } from '../support/example-rows.ts'
import { HASH } from '../support/factories.ts'

/** A value for each parameter, by name: a statement with a new one does not get past this test without it. */
interface Values {
  [parameter: string]: string | number | boolean | Date | string[] | number[] | null
}

/** By the names of fields, which most parameters have. */
const EXAMPLE_VALUES = Object.assign({}, ...Object.values(EXAMPLE_ROWS).map(({ full }) => full)) as Values

const test = base.extend<{ filled: { client: pg.Client; values: Values } }>({
  filled: [
    async ({ url }, use) => {
      const client = new pg.Client(url)
      await client.connect()
      for (const { many } of Object.values(EXAMPLE_ROWS)) await client.query(many)
      await client.query('vacuum analyze')
      const one = async (sql: string) => (await client.query(`${sql} order by random() limit 1`)).rows[0]
      const user = await one('select * from users where provider is not null')
      const customer = await one('select * from customers')
      const contact = await one('select * from customer_people')
      const chat = await one('select * from chats')
      await use({
        client,
        values: {
          ...EXAMPLE_VALUES,
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

/** Rare statements, and those whose best plan depends on their values: the start of a page, the frequency of a word. */
const REPLANNED = /list|search|importMany|deleteMany|prune|rewriteTools/i

// Planning a save takes as long as the save.
test('statements are not planned again at every call', { timeout: 120_000 }, async ({
  filled: { client, values },
}) => {
  const replanned: string[] = []
  for (const statement of statements().filter(({ name }) => !REPLANNED.test(name))) {
    const given = valuesOf(statement, values).map(literal).join(', ')
    await client.query(`prepare kept as ${statement.sql}`)
    // From the sixth call on PostgreSQL may keep the plan.
    for (let call = 0; call < 7; call += 1)
      await client.query(`explain execute kept ${given && `(${given})`}`)
    const { rows } = await client.query(
      `select generic_plans > 0 as kept from pg_prepared_statements where name = 'kept'`,
    )
    if (!rows[0].kept) replanned.push(statement.name)
    await client.query('deallocate kept')
  }

  expect(replanned).toEqual([])
})

test.for([
  ['users.list', MANY_USERS],
  ['customers.list', 20_000],
  ['people.list', 30_000],
  ['auditLog.list', MANY_USERS],
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
      throw new Error(`${statement.name} has the parameter ${name}: add a value for it to this file.`)
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
