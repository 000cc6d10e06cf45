import { create, readSchemaFiles } from '../../src/admin.ts'
import type { ScratchDatabase, ScratchServer } from '../scratch/index.ts'
import { differ } from './differ.ts'
import { generateMigration } from './generate.ts'
import { type Live, readLiveDatabase } from './live.ts'
import { COPY_NAME, copyStructure, holdsData, runEach } from './live-copy.ts'
import { type LiveStatement, sortStatements } from './live-objects.ts'
import type { MigrationFile } from './migration-text.ts'
import { ProofError } from './proof.ts'
import { type Rename, RenameAdvisor } from './renames.ts'
import { qualified, statementsOf } from './sql.ts'
import { namesOf, tableChange } from './statement.ts'

export interface DiffOptions {
  readonly renames: readonly Rename[]
  /** Decides about possible renames; returns those that are some. */
  readonly decide: (candidates: readonly Rename[]) => Promise<readonly Rename[]>
  readonly allowsDataLoss: boolean
  /** Whether objects of neither schema/ nor the library are dropped. */
  readonly dropsSurplus: boolean
  readonly at: Date
}

export interface Diff {
  /** The verified SQL, for psql; undefined where the database has what schema/ describes. */
  readonly sql: string | undefined
  /** Objects of neither schema/ nor the library, which are left as they are. */
  readonly kept: readonly string[]
  readonly warnings: readonly string[]
}

/**
 * Finds the SQL that leads from a live database to schema/. The live database is only read: its structure is copied to a scratch
 * database, where the SQL is planned and verified, with and without rows.
 *
 * @throws {ProofError} the SQL cannot be planned or verified, or rows would lose data.
 */
export async function diffDatabase(server: ScratchServer, url: string, options: DiffOptions): Promise<Diff> {
  const live = await readLiveDatabase(url)
  await using empty = await server.createDatabase()
  await using fresh = await server.createDatabase()
  await create(fresh.url, { environment: 'test' })
  const [actions, ours] = await Promise.all([differ(empty.url, url), differ(empty.url, fresh.url)])
  const renames = await tableRenames(live, fresh, options)
  const adopted = new Set(
    renames.filter(isOfTable).map(({ from }) => (from.includes('.') ? from : `public.${from}`)),
  )
  const statements = sortStatements(actions, { ours, live, adopted })
  const copy = await copyStructure(server, live, statements)
  const kept = options.dropsSurplus ? [] : copy.foreign
  await addForeign(fresh, kept)
  const { files, warnings } = await generateMigration(
    server,
    {
      known: [copy.migration],
      current: copy.current,
      fresh,
      schema: (await readSchemaFiles()).map(({ sql }) => sql).join('\n'),
      isSeeded: true,
    },
    {
      name: 'to_schema',
      renames,
      decide: options.decide,
      allowsDataLoss: options.allowsDataLoss,
      inUse: (losses) => lossesInUse(url, losses),
      isDraft: false,
      at: options.at,
    },
  )
  return {
    sql: files.length > 0 ? scriptOf(files, live) : undefined,
    kept: [...new Set(kept.flatMap(({ foreign }) => foreign ?? []))],
    warnings: [...copy.warnings, ...warnings],
  }
}

const isOfTable = ({ from }: Rename) => !from.includes('.')

/** Renames of tables: a table of another name is otherwise one of others. */
async function tableRenames(live: Live, fresh: ScratchDatabase, options: DiffOptions): Promise<Rename[]> {
  const advisor = await RenameAdvisor.of(live.url, fresh.url)
  const candidates = advisor.candidates(options.renames).filter(isOfTable)
  const decided = candidates.length > 0 ? await options.decide(candidates) : []
  return [...options.renames, ...decided]
}

/** @throws {ProofError} an object of others cannot exist beside schema/. */
async function addForeign(fresh: ScratchDatabase, foreign: readonly LiveStatement[]): Promise<void> {
  const { left } = await runEach(fresh.url, foreign)
  if (left.length === 0) return
  const lines = left.map((each) => `  ${each.foreign}: ${each.reason}`)
  throw new ProofError(
    `These objects are not of schema/, and cannot exist beside it as they are:\n${lines.join('\n')}\nNothing was written. Change or drop them, or add --drop-surplus.`,
  )
}

/** Those by which the live database loses something: a column without a value loses none. */
async function lossesInUse(url: string, losses: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const sql of losses) {
    const change = tableChange(sql)
    if (change?.subtype === 'AT_DropColumn' || change?.subtype === 'AT_AlterColumnType') {
      const column = change.subtype === 'AT_DropColumn' ? `"${change.name.replaceAll('"', '""')}"` : undefined
      if (await holdsData(url, qualified(change.table), column)) found.push(sql)
      continue
    }
    const tables = statementsOf(sql).flatMap(({ node }) =>
      'DropStmt' in node && node.DropStmt.removeType === 'OBJECT_TABLE' ? (node.DropStmt.objects ?? []) : [],
    )
    const held = await Promise.all(
      tables.map((table) => {
        const names = 'List' in table ? namesOf(table.List.items) : []
        return holdsData(url, qualified({ schema: names.at(-2), name: names.at(-1) ?? '' }), undefined)
      }),
    )
    if (tables.length === 0 || held.includes(true)) found.push(sql)
  }
  return found
}

/** One script: files of one transaction, and statements by themselves. */
function scriptOf(files: readonly MigrationFile[], live: Live): string {
  const follows = `-- follows: ${COPY_NAME.replace(/\.sql$/, '')}\n`
  const parts = files.map(({ sql }) => {
    const text = sql.replace(follows, '').replaceAll('-- statement\n', '').trim()
    return text.includes('-- transaction: none') ? text : `begin;\n\n${text}\n\ncommit;`
  })
  return [
    `-- From ${live.description} to schema/ of @norberts-spark/db.\n-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE\n\nset lock_timeout = '5s';`,
    ...parts,
  ]
    .join('\n\n')
    .concat('\n')
}
