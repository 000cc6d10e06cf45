import { compareDatabases, copyPartitions, currentNamespace, inTransaction } from '../../src/admin/index.ts'
import { create, readSchemaFiles } from '../../src/admin.ts'
import type { ScratchDatabase, ScratchServer } from '../scratch/index.ts'
import { ofWholeTable } from './corrections.ts'
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
import { findViolations } from './violations.ts'

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
  await inTransaction(
    url,
    async (from) =>
      inTransaction(fresh.url, async (to) =>
        copyPartitions(
          { client: from, namespace: await currentNamespace(from) },
          { client: to, namespace: await currentNamespace(to) },
        ),
      ),
    { readOnly: true },
  )
  const [actions, ours] = await Promise.all([differ(empty.url, url), differ(empty.url, fresh.url)])
  const renames = await tableRenames(live, fresh, options)
  const adopted = new Set(
    renames.filter(isOfTable).map(({ from }) => (from.includes('.') ? from : `public.${from}`)),
  )
  const statements = sortStatements(actions, { ours, live, adopted }).map((each) => ({
    ...each,
    sql: ofWholeTable(each.sql),
  }))
  const copy = await copyStructure(server, live, statements)
  const kept = options.dropsSurplus ? [] : copy.foreign
  await addForeign(fresh, kept)
  const schema = (await readSchemaFiles()).map(({ sql }) => sql).join('\n')
  const accepted = [...renames]
  const plan = (hasRows: boolean) =>
    generateMigration(
      server,
      {
        known: [copy.migration],
        current: copy.current,
        fresh,
        schema,
        isSeeded: true,
        hasRows,
        isScript: true,
      },
      {
        name: 'to_schema',
        renames,
        decide: async (candidates) => {
          const decided = await options.decide(candidates)
          accepted.push(...decided)
          return decided
        },
        allowsDataLoss: options.allowsDataLoss,
        inUse: (losses) => lossesInUse(url, losses),
        isDraft: false,
        at: options.at,
      },
    )
  const { files, warnings } = await plan(true).catch(async (error: unknown) => {
    // Made rows follow the rules of the copy. The rows of this database decide; they are checked below.
    if (!(error instanceof ProofError) || !error.refusesRows) throw explained(error)
    const planned = await plan(false).catch((reason: unknown) => {
      throw explained(reason)
    })
    const warning = `Verified without made rows, since the database accepts rows that schema/ refuses. ${withoutAdvice(error)}`
    return { ...planned, warnings: [...planned.warnings, warning] }
  })
  return {
    sql: files.length > 0 ? scriptOf(files, live) : undefined,
    kept: [...new Set(kept.flatMap(({ foreign }) => foreign ?? []))],
    warnings: [...copy.warnings, ...warnings, ...(await checkRows(live, fresh, accepted))],
  }
}

const ADVICE = /\nNothing was written\.[\s\S]*$/
const withoutAdvice = ({ message }: Error) => message.replace(ADVICE, '')

/** With advice for a database instead of that for a migration. */
function explained(error: unknown): unknown {
  if (!(error instanceof ProofError) || !error.message.includes('npm run db:check')) return error
  return new ProofError(
    `${withoutAdvice(error)}\nNothing was written. Change these parts of the database by hand, then run db:diff again.`,
    error.differences,
  )
}

/**
 * Returns warnings about rows that could not be checked.
 *
 * @throws {ProofError} rows of the live database would be refused.
 */
async function checkRows(live: Live, fresh: ScratchDatabase, renames: readonly Rename[]): Promise<string[]> {
  if (renames.length > 0)
    return ['With renames, the rows of this database are checked only while the SQL runs.']
  const differences = await compareDatabases(fresh.url, live.url)
  const { violations, unchecked } = await findViolations(live.url, { fresh: fresh.url, differences })
  if (violations.length > 0) {
    const lines = violations.map(
      ({ rule, rows, examples, sql }) => `  ${rows} by ${rule}: ${examples.join('; ')}\n    ${sql}`,
    )
    throw new ProofError(
      `Rows of this database would be refused:\n${lines.join('\n')}\nNothing was written. Correct them, then run db:diff again.`,
    )
  }
  return unchecked.map(({ rule, reason }) => `Rows could not be checked for ${rule}: ${reason}`)
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
