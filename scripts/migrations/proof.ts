import type pg from 'pg'
import { compareDatabases, queryClosed } from '../../src/admin/index.ts'
import { type Difference, MigrationError, migrate, seed } from '../../src/admin.ts'
import type { ScratchDatabase, ScratchServer } from '../scratch/index.ts'
import { connected, query } from './catalog.ts'
import { differ } from './differ.ts'
import type { MigrationFile } from './migration-text.ts'
import { changedRows, readRows, type Tolerance } from './rows/compare.ts'
import { fillTables, type Unfilled } from './rows/fill.ts'
import { refusedWrites, staleResults } from './rows/writes.ts'
import { TemporaryFolder } from './temporary-folder.ts'

/** The migrations do not lead to schema/, or not with rows in the tables. */
export class ProofError extends Error {
  override readonly name = 'ProofError'
  /** Objects that differ from schema/. */
  readonly differences: readonly Difference[]
  /** Whether a rule refused made rows. */
  readonly refusesRows: boolean

  constructor(message: string, differences: readonly Difference[] = [], refusesRows = false) {
    super(message)
    this.differences = differences
    this.refusesRows = refusesRows
  }
}

export interface Proof {
  readonly known: readonly MigrationFile[]
  /** The migrations to prove, with rows in the tables of `known`. */
  readonly added: readonly MigrationFile[]
  readonly tolerance: Tolerance
  /** Whether src/seed/ knows the tables. */
  readonly isSeeded: boolean
  /** Whether it is also applied to a database with rows; default true. */
  readonly hasRows?: boolean | undefined
  /** A database that has the known migrations. */
  readonly current?: ScratchDatabase
}

/**
 * Applies the migrations to two databases, one empty and one with rows in every table, and compares them with schema/ in two ways that do
 * not know of each other: our catalog of facts, and the differ. The rows must be what they were, and each table must take
 * another insert and update. Returns the tables that no rows could be made for.
 *
 * @throws {ProofError}
 */
export async function prove(
  server: ScratchServer,
  { known, added, tolerance, isSeeded, hasRows = true, current }: Proof,
  fresh: ScratchDatabase,
): Promise<Unfilled[]> {
  using folder = await TemporaryFolder.create()
  await folder.write(known)
  const template = current && { template: current.name }
  await using filled = await server.createDatabase(template)
  if (known.length > 0 && !current) await apply(filled.url, folder.path)
  const unfilled = known.length > 0 && hasRows ? await fill(filled.url, isSeeded) : []
  await using before = await server.createDatabase({ template: filled.name })

  await folder.write(added)
  await using empty = await server.createDatabase(template)
  if (known.length + added.length > 0)
    await apply(empty.url, folder.path).catch((error: unknown) => {
      throw refusalOf(error, 'It fails, even without rows in the tables')
    })
  await compare(empty.url, fresh.url)
  await compareWithDiffer(empty.url, fresh.url)
  if (known.length === 0 || !hasRows) return []
  const rows = await connected(filled.url, readRows)
  await apply(filled.url, folder.path).catch((error: unknown) => {
    throw refusalOf(error, 'It fails with rows in the tables')
  })
  await compare(filled.url, fresh.url)
  await connected(filled.url, async (client) => {
    const changed = await changedRows(client, rows, tolerance)
    if (changed.length > 0) {
      throw new ProofError(
        `It changes ${changed.join('; ')}. If statements written by hand intend it, the header of their file must state it: \`-- data loss: …\`.`,
      )
    }
    const stale = await staleResults(client)
    if (stale.length > 0)
      throw new ProofError(`Rows no longer satisfy ${stale.join('; ')}: a function has changed.`)
    await checkWrites(client, before.url)
  })
  return unfilled
}

/** Tables that took rows before must take them afterwards. */
async function checkWrites(client: pg.Client, before: string): Promise<void> {
  const refused = await refusedWrites(client)
  if (refused.length === 0) return
  const refusedBefore = new Set((await connected(before, refusedWrites)).map(({ table }) => table))
  const created = await createdAfter(
    client,
    before,
    refused.map(({ table }) => table),
  )
  const broken = refused.filter(({ table }) => !refusedBefore.has(table) && !created.has(table))
  if (broken.length === 0) return
  const lines = broken.map(({ table, reason }) => `  ${table}: ${reason}`)
  throw new ProofError(`After it, tables refuse writes that they accepted before:\n${lines.join('\n')}`)
}

/** The tables that a copy of the database before does not have, under any name: a new one may refuse updates. */
async function createdAfter(
  client: pg.Client,
  before: string,
  tables: readonly string[],
): Promise<Set<string>> {
  const { rows } = await queryClosed<{ table: string; oid: string }>(
    client,
    `select name as table, to_regclass(name)::oid::text as oid from unnest($1::text[]) as name`,
    [tables],
  )
  const old = await query<{ oid: string }>(
    before,
    'select oid::text as oid from pg_class where oid = any($1::oid[])',
    [rows.map(({ oid }) => oid)],
  )
  const known = new Set(old.map(({ oid }) => oid))
  return new Set(rows.flatMap(({ table, oid }) => (known.has(oid) ? [] : [table])))
}

function apply(url: string, folder: string): Promise<unknown> {
  return migrate(url, { folder, environment: 'test' })
}

function refusalOf(error: unknown, words: string): unknown {
  if (!(error instanceof MigrationError)) return error
  const { message, detail, code } = (error.cause ?? error) as pg.DatabaseError
  return new ProofError(
    `${words}.\n  ${error.migration}: ${message}${detail ? `. ${detail}` : ''}`,
    [],
    /^2[23]/.test(code ?? ''),
  )
}

/** @throws {ProofError} they differ. */
async function compare(url: string, fresh: string): Promise<void> {
  const differences = await compareDatabases(fresh, url)
  const ours = differences.map(({ object, fact, schema, database }) =>
    [
      `  ${object}${fact ? `: ${fact}` : ''}`,
      `    schema/    ${schema ?? 'nothing'}`,
      `    migrations ${database ?? 'nothing'}`,
    ].join('\n'),
  )
  if (ours.length > 0)
    throw new ProofError(`The migrations do not lead to schema/:\n${ours.join('\n')}`, differences)
}

/** @throws {ProofError} the differ finds statements that are missing. */
async function compareWithDiffer(url: string, fresh: string): Promise<void> {
  const theirs = (await differ(url, fresh)).map(({ sql }) => `  ${sql}`)
  if (theirs.length > 0) {
    throw new ProofError(
      `The migrations do not lead to schema/; according to the differ, this is missing:\n${theirs.join('\n')}`,
    )
  }
}

/** So many that each enum value exists, columns hold nulls, and values repeat. */
const ENOUGH_MESSAGES = 1_000

/** Rows of src/seed/, where it fits these tables, and made ones in all others. */
async function fill(url: string, isSeeded: boolean): Promise<Unfilled[]> {
  if (isSeeded) await seed(url, { scale: ENOUGH_MESSAGES }).catch(() => {})
  return fillTables(url)
}
