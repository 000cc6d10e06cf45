import { Worker } from 'node:worker_threads'
import pg from 'pg'
import type { LoadedStatement } from './loaded-statement.ts'

/** The repositories do not load, or do not fit the schema. */
export class StatementError extends Error {
  override readonly name = 'StatementError'
}

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

/**
 * Generates generated/sql/: one file per repository, with each statement formatted and its parameters' names and types.
 *
 * @throws {StatementError} PostgreSQL rejects a statement on this schema; the message lists all of them.
 */
export async function emitStatements(
  connectionString: string,
  statements: LoadedStatement[],
): Promise<Map<string, string>> {
  const types = await prepareAll(connectionString, statements)
  const files = new Map<string, string[]>()
  for (const [index, { name, formatted, parameters }] of statements.entries()) {
    const path = `sql/${kebabCase(name.split('.')[0] ?? name)}.sql`
    const lines = parameters.map(
      (parameter, place) => `-- $${place + 1} ${parameter}: ${types[index]?.[place]}`,
    )
    const text = [`-- ${name}`, ...lines, `${formatted};`]
    files.set(path, [...(files.get(path) ?? []), text.join('\n')])
  }
  const banner = '-- Written by `npm run generate` from src/repositories/. Do not edit.'
  return new Map([...files].map(([path, texts]) => [path, `${[banner, ...texts].join('\n\n')}\n`]))
}

/** Prepares every statement: PostgreSQL checks it against the schema and infers the types of its parameters. */
async function prepareAll(connectionString: string, statements: LoadedStatement[]): Promise<string[][]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  const refused: string[] = []
  try {
    for (const [index, { name, sql }] of statements.entries()) {
      await client
        .query(`prepare s${index} as ${sql}`)
        .catch((error: Error) => refused.push(`${name}: ${error.message}`))
    }
    if (refused.length > 0) {
      throw new StatementError(
        `These statements do not fit the schema:\n${refused.map((line) => `  ${line}`).join('\n')}`,
      )
    }
    const { rows } = await client.query<{ name: string; types: string[] }>(
      'select name, parameter_types::text[] as types from pg_prepared_statements',
    )
    const byName = new Map(rows.map(({ name, types }) => [name, types]))
    return statements.map((_, index) => byName.get(`s${index}`) ?? [])
  } finally {
    await client.end()
  }
}

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
