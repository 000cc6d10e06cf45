import { isMainThread, parentPort } from 'node:worker_threads'
import { format } from 'sql-formatter'
// The import defines the statements of all repositories.
import '../../src/repositories/index.ts'
import { type FilterColumn, offeredLists, statements } from '../../src/query/index.ts'
import type { LoadedStatement, OfferedColumns } from './loaded-statement.ts'

/** Lists the statements of src/ as imported in this thread. */
export function listStatements(): LoadedStatement[] {
  const offers = new Map(offeredLists().map((list) => [list.name, columnsOf(list)]))
  return statements().map(({ name, sql, parameters, isRare }) => ({
    name,
    sql,
    parameters,
    isRare,
    offers: offers.get(name),
    formatted: format(sql, { language: 'postgresql', keywordCase: 'lower', functionCase: 'lower' }),
  }))
}

function columnsOf({ offers }: ReturnType<typeof offeredLists>[number]): OfferedColumns | undefined {
  if (!offers) return undefined
  const { table, key, within = [], orderBy, where } = offers
  const filters = Object.values<FilterColumn>(where)
  const columns = (holds: boolean) =>
    filters.flatMap((filter) => (Boolean(filter.holds) === holds ? [filter.column] : []))
  return {
    table,
    key,
    within,
    orderBy: Object.values(orderBy),
    where: columns(false),
    contents: columns(true),
  }
}

// In a worker: send the statements to the parent.
if (!isMainThread) parentPort?.postMessage(listStatements())
