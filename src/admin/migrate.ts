import pg from 'pg'
import { AdminError } from './errors.ts'
import { type Entry, LEDGER, readLedger, recordApplied } from './ledger.ts'
import { type Environment, readMarker, writeMarker } from './marker.ts'
import type { Migration, TableLock } from './migration-files.ts'
import { executeWithin, isRefusedByExecute, lineOf, resetSession, resetSettings } from './migration-sql.ts'
import { ChangedStepsError, retryLocks, runSteps } from './migration-steps.ts'
import { type DatabaseObject, newObjects, readObjects, TOOL_SCHEMA } from './objects.ts'
import { connect, takeTurn } from './session.ts'

/** A migration failed. Those before it are in effect. */
export class MigrationError extends AdminError {
  override readonly name = 'MigrationError'
  readonly migration: string

  constructor(migration: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.migration = migration
  }
}

export interface MigratePlan {
  readonly pending: readonly Migration[]
  readonly applied: readonly Entry[]
  /** Names that the database has and the folder lacks: of another branch, or of a newer version. */
  readonly unknown: readonly string[]
  /** Pending names that sort before an applied one: of a branch that was merged later. */
  readonly late: readonly string[]
}

export interface MigrateRun {
  /** Milliseconds that a statement may wait for a lock, while later sessions queue behind it. */
  readonly lockTimeout: number
  /** How often a migration is retried that did not get its lock. */
  readonly retries: number
  readonly environment: Environment
  readonly onProgress: (migration: string) => void
}

const LOCK_NOT_AVAILABLE = '55P03'

/** Runs `fn` while no other process migrates, creates, drops or resets this database. */
export async function inTurn<T>(url: string, fn: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url)
  try {
    await client.query('set lock_timeout = 0; set statement_timeout = 0; set client_min_messages = warning')
    await takeTurn(client, 'pg_try_advisory_lock', 0)
    return await fn(client)
  } finally {
    // Ends the lock as well.
    await client.end().catch(() => {})
  }
}

/**
 * The migrations that the database lacks, also those that sort before applied ones.
 *
 * @throws {AdminError} an applied file has changed; or the database has the schema but no ledger.
 */
export async function planMigrations(
  client: pg.ClientBase,
  migrations: readonly Migration[],
  to: string | undefined,
): Promise<MigratePlan> {
  const ledger = await readLedger(client)
  if (!ledger && (await hasTables(client))) {
    throw new AdminError(
      'The tables exist but there is no migration history. If they match schema/ (run verify), mark the migrations as applied with `baseline` (--baseline).',
    )
  }
  const applied = ledger ?? []
  const known = new Map(applied.map((entry) => [entry.name, entry]))
  for (const { name, checksum } of migrations) {
    const entry = known.get(name)
    if (entry?.appliedAt && entry.checksum !== checksum) {
      throw new AdminError(
        `The migration ${name} was applied on ${entry.appliedAt.toISOString()} and its file has changed since. Restore the file, and write the change as a new migration (db:generate).`,
      )
    }
  }
  const names = new Set(migrations.map(({ name }) => name))
  if (to !== undefined && !names.has(to)) {
    throw new AdminError(`There is no migration ${to}; there are ${[...names].join(', ') || 'none'}.`)
  }
  const pending = migrations.filter(
    ({ name }) => !known.get(name)?.appliedAt && (to === undefined || name <= to),
  )
  const newest = applied.findLast(({ appliedAt }) => appliedAt !== null)?.name ?? ''
  return {
    applied: applied.filter(({ appliedAt }) => appliedAt !== null),
    pending,
    late: pending.map(({ name }) => name).filter((name) => name < newest),
    unknown: applied.map(({ name }) => name).filter((name) => !names.has(name)),
  }
}

export async function runMigrations(
  client: pg.Client,
  { pending, applied }: MigratePlan,
  run: MigrateRun,
): Promise<void> {
  await prepareLedger(client, run.environment)
  let last = applied.at(-1)?.name
  for (const migration of pending) {
    run.onProgress(migration.name)
    try {
      await resetSession(client)
      if (migration.isTransactional) await retryLocks(run, () => runInTransaction(client, migration, run))
      else await runSteps(client, migration, { ...run, inTransaction: (fn) => recording(client, fn) })
    } catch (error) {
      throw explain(error, migration, last)
    }
    last = migration.name
  }
  await resetSession(client)
}

