import { fields, oneOf, optional, type Reader, text, trueOrFalse, wholeNumber } from '../input/index.ts'
import { adoptDatabase } from './adopt.ts'
import { type Entry, readLedger } from './ledger.ts'
import { ENVIRONMENTS, type Environment } from './marker.ts'
import { inTurn, planMigrations, runMigrations } from './migrate.ts'
import { type Migration, readMigrations } from './migration-files.ts'
import { inTransaction } from './session.ts'
import { databaseOf, defaultEnvironment } from './target.ts'

export interface MigrateOptions {
  /** The last migration to apply; default all. */
  to?: string | undefined
  /** Whether to return the pending migrations only. */
  dryRun?: boolean | undefined
  /** Whether to record the migrations as applied; the database must be equal to what they create. */
  baseline?: boolean | undefined
  /** Milliseconds that a statement waits for a lock; default 3 000. */
  lockTimeout?: number | undefined
  /** How often a migration that did not get its lock is retried; default 10. */
  retries?: number | undefined
  /** The environment of a database that has none recorded; default as for `create`. */
  environment?: Environment | undefined
  /** Another folder of migrations than the package's. */
  folder?: string | undefined
  /** Called before each migration. */
  onProgress?: ((migration: string) => void) | undefined
}

export interface Migrated {
  database: string
  applied: string[]
  /** With `dryRun`. */
  pending: { name: string; sql: string }[]
  /** Migrations that the database has and the package lacks: of another branch, or of a newer version. */
  unknown: string[]
  /** Those of `applied` or `pending` that sort before a migration that the database already had: of a branch that was merged later. */
  late: string[]
  /** With `baseline`. */
  adopted?: string[]
}

export interface MigrationStatus {
  database: string
  migrations: MigrationState[]
}

export interface MigrationState {
  name: string
  appliedAt: Date | undefined
  /** `changed`: the file differs from the one applied; `broken off`: a file without a transaction was interrupted; `unknown`: no such file. */
  state: 'applied' | 'pending' | 'changed' | 'broken off' | 'unknown'
}

/**
 * Applies the migrations that a database lacks, in the order of their names, each in its own transaction unless its header
 * says otherwise. Each starts from the same state of the session. One process at a time: another one waits, and finds
 * nothing to do.
 *
 * @throws {MigrationError} a migration failed; those before it are in effect.
 * @throws {AdminError} an applied file has changed; the tables exist without a migration history; `baseline` of a
 *   database that differs from what the migrations create.
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<Migrated> {
  const {
    to,
    dryRun = false,
    baseline = false,
    lockTimeout = MIGRATION_LOCK_TIMEOUT,
    retries = 10,
    environment,
    folder,
    onProgress = () => {},
  } = readMigrateOptions(options, 'options')
  const migrations = await readMigrations(folder)
  const mark = environment ?? defaultEnvironment(url)
  return inTurn(url, async (client) => {
    if (baseline) {
      const adopted = migrations.filter(({ name }) => to === undefined || name <= to)
      const isWhole = folder === undefined && adopted.length === migrations.length
      await adoptDatabase(client, { url, migrations: adopted, isWhole, environment: mark })
      const names = adopted.map(({ name }) => name)
      return { database: databaseOf(client), applied: [], pending: [], unknown: [], late: [], adopted: names }
    }
    const plan = await planMigrations(client, migrations, to)
    if (!dryRun) await runMigrations(client, plan, { lockTimeout, retries, environment: mark, onProgress })
    const names = plan.pending.map(({ name }) => name)
    return {
      database: databaseOf(client),
      applied: dryRun ? [] : names,
      pending: dryRun ? plan.pending.map(({ name, sql }) => ({ name, sql })) : [],
      unknown: [...plan.unknown],
      late: [...plan.late],
    }
  })
}

/** Returns each migration of the package or the database, and when it was applied. Reads only, without waiting for its turn. */
export async function migrationStatus(
  url: string,
  { folder }: Pick<MigrateOptions, 'folder'> = {},
): Promise<MigrationStatus> {
  const migrations = await readMigrations(folder)
  return inTransaction(
    url,
    async (client) => {
      const entries = new Map((await readLedger(client))?.map((entry) => [entry.name, entry]))
      const names = [...new Set([...entries.keys(), ...migrations.map(({ name }) => name)])].sort()
      return {
        database: databaseOf(client),
        migrations: names.map((name) => stateOf(name, entries.get(name), migrations)),
      }
    },
    { readOnly: true },
  )
}

function stateOf(name: string, entry: Entry | undefined, migrations: readonly Migration[]): MigrationState {
  const file = migrations.find((each) => each.name === name)
  const appliedAt = entry?.appliedAt ?? undefined
  if (!file) return { name, appliedAt, state: 'unknown' }
  if (!appliedAt) return { name, appliedAt, state: entry?.stepsDone ? 'broken off' : 'pending' }
  return { name, appliedAt, state: entry?.checksum === file.checksum ? 'applied' : 'changed' }
}

/** Shorter than for a reset: later sessions queue behind the one that waits. */
const MIGRATION_LOCK_TIMEOUT = 3_000
const readMigrateOptions = fields<MigrateOptions>({
  to: optional(text),
  dryRun: optional(trueOrFalse),
  baseline: optional(trueOrFalse),
  lockTimeout: optional(wholeNumber(1, 2 ** 31 - 1)),
  retries: optional(wholeNumber(0, 1_000)),
  environment: optional(oneOf(ENVIRONMENTS)),
  folder: optional(text),
  onProgress: ((value) => value) as Reader<MigrateOptions['onProgress']>,
})
