import type pg from 'pg'
import { queryClosed } from './closed-query.ts'
import { checksumOf, type Migration, STATEMENT_MARK } from './migration-files.ts'
import { findToolTables, LIBRARY, TOOL_SCHEMA } from './tool-schema.ts'

/** A migration that was applied to a database, or begun. */
export interface Entry {
  /** `LIBRARY`, or the name of the service whose folder holds the file. */
  readonly source: string
  readonly name: string
  readonly checksum: string
  /** Null while a migration without a transaction is under way, or after it was interrupted. */
  readonly appliedAt: Date | null
  readonly stepsDone: number
  /** The step, from 0, that was running outside a transaction at an interruption: it may be done or not. */
  readonly stepBegun: number | null
  /** Of the steps that are done. */
  readonly stepsChecksum: string | null
}

/** A migration, and the folder that it belongs to. */
export interface SourcedMigration extends Migration {
  readonly source: string
}

/** Undefined where the database has no migration history. */
export async function readHistory(client: pg.ClientBase): Promise<Entry[] | undefined> {
  if (!(await findToolTables(client)).has('migrations')) return undefined
  const { rows } = await queryClosed<Entry>(
    client,
    `select coalesce(to_jsonb(migrations) ->> 'source', '${LIBRARY}') as source, name, checksum,
       applied_at as "appliedAt", steps_done as "stepsDone", step_begun as "stepBegun", steps_checksum as "stepsChecksum"
     from ${TOOL_SCHEMA}.migrations as migrations order by name`,
  )
  return rows
}

export async function recordApplied(
  client: pg.ClientBase,
  migrations: readonly SourcedMigration[],
): Promise<void> {
  for (const { source, name, checksum, steps } of migrations) {
    await queryClosed(
      client,
      `insert into ${TOOL_SCHEMA}.migrations (source, name, checksum, applied_at, steps_done)
       values ($1, $2, $3, clock_timestamp(), $4)
       on conflict (source, name) do update set checksum = excluded.checksum, applied_at = excluded.applied_at,
         steps_done = excluded.steps_done, step_begun = null`,
      [source, name, checksum, steps.length],
    )
  }
}

export async function recordStep(
  client: pg.ClientBase,
  { source, name, checksum, steps }: SourcedMigration,
  stepsDone: number,
): Promise<void> {
  await queryClosed(
    client,
    `insert into ${TOOL_SCHEMA}.migrations (source, name, checksum, steps_done, steps_checksum)
     values ($1, $2, $3, $4, $5)
     on conflict (source, name) do update set checksum = excluded.checksum, steps_done = excluded.steps_done,
       step_begun = null, steps_checksum = excluded.steps_checksum`,
    [source, name, checksum, stepsDone, checksumOf(steps.slice(0, stepsDone).join(STATEMENT_MARK))],
  )
}

export async function recordBegun(
  client: pg.ClientBase,
  { source, name, checksum }: SourcedMigration,
  step: number,
): Promise<void> {
  await queryClosed(
    client,
    `insert into ${TOOL_SCHEMA}.migrations (source, name, checksum, steps_done, step_begun) values ($1, $2, $3, $4, $4)
     on conflict (source, name) do update set checksum = excluded.checksum, step_begun = excluded.step_begun`,
    [source, name, checksum, step],
  )
}
