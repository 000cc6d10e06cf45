import { readSchemaFiles } from '../../src/admin.ts'
import type { ScratchDatabase, ScratchServer } from '../scratch/index.ts'
import { connected, OWN_NAMESPACES, query } from './catalog.ts'
import { columnKey, readColumnTypes } from './column-types.ts'
import { type Change, correct } from './corrections.ts'
import { dependentRenames, notNullRenames } from './dependent-names.ts'
import { differ } from './differ.ts'
import { followersOf } from './followers.ts'
import { type Body, measure } from './measure.ts'
import { bodyOf, fileNames, headerText, type MigrationFile, stepsBody } from './migration-text.ts'
import { intoPhases, type Layout, type Step } from './phases.ts'
import { prepare } from './preparations.ts'
import { type Rename, RenameAdvisor } from './renames.ts'

/** The files that lead from the known migrations to schema/. */
export interface Draft {
  readonly parts: Parts
  /** Possible renames that the options do not mention. */
  readonly candidates: readonly Rename[]
  /** Statements by which rows lose or change what they hold. */
  readonly losses: readonly string[]
}

export interface DraftOptions {
  readonly name: string
  readonly renames: readonly Rename[]
  /** The name of the last known migration. */
  readonly last: string | undefined
  readonly at: Date
  /** The SQL of schema/. */
  readonly schema: string
  /** Whether psql runs it, not `migrate`. */
  readonly isScript: boolean | undefined
}

/** Renames that cannot be made. */
export class RenameError extends Error {
  override readonly name = 'RenameError'
}

/** The parts of a migration, in order; each becomes a file. */
export interface Parts {
  readonly enumValues: readonly string[]
  readonly transaction: readonly string[]
  readonly steps: readonly Step[]
}

/**
 * Plans the change in a copy of the current database: renames and what keeps rows are done there first, then the differ says what
 * is still missing.
 *
 * @throws {RenameError} a rename is impossible.
 * @throws {Error} the differ cannot plan the change.
 */
export async function draft(
  server: ScratchServer,
  { current, fresh }: { current: ScratchDatabase; fresh: ScratchDatabase },
  options: DraftOptions,
): Promise<Draft> {
  await using copy = await server.createDatabase({ template: current.name })
  const advisor = await RenameAdvisor.of(copy.url, fresh.url)
  const impossible = advisor.impossible(options.renames)
  if (impossible.length > 0) {
    throw new RenameError(
      `Impossible rename: the old name must exist now and be gone from schema/, and the new one must be new there.\n${impossible.map(({ from, to }) => `  ${from}=${to}`).join('\n')}`,
    )
  }
  const renames = advisor.statements(options.renames)
  await run(copy.url, renames)
  const dependents = await dependentRenames(copy.url, fresh.url)
  await run(copy.url, dependents)
  const prepared = await prepare(copy.url, fresh.url)
  const changes = await remainingChanges(copy.url, fresh.url, options.schema)
  const { transaction, steps } = intoPhases(changes, {
    ...(await readLayout(current.url)),
    isScript: options.isScript ?? false,
  })
  const remaining = transaction.map(({ sql }) => sql)
  // Where they fail even without rows, the proof says why.
  const names = await run(copy.url, remaining).then(
    () => notNullRenames(copy.url, fresh.url),
    () => [],
  )
  const parts: Parts = {
    enumValues: prepared.enumValues,
    transaction: [...renames, ...dependents, ...prepared.statements, ...remaining, ...names],
    steps: [...steps, ...(await followersOf(fresh.url, changes))],
  }
  const losses = changes.filter(({ losesData }) => losesData).map(({ sql }) => sql)
  return {
    parts,
    candidates: advisor.candidates(options.renames),
    losses,
  }
}

async function remainingChanges(url: string, fresh: string, schema: string): Promise<Change[]> {
  const [actions, before, after, notValid] = await Promise.all([
    differ(url, fresh),
    readColumnTypes(url),
    readColumnTypes(fresh),
    query<{ schema: string; table: string; name: string }>(
      fresh,
      `select nspname::text as schema, relname::text as table, conname::text as name from pg_constraint
       join pg_class on pg_class.oid = conrelid join pg_namespace on pg_namespace.oid = relnamespace where not convalidated`,
    ),
  ])
  const keys = notValid.map((constraint) => columnKey(constraint.schema, constraint.table, constraint.name))
  return correct(actions, { before, after, schema, notValid: new Set(keys) })
}

