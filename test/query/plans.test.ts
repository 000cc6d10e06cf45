import pg from 'pg'
import { describe, expect } from 'vitest'
import '../../src/index.ts'
import { offeredLists } from '../../src/query/index.ts'
import { type Statement, statements } from '../../src/query/statement.ts'
import { readWhere } from '../../src/query/where.ts'
import { createGrantedLogin } from '../support/app-login.ts'
import { test as base } from '../support/database.ts'
import { EXAMPLE_ROWS, MANY_USERS } from '../support/example-rows.ts'
import { HASH } from '../support/factories.ts'

/** A value for each parameter, by name: a statement with a new one does not get past this test without it. */
interface Values {
  [parameter: string]: string | number | boolean | Date | string[] | number[] | null
}

/** By the names of fields, which most parameters have. */
const EXAMPLE_VALUES = Object.assign({}, ...Object.values(EXAMPLE_ROWS).map(({ full }) => full)) as Values

/** The logins of services, with the actors that they name. */
const LOGINS = ['owner', 'app', 'system'] as const
type Login = (typeof LOGINS)[number]

const test = base.extend<{
  filled: { client: pg.Client; values: Values }
  clients: Readonly<Record<Login, pg.Client>>
}>({
  clients: [
    async ({ url, filled: { client: owner, values } }, use) => {
      await using appLogin = await createGrantedLogin(url, 'app')
      await using systemLogin = await createGrantedLogin(url, 'system')
      const connected = async (login: string, userId: string, actor: object) => {
        const client = new pg.Client(login)
        await client.connect()
        await client.query(
          `select set_config('norberts_spark.user_id', $1, false), set_config('norberts_spark.actor', $2, false)`,
          [userId, JSON.stringify(actor)],
        )
        return client
      }
      const userId = String(values.userId)
      const app = await connected(appLogin.url, userId, { userId })
      const system = await connected(systemLogin.url, '', { system: 'plans' })
      await use({ owner, app, system })
      await Promise.all([app.end(), system.end()])
    },
    { scope: 'file' },
  ],
  filled: [
    async ({ url }, use) => {
      const client = new pg.Client(url)
      await client.connect()
      // The history of these rows would be most of the audit log.
      await client.query(`set norberts_spark.history = 'off'`)
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
          ...{ tags: ['vip'], attributes: '{"plan":"gold"}', emails: '[]', phones: '[]', addresses: '[]' },
          ...{ linkedinUrl: null, isActive: false, contactId: contact.customer_person_id, isPrimary: false },
          ...{
            startDate: '2026-11-23',
            endDate: '2026-11-23',
            current: true,
            given: ['email'],
            role: null,
            rows: '[]',
            table: 'customers',
            names: ['Legal'],
            mode: 'import',
            dryRun: true,
            knownEmails: [user.email],
            keys: [user.user_id],
            ...{ importId: user.user_id, keepsChanged: false, byDomain: true, byName: true },
            givenByKey: '{}',
            externals: '[]',
          },
          ...{ entityType: 'customer', entityId: '77', action: 'action 7', changes: '{}', ipAddress: '::1' },
          ...{ userAgent: 'test', from: '-infinity' },
          ...{ search: user.name.slice(8, 20), fetch: 51, behindRelevance: 2, behindAt: user.created_at },
          ...{ behindId: user.user_id, rowId: user.user_id },
          ...{ ownerId: user.user_id, toUserId: user.user_id },
          ...{
            winnerId: customer.customer_id,
            loserIds: [customer.customer_id],
            values: '{}',
            rowIds: [customer.customer_id],
          },
          ...{
            userId: chat.user_id,
            chatId: chat.id,
            chatIds: [chat.id],
            replaces: false,
            keepsIt: false,
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
          ...{
            searchWords: ['words:1'],
            searchWhole: 'walk',
            searchRun: 'walk',
            types: ['text'],
            searchTexts: ['words'],
            payloads: ['{}'],
            files: ['a'.repeat(64) + '-' + 'b'.repeat(16)],
            keptFiles: null,
            truncateFrom: 'm3',
            messageId: 'm2',
            upTo: 'm2',
          },
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
  test.for(LOGINS)(
    'reads no large table from end to end, for the login %s',
    { timeout: 120_000 },
    async (login, { filled: { values }, clients }) => {
      if (login !== 'owner' && HAVE_FORM_FOR_ACTORS.has(statement.name)) return
      if (login === 'app' && NOT_FOR_USERS.has(statement.name)) return
      for (const plan of await plansOf(clients[login], statement, values)) {
        expect(scans(plan), JSON.stringify(plan, null, 1)).not.toContain('Seq Scan')
      }
    },
  )
})

/** A user's own login cannot select the password, and erases, exports and purges nothing. */
const NOT_FOR_USERS = new Set([
  'users.findCredentialsByEmail as actor',
  ...['users.erase', 'users.export', 'people.erase', 'people.export', 'auditLog.purge'],
])

/** With an actor, the repositories send the statement `… as actor` in place of these. */
const HAVE_FORM_FOR_ACTORS = new Set(
  statements().flatMap(({ name }) => {
    const [plain, filters] = name.split(' as actor')
    if (filters === undefined) return []
    const searched = filters === '' ? '(search)' : filters.replace(')', ',search)')
    return [`${plain}`, `${plain}${searched}`].filter((form) => !/list/.test(plain ?? '') || form !== plain)
  }),
)

/** Rare statements, and those whose best plan depends on their values: the start of a page, the frequency of a word. */
const REPLANNED = /list|search|duplicates|importMany|deleteMany|prune|purge|rewriteTools|Many$|import/i

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

/** Statements of every order and of each condition that a list offers. */
function offeredStatements(): (readonly [string, Statement])[] {
  const walks = [true, false].flatMap((isDescending) =>
    [true, false].flatMap((isBackward) =>
      [true, false].map((hasPosition) => ({ isDescending, isBackward, hasPosition })),
    ),
  )
  return offeredLists().flatMap((list) => {
    const { orderBy, where } = list.offers!
    const filters = { customerId: '1', userId: '1' } as never
    const name = (...words: unknown[]) => [list.name, ...words].join(' ')
    const shaped = (property: string, walk: (typeof walks)[number], conditions?: object) => {
      const { isBackward, hasPosition, isDescending } = walk
      const order = { property, column: orderBy[property] as string, isDescending }
      const read = conditions && readWhere(conditions, where)
      return list.shaped(filters, {
        order,
        isBackward,
        hasPosition,
        isRanked: false,
        hasActor: false,
        where: read,
      })
    }
    const example = (column: string) =>
      list.name === 'users.list' && column === 'role' ? 'user' : exampleOf(column)
    return [
      ...Object.keys(orderBy).flatMap((property) =>
        walks.map(
          (walk) => [name(property, ...Object.values(walk)), shaped(property, walk) as Statement] as const,
        ),
      ),
      ...Object.keys(orderBy).flatMap((property) =>
        Object.keys(where).flatMap((column) => {
          const value = example(column)
          const conditions =
            column === 'tags'
              ? [{ has: 'vip' }, { hasAny: ['vip'] }, { hasAll: ['vip', 'north'] }]
              : column === 'attributes'
                ? [{ contains: { plan: 'gold' } }]
                : [value, [value], { gte: value }]
          return conditions.map((condition, index) => {
            const statement = shaped(property, walks[1]!, { [column]: condition }) as Statement
            return [name(property, column, index), statement] as const
          })
        }),
      ),
    ]
  })
}

function exampleOf(column: string): unknown {
  if (column === 'tags') return 'vip'
  const value = EXAMPLE_VALUES[column]
  if (column.endsWith('At')) return new Date()
  return column === 'ownerId' || column === 'userId' ? crypto.randomUUID() : value
}

describe.for(offeredStatements())('%s', ([, statement]) => {
  test('is served by an index', { timeout: 120_000 }, async ({ filled: { client, values } }) => {
    const byName = Object.fromEntries(
      statement.parameters.map((name) => [
        name,
        name.startsWith('where') ? whereValue(statement, name, values) : values[name],
      ]),
    ) as Values
    for (const plan of await plansOf(client, statement, { ...values, ...byName })) {
      expect(scans(plan), JSON.stringify(plan, null, 1)).not.toContain('Seq Scan')
    }
  })
})

/** A value for the only condition of a statement, by the column that it compares. */
function whereValue(statement: Statement, name: string, values: Values): Values[string] {
  const place = `$${statement.parameters.indexOf(name) + 1}`
  const [, column = '', any] =
    new RegExp(`"(\\w+)" (?:=|>=|@>|&&) (any\\()?\\${place}`).exec(statement.sql) ?? []
  const field = column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  const isRoleOfUser = field === 'role'
  const value = field.endsWith('At') ? new Date() : isRoleOfUser ? 'admin' : values[field]
  return (any ? [value instanceof Date ? value.toISOString() : value] : value) as Values[string]
}

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
    const sent = given.map(literal).join(', ')
    const generic = await client.query(`explain (format json) execute kept ${sent && `(${sent})`}`)
    plans.push(generic.rows[0]['QUERY PLAN'][0].Plan)
    return plans
  } finally {
    await client.query('rollback')
    await client.query('deallocate kept')
  }
}

function valuesOf(statement: Statement, values: Values): (Values[string] | (string | null)[])[] {
  return statement.parameters.map((parameter) => {
    const [name = '', isMerged] = parameter.split('[')
    const value = name === 'role' && statement.name.startsWith('users.') ? 'admin' : values[name]
    if (value === undefined)
      throw new Error(`${statement.name} has the parameter ${name}: add a value for it to this file.`)
    // The merged form of a statement takes an array for each parameter.
    return isMerged === undefined ? value : [value === null ? null : literal(value).slice(1, -1)]
  })
}

function literal(value: Values[string] | (string | null)[]): string {
  if (value === null) return 'null'
  if (Array.isArray(value))
    return pg.escapeLiteral(
      `{${value.map((item) => (item === null ? 'NULL' : JSON.stringify(String(item)))).join(',')}}`,
    )
  return pg.escapeLiteral(value instanceof Date ? value.toISOString() : String(value))
}

function scans(plan: Plan): string[] {
  return [plan['Node Type'], ...(plan.Plans ?? []).flatMap(scans)]
}

test('no name of a statement is longer than PostgreSQL keeps', () => {
  expect(statements().filter(({ name }) => Buffer.byteLength(name) > 63)).toEqual([])
})

/** They could otherwise be shared with other callers, and repeated. */
test('no statement that writes or locks counts as a read', () => {
  const wrong = statements().filter(
    ({ readOnly, sql }) =>
      readOnly &&
      /\b(insert into|update \S+ set|delete from|for (no key )?update|set_primary_contact)\b/i.test(
        sql.replaceAll('"', ''),
      ),
  )

  expect(wrong.map(({ name }) => name)).toEqual([])
  expect(statements().filter(({ readOnly }) => readOnly).length).toBeGreaterThan(10)
})
