import pg from 'pg'
import { withoutRow } from '../errors/index.ts'
import { queryClosed } from './closed-query.ts'
import { AdminError } from './errors.ts'
import { recordApplied, type SourcedMigration } from './history.ts'
import type { TableLock } from './migration-files.ts'
import { labelOf, type MigrationPlan } from './migration-plan.ts'
import { executeWithin, isRefusedByExecute, lineOf, resetSession, resetSettings } from './migration-sql.ts'
import { ChangedStepsError, retryLocks, runSteps } from './migration-steps.ts'
import { readObjects } from './objects.ts'
import { recordObjects } from './owned-objects.ts'
import { readMissing, repeatGrants } from './roles/index.ts'
import { LOCK_NOT_AVAILABLE, transaction } from './session.ts'
import { describeHolders, type LockHolder } from './waiting.ts'

/** A migration failed. Those before it are in effect. */
export class MigrationError extends AdminError {
  override readonly name = 'MigrationError'
  readonly migration: string

  constructor(migration: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.migration = migration
  }
}

export interface MigrateRun {
  /** Milliseconds that a statement may wait for a lock, while later sessions queue behind it. */
  readonly lockTimeout: number
  /** How often a migration is retried that did not get its lock. */
  readonly retries: number
  readonly onProgress: (migration: string) => void
  /** The sessions whose lock the current statement waits for, or waited for. */
  readonly holders: () => readonly LockHolder[]
}

export async function runMigrations(
  client: pg.Client,
  { pending, applied }: Pick<MigrationPlan, 'pending' | 'applied'>,
  run: MigrateRun,
): Promise<void> {
  const latest = applied.at(-1)
  let last = latest && labelOf(latest)
  for (const migration of pending) {
    run.onProgress(labelOf(migration))
    try {
      await resetSession(client)
      if (migration.isTransactional) await retryLocks(run, () => runInTransaction(client, migration, run))
      else
        await runSteps(client, migration, { ...run, inTransaction: (fn) => recording(client, migration, fn) })
    } catch (error) {
      throw explain(error, migration, { last, holders: run.holders() })
    }
    last = labelOf(migration)
  }
  await resetSession(client)
}

async function runInTransaction(
  client: pg.Client,
  migration: SourcedMigration,
  { lockTimeout }: MigrateRun,
): Promise<void> {
  await recording(client, migration, async () => {
    await takeLocks(client, migration.locks, lockTimeout)
    await client.query(`set local lock_timeout = ${lockTimeout}`)
    await executeWithin(client, migration.sql)
    await resetSettings(client)
    await recordApplied(client, [migration])
  })
}

/** Runs `fn` in a transaction, records the objects that it created, for a later drop, and grants them to roles as recorded. */
function recording(client: pg.Client, { source }: SourcedMigration, fn: () => Promise<void>): Promise<void> {
  return transaction(client, async () => {
    const before = await readObjects(client)
    const missing = await readMissing(client)
    await fn()
    await recordObjects(client, { before, source })
    await repeatGrants(client, missing)
  })
}

/** All of them within one `lockTimeout`: with that time for each, other sessions would wait for a multiple of it. */
async function takeLocks(client: pg.Client, locks: readonly TableLock[], lockTimeout: number): Promise<void> {
  const deadline = performance.now() + lockTimeout
  for (const { table, mode } of locks) {
    const { rowCount } = await queryClosed(
      client,
      `select from pg_class where oid = pg_catalog.to_regclass($1) and relkind in ('r', 'p')`,
      [table],
    )
    if (rowCount === 0) continue
    const left = Math.max(1, Math.ceil(deadline - performance.now()))
    await client.query(`set local lock_timeout = ${left}; lock table ${table} in ${mode} mode`)
  }
}

function explain(
  error: unknown,
  migration: SourcedMigration,
  { last, holders }: { last: string | undefined; holders: readonly LockHolder[] },
): unknown {
  const { sql, isTransactional } = migration
  const name = labelOf(migration)
  if (error instanceof ChangedStepsError) return new MigrationError(name, error.message)
  if (!(error instanceof pg.DatabaseError)) return error
  const line = isTransactional ? lineOf(error, sql) : undefined
  const detail = [withoutRow(error).detail, error.hint].filter(Boolean).join(' ')
  const state = isTransactional
    ? `Nothing of it is in effect: the database is as after ${last ?? 'nothing'}.`
    : 'It runs without a transaction: the statements before this one are in effect, and the next run continues with this one.'
  return new MigrationError(
    name,
    `${name}${line === undefined ? '' : `, line ${line}`}: ${error.message}.${detail ? ` ${detail}` : ''} ${state} ${wayOut(error, migration, holders)}`,
    { cause: error },
  )
}

function wayOut(
  error: pg.DatabaseError,
  { isTransactional }: SourcedMigration,
  holders: readonly LockHolder[],
): string {
  if (error.code === LOCK_NOT_AVAILABLE) {
    const who = holders.length > 0 ? `\nHeld by ${describeHolders(holders)}` : ''
    return `It did not get its lock: end the long transactions, or retry at a quieter time.${who}`
  }
  if (isRefusedByExecute(error))
    return 'Each file runs in a transaction that migrate begins and ends: remove begin, commit, rollback and savepoint (and copy from stdin). Statements that cannot run in a transaction belong in a file with `-- transaction: none`.'
  return isTransactional
    ? 'Fix the file (not applied here yet) or the data, then run it again.'
    : 'Fix this statement in the file, or the data, then run it again.'
}
