import { createTwoFilesPatch } from 'diff'
import pg from 'pg'
import pc from 'picocolors'
import { create, type Difference, migrate, verify } from '../../src/admin.ts'
import { generateFromSchema } from '../generate/index.ts'
import { startScratchServer } from '../scratch/index.ts'
import { statementsTouching, type Touching } from './touching.ts'
import { findViolations, type Violation } from './violations.ts'

/** The effects of an edit of schema/, compared with the migrations. */
export interface Impact {
  readonly differences: readonly Difference[]
  /** Of the database that was given. */
  readonly violations: readonly Violation[]
  readonly statements: readonly Touching[]
  /** Lines of generated/database.ts that are added and removed. */
  readonly types: string
}

export async function findImpact(
  folders: { schema: string; migrations: string },
  url: string | undefined,
): Promise<Impact> {
  await using server = await startScratchServer()
  const [migrated, before, after] = [
    await server.createDatabase(),
    await server.createDatabase(),
    await server.createDatabase(),
  ]
  await migrate(migrated.url, { folder: folders.migrations, environment: 'test' })
  const { differences } = await verify(migrated.url)
  const typesOf = async (database: { url: string }, folder: string) =>
    (await generateFromSchema(database.url, folder)).files.get('database.ts') ?? ''
  const [old, fresh] = [await typesOf(before, folders.migrations), await typesOf(after, folders.schema)]
  const usable = await server.createDatabase()
  await create(usable.url, { environment: 'test' })
  return {
    differences,
    violations: url === undefined ? [] : await findViolations(url, differences),
    statements: await statementsTouching(differences, await columnsOfTypes(usable.url, differences)),
    types: old === fresh ? '' : changedLines(old, fresh),
  }
}

/** The columns of changed types change, too. */
async function columnsOfTypes(url: string, differences: readonly Difference[]): Promise<string[]> {
  const types = differences.flatMap(({ object }) => /^type (.+)$/.exec(object)?.[1] ?? [])
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      `select format('%s.%s', attrelid::regclass, attname) as name from pg_attribute
       join pg_class on pg_class.oid = attrelid and relkind in ('r', 'p', 'v', 'm')
       where not attisdropped and atttypid = any(select to_regtype(name) from unnest($1::text[]) as name)`,
      [types],
    )
    return rows.map(({ name }) => name)
  } finally {
    await client.end()
  }
}

function changedLines(old: string, fresh: string): string {
  const patch = createTwoFilesPatch('a', 'b', old, fresh, undefined, undefined, { context: 0 })
  return patch
    .split('\n')
    .filter((line) => /^[+-](?![+-])/.test(line))
    .join('\n')
}

/** The variants of a method, which differ in their filters, as one. */
function byMethod(statements: readonly Touching[]): string[] {
  const methods = new Map<string, Set<string>>()
  for (const { statement, names } of statements) {
    const method = statement.replace(/\(.*/, '')
    methods.set(method, new Set([...(methods.get(method) ?? []), ...names]))
  }
  return Array.from(methods, ([method, names]) => `${method}: ${[...names].join(', ')}`)
}

export function report(
  { differences, violations, statements, types }: Impact,
  url: string | undefined,
): string {
  if (differences.length === 0) return `${pc.green('✓')} The migrations lead to schema/: nothing changes.`
  const chapter = (title: string, lines: readonly string[], none: string) =>
    [pc.bold(title), ...(lines.length > 0 ? lines : [none]).map((line) => `  ${line}`), ''].join('\n')
  return [
    chapter(
      'Changes',
      differences.map(({ object, fact, schema, database }) =>
        fact
          ? `${object}: ${fact} ${database ?? 'nothing'} → ${schema ?? 'nothing'}`
          : `${schema === undefined ? '−' : '+'} ${object}`,
      ),
      '',
    ),
    chapter(
      'Rows that new rules would refuse',
      violations.map(({ rule, rows, sql }) => `${pc.red(String(rows))} by ${rule}: ${sql}`),
      url ? 'none' : 'not checked: name a database with --url',
    ),
    chapter(
      'Statements that use changed tables and columns (see generated/sql/)',
      byMethod(statements),
      'none',
    ),
    chapter('Generated types', types.split('\n').filter(Boolean), 'none change'),
  ].join('\n')
}
