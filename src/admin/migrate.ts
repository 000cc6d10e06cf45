import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { AdminError } from './errors.ts'
import { type Entry, LEDGER, readLedger, recordApplied, recordBegun, recordStep } from './ledger.ts'
import { type Environment, readMarker, writeMarker } from './marker.ts'
import { checksumOf, type Migration, STATEMENT_MARK, type TableLock } from './migration-files.ts'
import { type DatabaseObject, newObjects, readObjects, TOOL_SCHEMA } from './objects.ts'
import { connect, takeTurn } from './session.ts'

/** A migration did not go through. Those before it are in effect, it is not. */
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
  /** Names that the database has and the folder has not: of another branch, or of a newer version. */
  readonly unknown: readonly string[]
}

export interface MigrateRun {
  /** Milliseconds that a statement may wait for a lock, while whoever comes after waits behind it. */
  readonly lockTimeout: number
  /** How often a migration is tried again that did not get its lock. */
  readonly retries: number
  readonly environment: Environment
  readonly onProgress: (migration: string) => void
}

const LOCK_NOT_AVAILABLE = '55P03'
const DEADLOCK_DETECTED = '40P01'
/** Of a statement that runs in no transaction. */
const ACTIVE_SQL_TRANSACTION = '25001'
const LONGEST_PAUSE = 5_000

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
 * What is to be done: all that the database does not have, wherever it stands in the order.
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
      'The tables are there, but not what says which migrations made them. If they are as schema/ says (verify), adopt them with `baseline` (--baseline).',
    )
  }
  const applied = ledger ?? []
  const known = new Map(applied.map((entry) => [entry.name, entry]))
  for (const { name, checksum } of migrations) {
    const entry = known.get(name)
    if (entry?.appliedAt && entry.checksum !== checksum) {
      throw new AdminError(
        `The migration ${name} was applied on ${entry.appliedAt.toISOString()} and its file has changed since. Bring the file back as it was, and write the change as a new migration (db:generate).`,
      )
    }
  }
  const names = new Set(migrations.map(({ name }) => name))
  if (to !== undefined && !names.has(to)) {
    throw new AdminError(`There is no migration ${to}; there are ${[...names].join(', ') || 'none'}.`)
  }
  return {
    applied: applied.filter(({ appliedAt }) => appliedAt !== null),
    pending: migrations.filter(({ name }) => !known.get(name)?.appliedAt && (to === undefined || name <= to)),
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
      if (migration.isTransactional) await insistently(run, () => runInTransaction(client, migration, run))
      else await runStepByStep(client, migration, run)
    } catch (error) {
      throw explain(error, migration, last)
    }
    last = migration.name
  }
}

/** Marks migrations as applied without running them. */
export async function adopt(
  client: pg.Client,
  migrations: readonly Migration[],
  { environment, objects }: { environment: Environment; objects: readonly DatabaseObject[] },
): Promise<void> {
  if (await readMarker(client)) await client.query(LEDGER)
  else await writeMarker(client, environment, objects)
  await recordApplied(client, migrations)
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
  await transaction(client, async () => {
    const before = await readObjects(client)
    await takeLocks(client, migration.locks, lockTimeout)
    await client.query(`set local lock_timeout = ${lockTimeout}`)
    await client.query(migration.sql)
    await recordObjects(client, before)
    await recordApplied(client, [migration])
  })
}

/** All of them within `lockTimeout`: one after the other, each with that time, would make others wait for its multiple. */
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

