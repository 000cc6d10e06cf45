import pg from 'pg'
import { forLine } from './escape.ts'
import type { LoadedStatement } from './loaded-statement.ts'
import { unservedOffers } from './offers.ts'

/** The repositories do not load, or do not fit the schema. */
export class StatementError extends Error {
  override readonly name = 'StatementError'
}

/**
 * Generates generated/sql/: one file per repository, with each statement formatted and its parameters' names and types.
 * Of a list it has each filter alone, with and without the search; combinations of several filters are only checked.
 *
 * @throws {StatementError} PostgreSQL rejects a statement on this schema; the message lists all of them.
 */
export async function emitStatements(
  connectionString: string,
  statements: LoadedStatement[],
  banner = '-- Written by `npm run generate` from src/repositories/. Do not edit.',
): Promise<Map<string, string>> {
  const types = await prepareAll(connectionString, statements)
  const files = new Map<string, string[]>()
  for (const [index, { name, formatted, parameters, isRare }] of statements.entries()) {
    if (isRare) continue
    const path = `sql/${kebabCase(name.split('.')[0] ?? name)}.sql`
    const lines = parameters.map((parameter, place) =>
      forLine(`-- $${place + 1} ${parameter}: ${types[index]?.[place]}`),
    )
    const text = [forLine(`-- ${name}`), ...lines, `${formatted};`]
    files.set(path, [...(files.get(path) ?? []), text.join('\n')])
  }
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
    await checkOffers(client, statements)
    const { rows } = await client.query<{ name: string; types: string[] }>(
      'select name, parameter_types::text[] as types from pg_prepared_statements',
    )
    const byName = new Map(rows.map(({ name, types }) => [name, types]))
    return statements.map((_, index) => byName.get(`s${index}`) ?? [])
  } finally {
    await client.end()
  }
}

/** Refuses orders and filters of lists that no index serves. */
async function checkOffers(client: pg.Client, statements: LoadedStatement[]): Promise<void> {
  const unserved = await unservedOffers(client, statements)
  if (unserved.length === 0) return
  throw new StatementError(
    `These lists offer what no index serves:\n${unserved.map((line) => `  ${line}`).join('\n')}`,
  )
}

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
