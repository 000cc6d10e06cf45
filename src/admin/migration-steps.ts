import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { queryClosed } from './closed-query.ts'
import { readHistory, recordApplied, recordBegun, recordStep, type SourcedMigration } from './history.ts'
import { checksumOf, STATEMENT_MARK } from './migration-files.ts'
import { labelOf } from './migration-plan.ts'
import { executeWithin, resetSession, resetSettings } from './migration-sql.ts'
import { buildOnPartitions, dropBuild, readPartitionedBuild } from './partitioned-index.ts'

/** How statements are run. */
export interface StepRun {
  /** Milliseconds that a statement may wait for a lock, while later sessions queue behind it. */
  readonly lockTimeout: number
  /** How often a statement is retried that did not get its lock. */
  readonly retries: number
  /** Runs `fn` in a transaction and records the objects that it created. */
  readonly inTransaction: (fn: () => Promise<void>) => Promise<void>
}

/** The statements that are done have changed in the file since. */
export class ChangedStepsError extends Error {}

const LOCK_NOT_AVAILABLE = '55P03'
const DEADLOCK_DETECTED = '40P01'
/** Of a statement that cannot run in a transaction. */
const ACTIVE_SQL_TRANSACTION = '25001'
const LONGEST_PAUSE = 5_000

/**
 * Runs a file without a transaction. Each statement is recorded when it is done, so that the next run continues where
 * this one was interrupted.
 */
export async function runSteps(client: pg.Client, migration: SourcedMigration, run: StepRun): Promise<void> {
  const entry = (await readHistory(client))?.find((each) => labelOf(each) === labelOf(migration))
  const done = entry?.stepsDone ?? 0
  if (done > 0 && checksumOf(migration.steps.slice(0, done).join(STATEMENT_MARK)) !== entry?.stepsChecksum) {
    throw new ChangedStepsError(
      `${labelOf(migration)} was interrupted after ${done} of its statements, and these have changed in its file since. They are in effect: restore them, and change only the statements that follow.`,
    )
  }
  for (const [index, step] of migration.steps.entries()) {
    if (index < done) continue
    const isInDoubt = entry?.stepBegun === index
    if (isInDoubt && (await settleIndex(client, step))) await recordStep(client, migration, index + 1)
    else await runStep(client, { migration, index }, run)
  }
  await recordApplied(client, [migration])
}

interface Step {
  migration: SourcedMigration
  index: number
}

/** In a transaction with the record of it, where PostgreSQL allows it, else by itself. */
async function runStep(client: pg.Client, step: Step, run: StepRun): Promise<void> {
  const { migration, index } = step
  const sql = migration.steps[index] as string
  try {
    await runRecorded(client, { migration, sql, stepsDone: index + 1 }, run)
  } catch (error) {
    if ((error as { code?: string }).code === ACTIVE_SQL_TRANSACTION) await runAlone(client, step, run)
    else {
      await undo(client, step, { error, run })
      throw error
    }
  }
}

/** No session is blocked while it waits, so that it may take the time of all attempts together. */
async function runAlone(client: pg.Client, { migration, index }: Step, run: StepRun): Promise<void> {
  const sql = migration.steps[index] as string
  await resetSession(client)
  await settleIndex(client, sql)
  await recordBegun(client, migration, index)
  const build = await readPartitionedBuild(client, withoutComments(sql))
  const patiently = () => client.query(`set lock_timeout = ${run.lockTimeout * (run.retries + 1)}`)
  const briefly = (statement: string) =>
    retryLocks(run, async () => {
      await client.query(`set lock_timeout = ${run.lockTimeout}`)
      await client.query(statement)
      await patiently()
    })
  try {
    await patiently()
    await (build ? buildOnPartitions(client, build, briefly) : client.query(sql))
  } catch (error) {
    // The server has said that it is not done: nothing is in doubt.
    if (error instanceof pg.DatabaseError && error.severity !== 'FATAL') {
      await client.query('set lock_timeout = 0')
      const settle = () =>
        build && isRefusedByRows(error) ? dropBuild(client, build, briefly) : settleIndex(client, sql)
      await settle().catch(() => {}) // The next run does it.
      await recordStep(client, migration, index)
    }
    throw error
  } finally {
    await resetSession(client).catch(() => {})
  }
  await recordStep(client, migration, index + 1)
}

/** `-- on failure: alter table people drop constraint phone_is_not_null` */
const ON_FAILURE = /^-- on failure: (.+)$/m

