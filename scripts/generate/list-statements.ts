import { isMainThread, parentPort } from 'node:worker_threads'
import { format } from 'sql-formatter'
// Importing the repositories defines their statements.
import '../../src/repositories/index.ts'
import { statements } from '../../src/query/index.ts'
import type { LoadedStatement } from './loaded-statement.ts'

/** Every statement of src/, as this thread has imported it. */
export function listStatements(): LoadedStatement[] {
  return statements().map(({ name, sql, parameters }) => ({
    name,
    sql,
    parameters,
    formatted: format(sql, { language: 'postgresql', keywordCase: 'lower', functionCase: 'lower' }),
  }))
}

// In a worker: an answer, and no more to do.
if (!isMainThread) parentPort?.postMessage(listStatements())
