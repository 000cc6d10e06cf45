import { Worker } from 'node:worker_threads'
import type { LoadedStatement } from './loaded-statement.ts'
import { StatementError } from './statements.ts'

/**
 * Loads the statements of src/ from the current files. The first call imports them in this thread, which is faster.
 * Later calls import them in a worker, because this thread has cached the old modules.
 *
 * @throws {StatementError} src/ does not load, for example because it imports a value list that has been renamed.
 */
export async function loadStatements(): Promise<LoadedStatement[]> {
  const load = isImported ? listInWorker : listHere
  isImported = true
  return load().catch((cause: unknown) => {
    const advice = 'Fix the errors that `npm run typecheck` reports, then run this command again.'
    throw new StatementError(`src/ does not load with this schema: ${cause}\n${advice}`, { cause })
  })
}

let isImported = false

async function listHere(): Promise<LoadedStatement[]> {
  const { listStatements } = await import('./list-statements.ts')
  return listStatements()
}

function listInWorker(): Promise<LoadedStatement[]> {
  return new Promise((resolve, reject) => {
    new Worker(new URL('list-statements.ts', import.meta.url)).once('message', resolve).once('error', reject)
  })
}
