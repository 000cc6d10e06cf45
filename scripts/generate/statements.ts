import { Worker } from 'node:worker_threads'
import pg from 'pg'
import type { LoadedStatement } from './loaded-statement.ts'

/** The repositories, or the schema they no longer fit. */
export class StatementError extends Error {
  override readonly name = 'StatementError'
}

/**
 * Every statement of src/, as the files are now. The first time they are imported here, which is quicker; from then on
 * this thread has them as they were, and a worker imports them.
 *
 * @throws {StatementError} src/ does not load, say because a value list it imports has another name.
 */
export async function loadStatements(): Promise<LoadedStatement[]> {
  const load = isImported ? listInWorker : listHere
  isImported = true
  return load().catch((cause: unknown) => {
    const advice = 'Mend what `npm run typecheck` points at, then generate again.'
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
 * generated/sql/: one file per repository, each statement formatted, with the name and type of its parameters.
 *
 * @throws {StatementError} naming the statements that PostgreSQL refuses on this schema.
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

/** Learns the parameters' types, and that each statement fits the schema. */
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
