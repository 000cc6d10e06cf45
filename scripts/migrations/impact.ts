import { createTwoFilesPatch } from 'diff'
import pg from 'pg'
import pc from 'picocolors'
import { compareDatabases, inTransaction, mayReadRecords, queryClosed } from '../../src/admin/index.ts'
import { AdminError, create, type Difference, migrate, migrationStatus, verify } from '../../src/admin.ts'
import { generateFromSchema } from '../generate/index.ts'
import { type ScratchServer, startScratchServer } from '../scratch/index.ts'
import { statementsTouching, type Touching } from './touching.ts'
import { findViolations, type Unchecked, type Violation, type ViolationOptions } from './violations.ts'

/** The effects of schema/ on a database, or on one that has all migrations. */
export interface Impact {
  /** From the database that was given, or from where the migrations lead, to schema/. */
  readonly differences: readonly Difference[]
  /** Migrations that the database lacks; null where this role may not read its history. */
  readonly pending: readonly string[] | null
  /** Of the database that was given. */
  readonly violations: readonly Violation[]
  /** Rules whose rows could not be read. */
  readonly unchecked: readonly Unchecked[]
  readonly statements: readonly Touching[]
  /** Lines of generated/database.ts that are added and removed, from the migrations to schema/. */
  readonly types: string
}

/**
 * Compares a live database, or what the migrations lead to, with schema/. The live database is only read.
 *
 * @throws {UnavailableError} the database cannot be reached.
 */
export async function findImpact(
  folders: { schema: string; migrations: string },
  url: string | undefined,
  options: ViolationOptions = {},
): Promise<Impact> {
  await using server = await startScratchServer()
  const [before, after, usable] = [
    await server.createDatabase(),
    await server.createDatabase(),
    await server.createDatabase(),
  ]
  const typesOf = async (database: { url: string }, folder: string) =>
    (await generateFromSchema(database.url, folder)).files.get('database.ts') ?? ''
  const [old, fresh] = [await typesOf(before, folders.migrations), await typesOf(after, folders.schema)]
  await create(usable.url, { environment: 'test' })
  const differences =
    url === undefined ? await fromMigrations(server, folders) : await fromDatabase(url, usable.url)
  const found =
    url === undefined
      ? { violations: [], unchecked: [] }
      : await findViolations(url, { fresh: usable.url, differences }, options)
  return {
    differences,
    pending: url === undefined ? [] : await pendingMigrations(url, folders.migrations),
    ...found,
    statements: await statementsTouching(differences, await columnsOfTypes(usable.url, differences)),
    types: old === fresh ? '' : changedLines(old, fresh),
  }
}

async function fromMigrations(server: ScratchServer, folders: { migrations: string }): Promise<Difference[]> {
  const migrated = await server.createDatabase()
  await migrate(migrated.url, { folder: folders.migrations, environment: 'test' })
  return (await verify(migrated.url)).differences
}

/** A reader of an edited schema/ cannot apply it to the live database itself: it is compared with another one. */
async function fromDatabase(url: string, fresh: string): Promise<Difference[]> {
  try {
    return (await verify(url)).differences
  } catch (error) {
    if (!(error instanceof AdminError)) throw error
    return compareDatabases(fresh, url)
  }
}

async function pendingMigrations(url: string, folder: string): Promise<string[] | null> {
  if (!(await inTransaction(url, mayReadRecords, { readOnly: true }))) return null
  const { migrations } = await migrationStatus(url, { folder })
  return migrations
    .filter(({ state, service }) => service === undefined && (state === 'pending' || state === 'broken off'))
    .map(({ name }) => name)
}

/** The columns of changed types change, too. */
async function columnsOfTypes(url: string, differences: readonly Difference[]): Promise<string[]> {
  const types = differences.flatMap(({ object }) => /^type (.+)$/.exec(object)?.[1] ?? [])
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await queryClosed<{ name: string }>(
      client,
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

/** Whether all could be read, and the rows satisfy schema/. */
export const isSafe = ({ pending, violations, unchecked }: Impact): boolean =>
  pending !== null && violations.length === 0 && unchecked.length === 0

const HIDDEN = 'could not be read: this role may not read the schema norberts_spark_db'

export function report(impact: Impact, url: string | undefined): string {
  const { differences, pending, violations, unchecked, statements, types } = impact
  if (differences.length === 0 && pending?.length === 0)
    return url === undefined
      ? `${pc.green('✓')} The migrations lead to schema/: nothing changes. A database that lacks some of them: --url`
      : `${pc.green('✓')} The database has all migrations and is equal to schema/: nothing changes.`
  const chapter = (title: string, lines: readonly string[], none: string) =>
    [pc.bold(title), ...(lines.length > 0 ? lines : [none]).map((line) => `  ${line}`), ''].join('\n')
  const refused = violations.flatMap(({ rule, rows, examples, sql }) => [
    `${pc.red(String(rows))} by ${rule}: ${examples.join('; ')}${rows > examples.length ? '; …' : ''}`,
    `    ${sql}`,
  ])
  const open = unchecked.map(({ rule, reason }) => `${pc.yellow('could not be checked')}: ${rule}: ${reason}`)
  return [
    ...(url === undefined
      ? []
      : [chapter('Migrations that the database lacks', pending ?? [HIDDEN], 'none')]),
    chapter(
      url === undefined ? 'Changes after the last migration' : 'Changes of this database',
      differences.map(({ object, fact, schema, database }) =>
        fact
          ? `${object}: ${fact} ${database ?? 'nothing'} → ${schema ?? 'nothing'}`
          : `${schema === undefined ? '−' : '+'} ${object}`,
      ),
      'nothing',
    ),
    chapter(
      'Rows that new rules would refuse',
      [...refused, ...open],
      url === undefined ? 'not checked: name a database with --url' : 'none',
    ),
    chapter(
      'Statements that use changed tables and columns (see generated/sql/)',
      byMethod(statements),
      'none',
    ),
    chapter('Generated types, after the last migration', types.split('\n').filter(Boolean), 'none change'),
  ].join('\n')
}
