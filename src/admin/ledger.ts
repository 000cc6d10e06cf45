import type pg from 'pg'
import { checksumOf, type Migration, STATEMENT_MARK } from './migration-files.ts'
import { TOOL_SCHEMA } from './objects.ts'

/** A migration that a database has, or has begun. */
export interface Entry {
  readonly name: string
  readonly checksum: string
  /** Null while a migration without a transaction is under way, or was broken off. */
  readonly appliedAt: Date | null
  readonly stepsDone: number
  /** The step, from 0, that was running by itself when the run was broken off: it may be done or not. */
  readonly stepBegun: number | null
  /** Of the steps that are done. */
  readonly stepsChecksum: string | null
}

/** Made with the marker; by itself for a database whose marker is older than migrations are. */
export const LEDGER = `
  create table if not exists ${TOOL_SCHEMA}.migrations (
    name text primary key,
    checksum text not null,
    applied_at timestamptz(3),
    steps_done integer not null default 0,
    step_begun integer,
    steps_checksum text
  );
  comment on table ${TOOL_SCHEMA}.migrations is 'Files of schema/migrations that this database has.'`

/** Undefined where the database has no ledger. */
export async function readLedger(client: pg.ClientBase): Promise<Entry[] | undefined> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('${TOOL_SCHEMA}.migrations') is not null as there`,
  )
  if (!rows[0]?.there) return undefined
  const { rows: entries } = await client.query<Entry>(
    `select name, checksum, applied_at as "appliedAt", steps_done as "stepsDone", step_begun as "stepBegun", steps_checksum as "stepsChecksum" from ${TOOL_SCHEMA}.migrations order by name`,
  )
  return entries
}

export async function recordApplied(
  client: pg.ClientBase,
  migrations: readonly Pick<Migration, 'name' | 'checksum' | 'steps'>[],
): Promise<void> {
  for (const { name, checksum, steps } of migrations) {
    await client.query(
      `insert into ${TOOL_SCHEMA}.migrations (name, checksum, applied_at, steps_done) values ($1, $2, clock_timestamp(), $3)
       on conflict (name) do update set applied_at = excluded.applied_at, steps_done = excluded.steps_done, step_begun = null`,
      [name, checksum, steps.length],
    )
  }
}

export async function recordStep(
  client: pg.ClientBase,
  { name, checksum, steps }: Migration,
  stepsDone: number,
): Promise<void> {
  await client.query(
    `insert into ${TOOL_SCHEMA}.migrations (name, checksum, steps_done, steps_checksum) values ($1, $2, $3, $4)
     on conflict (name) do update set checksum = excluded.checksum, steps_done = excluded.steps_done, step_begun = null,
       steps_checksum = excluded.steps_checksum`,
    [name, checksum, stepsDone, checksumOf(steps.slice(0, stepsDone).join(STATEMENT_MARK))],
  )
}

export async function recordBegun(
  client: pg.ClientBase,
  { name, checksum }: Migration,
  step: number,
): Promise<void> {
  await client.query(
    `insert into ${TOOL_SCHEMA}.migrations (name, checksum, steps_done, step_begun) values ($1, $2, $3, $3)
     on conflict (name) do update set checksum = excluded.checksum, step_begun = excluded.step_begun`,
    [name, checksum, step],
  )
}