/** Each statement is noted down when it is done, so that the next run goes on where this one is broken off. */
async function runStepByStep(client: pg.Client, migration: Migration, run: MigrateRun): Promise<void> {
  const entry = (await readLedger(client))?.find(({ name }) => name === migration.name)
  const done = entry?.stepsDone ?? 0
  if (done > 0 && checksumOf(migration.steps.slice(0, done).join(STATEMENT_MARK)) !== entry?.stepsChecksum) {
    throw new MigrationError(
      migration.name,
      `${migration.name} was broken off after ${done} of its statements, and these have changed in its file since. They are in effect: bring them back as they were, and change only those that follow.`,
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

/** In a transaction with the note that it is done, and of what it made, where PostgreSQL allows it, else by itself. */
async function runStep(
  client: pg.Client,
  { migration, index }: { migration: Migration; index: number },
  run: MigrateRun,
): Promise<void> {
  const { [index]: step = '' } = migration.steps
  try {
    await insistently(run, () =>
      transaction(client, async () => {
        const before = await readObjects(client)
        await client.query(`set local lock_timeout = ${run.lockTimeout}`)
        await client.query(step)
        await recordObjects(client, before)
        await recordStep(client, migration, index + 1)
      }),
    )
  } catch (error) {
    if ((error as { code?: string }).code !== ACTIVE_SQL_TRANSACTION) throw error
    await runAlone(client, { migration, index }, run)
  }
}

/** It holds up nobody while it waits: it may take the time of all attempts together. */
async function runAlone(
  client: pg.Client,
  { migration, index }: { migration: Migration; index: number },
  { lockTimeout, retries }: MigrateRun,
): Promise<void> {
  const { [index]: step = '' } = migration.steps
  await settleIndex(client, step)
  await recordBegun(client, migration, index)
  await client.query(`set lock_timeout = ${lockTimeout * (retries + 1)}`)
  try {
    await client.query(step)
  } catch (error) {
    // The server has said that it is not done: nothing is in doubt.
    if (error instanceof pg.DatabaseError) await recordStep(client, migration, index)
    throw error
  } finally {
    await client.query('set lock_timeout = 0').catch(() => {})
  }
  await recordStep(client, migration, index + 1)
}

/** Everything that `fn` does, or nothing. */
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

/**
 * Drops what an index being built concurrently leaves when it is broken off: it would be in the way of the next attempt.
 * Returns whether there is one that was completed.
 */
async function settleIndex(client: pg.Client, step: string): Promise<boolean> {
  const pattern =
    /create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?("(?:[^"]|"")+"|\w+)/i
  const name = pattern.exec(step)?.[1]
  if (name === undefined) return false
  const { rows } = await client.query<{ isValid: boolean }>(
    'select indisvalid as "isValid" from pg_index where indexrelid = to_regclass($1)',
    [name],
  )
  const [index] = rows
  if (index && !index.isValid) await client.query(`drop index concurrently if exists ${name}`)
  return index?.isValid === true
}

/** A drop removes what migrations made, too. */
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

/** Somebody's long transaction must not make everybody wait behind us: rather give up the place, and come again. */
async function insistently(
  { retries, lockTimeout }: MigrateRun,
  attempt: () => Promise<void>,
): Promise<void> {
  for (
    let pause = Math.max(lockTimeout, 100), left = retries;
    ;
    pause = Math.min(pause * 1.5, LONGEST_PAUSE)
  ) {
    try {
      return await attempt()
    } catch (error) {
      const { code = '' } = error as { code?: string }
      if (![LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED].includes(code) || left === 0) throw error
      left -= 1
      await sleep(pause)
    }
  }
}

async function hasTables(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ some: boolean }>(
    `select to_regclass('users') is not null and to_regclass('chats') is not null as some`,
  )
  return rows[0]?.some === true
}

function explain(
  error: unknown,
  { name, sql, isTransactional }: Migration,
  last: string | undefined,
): unknown {
  if (!(error instanceof pg.DatabaseError)) return error
  const line =
    isTransactional && error.position
      ? `, line ${
          Array.from(sql)
            .slice(0, Number(error.position) - 1)
            .filter((each) => each === '\n').length + 1
        }`
      : ''
  const detail = [error.detail, error.hint].filter(Boolean).join(' ')
  const state = isTransactional
    ? `Nothing of it is in effect: the database is as after ${last ?? 'nothing'}.`
    : 'It runs without a transaction: the statements before this one are in effect, and the next run goes on with this one.'
  const way =
    error.code === LOCK_NOT_AVAILABLE
      ? 'It did not get its lock: end the long transactions, or try again at a quieter time.'
      : isTransactional
        ? 'Mend the file, which this database does not have, or the rows, and run it again.'
        : 'Mend this statement in the file, or the rows, and run it again.'
  return new MigrationError(
    name,
    `${name}${line}: ${error.message}.${detail ? ` ${detail}` : ''} ${state} ${way}`,
    {
      cause: error,
    },
  )
}