async function prepareLedger(client: pg.Client, environment: Environment): Promise<void> {
  await client.query('begin')
  if (await readMarker(client)) await client.query(LEDGER)
  else await writeMarker(client, environment, [])
  await client.query('commit')
}

async function runInTransaction(
  client: pg.Client,
  migration: Migration,
  { lockTimeout }: MigrateRun,
): Promise<void> {
  await recording(client, async () => {
    await takeLocks(client, migration.locks, lockTimeout)
    await client.query(`set local lock_timeout = ${lockTimeout}`)
    await executeWithin(client, migration.sql)
    await resetSettings(client)
    await recordApplied(client, [migration])
  })
}

/** Runs `fn` in a transaction and records the objects that it created, for a later drop. */
function recording(client: pg.Client, fn: () => Promise<void>): Promise<void> {
  return transaction(client, async () => {
    const before = await readObjects(client)
    await fn()
    await recordObjects(client, before)
  })
}

/** All of them within one `lockTimeout`: with that time for each, other sessions would wait for a multiple of it. */
async function takeLocks(client: pg.Client, locks: readonly TableLock[], lockTimeout: number): Promise<void> {
  const deadline = performance.now() + lockTimeout
  for (const { table, mode } of locks) {
    const { rowCount } = await client.query(
      `select from pg_class where oid = to_regclass($1) and relkind in ('r', 'p')`,
      [table],
    )
    if (rowCount === 0) continue
    const left = Math.max(1, Math.ceil(deadline - performance.now()))
    await client.query(`set local lock_timeout = ${left}; lock table ${table} in ${mode} mode`)
  }
}

/** Commits everything that `fn` does, or nothing. */
async function transaction(client: pg.Client, fn: () => Promise<void>): Promise<void> {
  try {
    await client.query('begin')
    await fn()
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

/** A drop also removes what migrations created. */
async function recordObjects(client: pg.Client, before: readonly DatabaseObject[]): Promise<void> {
  const after = await readObjects(client)
  const rows = (objects: readonly DatabaseObject[]) =>
    JSON.stringify(objects.map(({ type, identity }) => ({ type, identity })))
  await client.query(
    `delete from ${TOOL_SCHEMA}.objects using json_to_recordset($1::json) as gone (type text, identity text)
     where objects.type = gone.type and objects.identity = gone.identity`,
    [rows(newObjects(after, before))],
  )
  await client.query(
    `insert into ${TOOL_SCHEMA}.objects select type, identity from json_to_recordset($1::json) as made (type text, identity text)
     on conflict do nothing`,
    [rows(newObjects(before, after))],
  )
}

async function hasTables(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ some: boolean }>(
    `select to_regclass('users') is not null and to_regclass('chats') is not null as some`,
  )
  return rows[0]?.some === true
}

function explain(error: unknown, migration: Migration, last: string | undefined): unknown {
  const { name, sql, isTransactional } = migration
  if (error instanceof ChangedStepsError) return new MigrationError(name, error.message)
  if (!(error instanceof pg.DatabaseError)) return error
  const line = isTransactional ? lineOf(error, sql) : undefined
  const detail = [error.detail, error.hint].filter(Boolean).join(' ')
  const state = isTransactional
    ? `Nothing of it is in effect: the database is as after ${last ?? 'nothing'}.`
    : 'It runs without a transaction: the statements before this one are in effect, and the next run continues with this one.'
  return new MigrationError(
    name,
    `${name}${line === undefined ? '' : `, line ${line}`}: ${error.message}.${detail ? ` ${detail}` : ''} ${state} ${wayOut(error, migration)}`,
    { cause: error },
  )
}

function wayOut(error: pg.DatabaseError, { isTransactional }: Migration): string {
  if (error.code === LOCK_NOT_AVAILABLE)
    return 'It did not get its lock: end the long transactions, or retry at a quieter time.'
  if (isRefusedByExecute(error))
    return 'Each file runs in a transaction that migrate begins and ends: remove begin, commit, rollback and savepoint (and copy from stdin). Statements that cannot run in a transaction belong in a file with `-- transaction: none`.'
  return isTransactional
    ? 'Fix the file (not applied here yet) or the data, then run it again.'
    : 'Fix this statement in the file, or the data, then run it again.'
}
