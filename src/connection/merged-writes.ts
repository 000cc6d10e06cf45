import { ExchangeResult } from './exchange.ts'
import { reject, resolve, type SharedCall } from './lanes.ts'
import type { MergedForm, Query, Result } from './query.ts'

/** A query of a batch, and the calls that its answer is for. */
export interface Step {
  readonly query: Query
  /** Several, if the query is that of a merged form. */
  readonly calls: readonly SharedCall[]
}

/**
 * The queries that a batch of one statement sends. Where the statement has a merged form, calls of one actor that change
 * different rows become one query: the server then checks, plans and triggers once for all of them. Calls that change the
 * same row stay in their order.
 */
export function stepsOf(calls: readonly SharedCall[], isPreparable: (name: string) => boolean): Step[] {
  const merged = calls[0]?.query.merged
  if (!merged || !isPreparable(merged.name)) return calls.map(alone)
  return groupsOf(calls, merged).map((group) => {
    const [first] = group
    return first && group.length === 1 ? alone(first) : { query: mergedQuery(group, merged), calls: group }
  })
}

function alone(call: SharedCall): Step {
  return { query: call.query, calls: [call] }
}

/** Calls of one actor and different rows. A call is behind the group of an earlier call for the same row. */
function groupsOf(calls: readonly SharedCall[], { key }: MergedForm): SharedCall[][] {
  const groups: SharedCall[][] = []
  /** The number of groups up to the one with the last call for a row: they are closed to it. */
  const closed = new Map<string, number>()
  for (const call of calls) {
    const { actor, values = [] } = call.query
    // UUIDs are equal in any letter case.
    const row = String(values[key]).toLowerCase()
    const from = closed.get(row) ?? 0
    let at = groups.findIndex((group, index) => index >= from && group[0]?.query.actor === actor)
    if (at < 0) at = groups.push([]) - 1
    groups[at]?.push(call)
    closed.set(row, at + 1)
  }
  return groups
}

function mergedQuery(calls: readonly SharedCall[], { name, sql }: MergedForm): Query {
  const { values: first = [], actor } = (calls[0] as SharedCall).query
  const values = first.map((_, place) => calls.map(({ query }) => query.values?.[place]))
  return { name, sql, values: values.map(arrayOf), prepared: true, readOnly: false, actor }
}

/** An array of text as PostgreSQL writes it; the values are text or null. */
function arrayOf(values: readonly unknown[]): string {
  const items = values.map((value) =>
    value === null || value === undefined ? 'NULL' : `"${String(value).replace(/["\\]/g, '\\$&')}"`,
  )
  return `{${items.join(',')}}`
}

/** Answers the calls of a step whose query succeeded. */
export function settleStep({ calls }: Step, result: Result, unreadable: Error | undefined): void {
  if (unreadable) {
    for (const call of calls) reject(call, unreadable)
    return
  }
  const [first] = calls
  if (first && calls.length === 1) {
    resolve(first, result)
    return
  }
  const rows = new Map((result.rows as MergedRow[]).map((row) => [row.$n, row]))
  for (const [index, call] of calls.entries()) resolve(call, resultOf(rows.get(index + 1), result.command))
}

interface MergedRow {
  readonly $n: number
}

/** The result that the call would have had by itself. */
function resultOf(row: MergedRow | undefined, command: string): Result {
  const result = new ExchangeResult()
  result.command = command
  result.rowCount = row ? 1 : 0
  if (row) {
    const { $n: _, ...columns } = row
    result.rows.push(columns)
  }
  return result
}