/**
 * Where the rows refuse a statement, runs the one that its comment `-- on failure:` names, which takes back the
 * statement before it: a helper constraint that the rows do not satisfy must not stay and refuse new rows.
 */
async function undo(
  client: pg.Client,
  { migration, index }: Step,
  { error, run }: { error: unknown; run: StepRun },
): Promise<void> {
  const sql = ON_FAILURE.exec(migration.steps[index] as string)?.[1]
  if (sql === undefined || index === 0 || !isRefusedByRows(error)) return
  await runRecorded(client, { migration, sql, stepsDone: index - 1 }, run)
}

const isRefusedByRows = (error: unknown) => /^23/.test((error as { code?: string }).code ?? '')

/** Runs a statement in one transaction with the record of how many steps are done. */
async function runRecorded(
  client: pg.Client,
  { migration, sql, stepsDone }: { migration: SourcedMigration; sql: string; stepsDone: number },
  run: StepRun,
): Promise<void> {
  await retryLocks(run, async () => {
    await resetSession(client)
    await run.inTransaction(async () => {
      await client.query(`set local lock_timeout = ${run.lockTimeout}`)
      await executeWithin(client, sql)
      await resetSettings(client)
      await recordStep(client, migration, stepsDone)
    })
  })
}

const INDEX_BUILT =
  /^create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?("(?:[^"]|"")+"|[^\s"(]+)/i
const INDEX_REBUILT = /^reindex\s+(?:\([^)]*\)\s*)?index\s+concurrently\s+("(?:[^"]|"")+"|[^\s";(]+)/i

/**
 * Drops the invalid index that a concurrent build leaves when it is interrupted: it would be in the way of the next
 * attempt. Returns whether the index was completed.
 */
async function settleIndex(client: pg.Client, step: string): Promise<boolean> {
  const sql = withoutComments(step)
  const rebuilt = INDEX_REBUILT.exec(sql)?.[1]
  if (rebuilt !== undefined) await dropRebuilds(client, rebuilt)
  const name = INDEX_BUILT.exec(sql)?.[1]
  if (name === undefined) return false
  const { rows } = await queryClosed<{ isValid: boolean; isPartitioned: boolean }>(
    client,
    `select indisvalid as "isValid", relkind = 'I' as "isPartitioned"
     from pg_index join pg_class on pg_class.oid = indexrelid where indexrelid = pg_catalog.to_regclass($1)`,
    [name],
  )
  const [index] = rows
  // Those of partitions that are built are used again.
  if (index && !index.isValid && !index.isPartitioned)
    await client.query(`drop index concurrently if exists ${name}`)
  return index?.isValid === true
}

/** Drops the copies that an interrupted `reindex index concurrently` has left. */
async function dropRebuilds(client: pg.Client, name: string): Promise<void> {
  const { rows } = await queryClosed<{ name: string }>(
    client,
    `select pg_catalog.format('%I.%I', nspname, left_.relname) as name from pg_index join pg_class as left_ on left_.oid = indexrelid
     join pg_namespace on pg_namespace.oid = left_.relnamespace
     join pg_class as rebuilt on rebuilt.oid = pg_catalog.to_regclass($1) and rebuilt.relnamespace = left_.relnamespace
     where not indisvalid and left_.relname ~ '_cc(new|old)[0-9]*$'
       and pg_catalog.starts_with(rebuilt.relname, pg_catalog.regexp_replace(left_.relname, '_cc(new|old)[0-9]*$', ''))
       and indrelid = (select indrelid from pg_index where indexrelid = rebuilt.oid)`,
    [name],
  )
  for (const each of rows) await client.query(`drop index concurrently if exists ${each.name}`)
}

/** Without the comments before the statement. */
function withoutComments(step: string): string {
  return step.replace(/^(?:\s+|--[^\n]*(?:\n|$))+/, '')
}

/** A transaction that waits for a lock makes others wait behind it: back off and retry instead. */
export async function retryLocks<T>(
  { retries, lockTimeout }: Pick<StepRun, 'retries' | 'lockTimeout'>,
  attempt: () => Promise<T>,
): Promise<T> {
  let pause = Math.max(lockTimeout, 100)
  for (let left = retries; ; left -= 1) {
    try {
      return await attempt()
    } catch (error) {
      const { code = '' } = error as { code?: string }
      if (![LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED].includes(code) || left === 0) throw error
      await sleep(pause)
      pause = Math.min(pause * 1.5, LONGEST_PAUSE)
    }
  }
}
