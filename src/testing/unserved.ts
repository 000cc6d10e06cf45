import type pg from 'pg'
import type { Statement } from '../query/index.ts'

/** The part of a plan that is used here. */
interface Plan {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Index Cond'?: string
  readonly Filter?: string
  readonly Plans?: readonly Plan[]
}

/**
 * The tables that a statement reads from end to end because no index serves it, in sentences. PostgreSQL plans it for any
 * values and as if reading a whole table were never cheaper, so that the tables need no rows.
 */
export async function unservedBy(client: pg.Client, { name, sql, parameters }: Statement): Promise<string[]> {
  const nulls = parameters.length > 0 ? `(${parameters.map(() => 'null').join(', ')})` : ''
  await client.query('begin')
  try {
    await client.query('set local enable_seqscan = off')
    await client.query('set local plan_cache_mode = force_generic_plan')
    await client.query(`prepare planned_ as ${sql}`)
    const { rows } = await client.query(`explain (format json) execute planned_ ${nulls}`)
    const found = wholeReads(rows[0]['QUERY PLAN'][0].Plan, false)
    return [...new Set(found)].map((sentence) => `${name} ${sentence}`)
  } finally {
    await client.query('rollback')
    await client.query('deallocate all')
  }
}

/** Nodes that need all rows of the node below before they return one. */
const NEEDS_ALL = new Set(['Sort', 'Aggregate', 'Hash', 'Hash Join', 'SetOp', 'WindowAgg', 'Materialize'])

/** @param stopsEarly whether a LIMIT ends the reading of the node, whose order is that of an index. */
function wholeReads(plan: Plan, stopsEarly: boolean): string[] {
  const node = plan['Node Type']
  const table = plan['Relation Name'] ?? plan['Index Name']
  const below = node === 'Limit' || (stopsEarly && !NEEDS_ALL.has(node))
  const found = (plan.Plans ?? []).flatMap((each) => wholeReads(each, below))
  if (node === 'Seq Scan')
    return [
      ...found,
      `reads the whole table ${table}. Create an index that begins with the columns of its conditions.`,
    ]
  const isByIndex = /^(Bitmap )?Index (Only )?Scan/.test(node) && plan['Index Cond'] === undefined
  if (!isByIndex || (stopsEarly && plan.Filter === undefined)) return found
  return [
    ...found,
    `reads the whole index ${plan['Index Name']}. Create an index that begins with the columns of its conditions.`,
  ]
}