async function run(url: string, statements: readonly string[]): Promise<void> {
  await connected(url, async (client) => {
    for (const sql of statements) await client.query(sql)
  })
}

async function readLayout(url: string): Promise<Omit<Layout, 'isScript'>> {
  const partitioned = await query<{ schema: string; name: string }>(
    url,
    `select nspname::text as schema, relname::text as name from pg_class join pg_namespace on pg_namespace.oid = relnamespace where relkind = 'p'`,
  )
  const indexes = await query<{ schema: string; index: string; name: string }>(
    url,
    `select nspname::text as schema, index.relname::text as index, owner.relname::text as name
     from pg_index join pg_class as index on index.oid = indexrelid join pg_class as owner on owner.oid = indrelid
     join pg_namespace on pg_namespace.oid = owner.relnamespace where ${OWN_NAMESPACES}`,
  )
  return {
    partitioned,
    indexes: new Map(indexes.map(({ schema, index, name }) => [`${schema}\0${index}`, { schema, name }])),
  }
}

/** The files of a draft, with headers measured on the server; none where it has no statement. */
export async function filesOf(
  server: ScratchServer,
  current: ScratchDatabase,
  {
    parts,
    losses,
    name,
    at,
    last,
  }: Pick<Draft, 'parts' | 'losses'> & Pick<DraftOptions, 'name' | 'at' | 'last'>,
): Promise<MigrationFile[]> {
  const asSteps = (statements: readonly string[]) => statements.map((sql) => ({ sql }))
  const bodies: Body[] = [
    { isTransactional: true, steps: asSteps(parts.enumValues) },
    { isTransactional: true, steps: asSteps(parts.transaction) },
    { isTransactional: false, steps: parts.steps },
  ].filter(({ steps }) => steps.length > 0)
  const names = fileNames(name, bodies.length, { at, last })
  await using state = await server.createDatabase({ template: current.name })
  const files: MigrationFile[] = []
  for (const [index, { isTransactional, steps }] of bodies.entries()) {
    // Statements that fail even without rows have no effects: the proof says why.
    const effects = await measure(state.url, { isTransactional, steps }).catch(() => ({
      locks: [],
      rewrites: [],
    }))
    const header = headerText({
      title: name,
      follows: last?.replace(/\.sql$/, ''),
      ...effects,
      loss: losses.filter((loss) => steps.some(({ sql }) => sql === loss)).map(firstWords),
      isTransactional,
    })
    const body = isTransactional ? bodyOf(steps.map(({ sql }) => sql)) : stepsBody(steps)
    files.push({ name: names[index] as string, sql: `${header}\n${body}` })
  }
  return files
}

const firstWords = (sql: string) => sql.replace(/\s+/g, ' ').replaceAll(';', ',').slice(0, 80)

/** A file without statements yet, for objects that the differ does not know. */
export function emptyDraft({ name, at, last }: Pick<DraftOptions, 'name' | 'at' | 'last'>): MigrationFile {
  const [file = ''] = fileNames(name, 1, { at, last })
  const header = headerText({
    title: name,
    follows: last?.replace(/\.sql$/, ''),
    locks: [],
    rewrites: [],
    loss: [],
    isTransactional: true,
  })
  return { name: file, sql: `${header}\n` }
}

/** The first migration is schema/ itself. */
export async function draftFirst(name: string, at: Date): Promise<MigrationFile> {
  const files = await readSchemaFiles()
  const [file = ''] = fileNames(name, 1, { at, last: undefined })
  const header = headerText({
    title: name,
    follows: undefined,
    locks: [],
    rewrites: [],
    loss: [],
    isTransactional: true,
  })
  const body = files.map(({ name, sql }) => `-- schema/${name}\n\n${sql.trim()}\n`).join('\n')
  return { name: file, sql: `${header}\n${body}` }
}
