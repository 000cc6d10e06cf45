import { isMainThread, parentPort } from 'node:worker_threads'
import { format } from 'sql-formatter'
// The import defines the statements of all repositories.
import '../../src/repositories/index.ts'
import { statements } from '../../src/query/index.ts'
import type { LoadedStatement } from './loaded-statement.ts'

/** Lists the statements of src/ as imported in this thread. */
export function listStatements(): LoadedStatement[] {
  return statements().map(({ name, sql, parameters }) => ({
    name,
    sql,
    parameters,
    formatted: format(sql, { language: 'postgresql', keywordCase: 'lower', functionCase: 'lower' }),
  }))
}

// In a worker: send the statements to the parent.
if (!isMainThread) parentPort?.postMessage(listStatements())
