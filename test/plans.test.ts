import pg from 'pg'
import { describe, expect } from 'vitest'
import '../src/index.ts'
import { type Statement, statements } from '../src/statement.ts'
import { test as base } from './support/database.ts'
import { HASH } from './support/factories.ts'

/** Enough that reading a whole table costs more than any index. */
const USERS = 30_000

/** A value for each parameter, by name: a statement with a new one does not get past this test without it. */
interface Values {
  [parameter: string]: string | number | Date | string[] | null
}

const test = base.extend<{ filled: { client: pg.Client; values: Values } }>({
  filled: [
    async ({ url }, use) => {
      const client = new pg.Client(url)
      await client.connect()
      await client.query(
        `insert into users (name, email, password, role, provider, provider_id, created_at)
         select 'User ' || md5(n::text), 'u' || n || '@example.test', $1,
           case when n % 1000 = 0 then 'admin' when n % 100 = 0 then 'moderator' else 'user' end,
           case when n % 3 = 0 then 'google' end, case when n % 3 = 0 then n::text end, now() - n * interval '1 minute'
         from generate_series(1, ${USERS}) as n`,
        [HASH],
      )
      await client.query('vacuum analyze')
      const { rows } = await client.query(
        'select * from users where provider is not null order by random() limit 1',
      )
      const user = rows[0]
      await use({
        client,
        values: {
          userId: user.user_id,
          userIds: [user.user_id],
          email: user.email,
          name: 'Changed',
          passwordHash: HASH,
          provider: user.provider,
          providerId: user.provider_id,
          role: 'admin',
          search: user.name.slice(8, 20),
          beforeTime: user.created_at,
          beforeId: user.user_id,
          fetch: 51,
        },
      })
      await client.end()
    },
    { scope: 'file' },
  ],
})

describe.for(statements().map((statement) => [statement.name, statement] as const))('%s', ([, statement]) => {
  test('reads no large table from end to end', async ({ filled: { client, values } }) => {
    for (const plan of await plansOf(client, statement, values)) {
      expect(scans(plan), JSON.stringify(plan, null, 1)).not.toContain('Seq Scan')
    }
  })
})

test('a page costs the same at the end of the list as at its beginning', async ({
  filled: { client, values },
}) => {
  const page = statements().find(({ name }) => name === 'users.list(beforeId)') as Statement
  const cost = async (beforeTime: Date) => {
    const sent = page.values({ ...values, beforeTime } as never)
    const { rows } = await client.query(`explain (analyze, buffers, format json) ${page.sql}`, sent)
    return (
      rows[0]['QUERY PLAN'][0].Plan['Shared Hit Blocks'] + rows[0]['QUERY PLAN'][0].Plan['Shared Read Blocks']
    )
  }

  const [start, end] = [await cost(new Date()), await cost(new Date(Date.now() - (USERS - 100) * 60_000))]

  expect(end).toBeLessThan(start * 1.5 + 5)
})

interface Plan {
  'Node Type': string
  Plans?: Plan[]
}

/** The plan for these values, and the one that PostgreSQL keeps for any values. */
async function plansOf(client: pg.Client, statement: Statement, values: Values): Promise<Plan[]> {
  const given = statement.parameters.map((name) => {
    const value = values[name]
    if (value === undefined)
      throw new Error(`This test knows no value for the parameter ${name} of ${statement.name}.`)
    return value
  })
  await client.query('begin')
  try {
    const custom = await client.query(`explain (format json) ${statement.sql}`, given)
    const plans = [custom.rows[0]['QUERY PLAN'][0].Plan]
    if (statement.prepared) {
      await client.query('set local plan_cache_mode = force_generic_plan')
      await client.query(`prepare kept as ${statement.sql}`)
      const generic = await client.query(
        `explain (format json) execute kept (${given.map(literal).join(', ')})`,
      )
      plans.push(generic.rows[0]['QUERY PLAN'][0].Plan)
      await client.query('deallocate kept')
    }
    return plans
  } finally {
    await client.query('rollback')
  }
}

function literal(value: Values[string]): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `'{${value.join(',')}}'`
  return pg.escapeLiteral(value instanceof Date ? value.toISOString() : String(value))
}

function scans(plan: Plan): string[] {
  return [plan['Node Type'], ...(plan.Plans ?? []).flatMap(scans)]
}
