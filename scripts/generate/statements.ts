import { execFile } from 'node:child_process'
import { getCompileCacheDir } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { format } from 'sql-formatter'

/** A statement of a repository, as `statements()` of src/statement.ts lists it. */
export interface LoadedStatement {
  name: string
  sql: string
  parameters: string[]
}

/** The repositories, or the schema they no longer fit. */
export class StatementError extends Error {
  override readonly name = 'StatementError'
}

/**
 * Every statement of src/, loaded in a process of its own, so that each call sees the files as they are now.
 *
 * @throws {StatementError} src/ does not load, say because a value list it imports has another name.
 */
export async function loadStatements(): Promise<LoadedStatement[]> {
  const source = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href)
  const program = `import ${source('repositories/index.ts')}
    import { statements } from ${source('statement.ts')}
    console.log(JSON.stringify(statements().map(({ name, sql, parameters }) => ({ name, sql, parameters }))))`
  const run = promisify(execFile)
  const options = {
    maxBuffer: 1 << 26,
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, NODE_COMPILE_CACHE: getCompileCacheDir() },
  }
  try {
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], options)
    return JSON.parse(stdout)
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string }
    const reason = /^\w*Error.*$/m.exec(stderr)?.[0] ?? String(cause)
    throw new StatementError(
      `src/ does not load with this schema: ${reason}\nMend what \`npm run typecheck\` points at, then generate again.`,
      { cause },
    )
  }
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
  for (const [index, { name, sql, parameters }] of statements.entries()) {
    const path = `sql/${kebabCase(name.split('.')[0] ?? name)}.sql`
    const lines = parameters.map(
      (parameter, place) => `-- $${place + 1} ${parameter}: ${types[index]?.[place]}`,
    )
    const text = [
      `-- ${name}`,
      ...lines,
      `${format(sql, { language: 'postgresql', keywordCase: 'lower', functionCase: 'lower' })};`,
    ]
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
