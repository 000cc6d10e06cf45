import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { expect } from 'vitest'
import { test } from '../support/schema.ts'

interface Plan {
  'Node Type': string
  'Relation Name'?: string
  'Subplan Name'?: string
  Plans?: Plan[]
}

/** More unique constraints than the smallest work_mem can hash. */
const MANY_CONSTRAINTS = `
  select format('create table t%s (id int); alter table t%1$s %s', number,
    (select string_agg('add unique (id)', ', ') from generate_series(1, 10))) as statement
  from generate_series(1, 250) as number`

/** The relations that a subquery reads whole for each row of its query, with the name of the subquery. */
function wholeReads(plan: Plan, text: string, subplan = ''): string[] {
  const name = plan['Subplan Name']?.startsWith('SubPlan') ? plan['Subplan Name'] : subplan
  const isPerRow = name !== '' && !text.includes(`hashed ${name})`)
  return [
    ...(isPerRow && plan['Node Type'] === 'Seq Scan' ? [`${name}: ${plan['Relation Name']}`] : []),
    ...(plan.Plans ?? []).flatMap((part) => wholeReads(part, text, name)),
  ]
}

test('the catalog of many tables is read without reading a catalog table for each row', async ({
  databases,
}) => {
  const { url } = await databases.createDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ statement: string }>(MANY_CONSTRAINTS)
    await client.query(rows.map(({ statement }) => statement).join(';'))
    await client.query(
      `analyze pg_constraint, pg_index, pg_class; set enable_seqscan = off; set work_mem = '64kB'; set hash_mem_multiplier = 1`,
    )
    const query = await readFile('scripts/generate/catalog.sql', 'utf8')
    const explained = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `explain (verbose, format json) ${query}`,
    )
    const plan = (explained.rows[0] as { 'QUERY PLAN': [{ Plan: Plan }] })['QUERY PLAN'][0].Plan

    expect(wholeReads(plan, JSON.stringify(plan))).toEqual([])
  } finally {
    await client.end()
  }
})
