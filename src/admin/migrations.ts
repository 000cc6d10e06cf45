import type pg from 'pg'
import { fields, oneOf, optional, type Reader, text, trueOrFalse, wholeNumber } from '../input/index.ts'
import { differencesBetween } from './differences.ts'
import { AdminError } from './errors.ts'
import { currentNamespace, readFresh, readLive, readSchemaObjects } from './fresh.ts'
import { type Entry, readLedger } from './ledger.ts'
import { ENVIRONMENTS, type Environment } from './marker.ts'
import { adopt, inTurn, planMigrations, runMigrations } from './migrate.ts'
import { type Migration, readMigrations } from './migration-files.ts'
import { nameOf, readObjects } from './objects.ts'
import { inTransaction } from './session.ts'
import { databaseOf, defaultEnvironment } from './target.ts'

export interface MigrateOptions {
  /** The last migration to apply; default all. */
  to?: string | undefined
  /** Whether to tell what is pending, and do nothing. */
  dryRun?: boolean | undefined
  /** Whether to take the database for one that the migrations made; it must be the same. */
  baseline?: boolean | undefined
  /** Milliseconds that a statement waits for a lock; default 3 000. */
  lockTimeout?: number | undefined
  /** How often a migration that did not get its lock is tried again; default 10. */
  retries?: number | undefined
  /** What a database without a mark is for; default as for `create`. */
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
  /** What the database has and the package has not: of another branch, or of a newer version. */
  unknown: string[]
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
  /** `changed`: the file is not what was applied; `broken off`: begun without a transaction; `unknown`: there is no file. */
  state: 'applied' | 'pending' | 'changed' | 'broken off' | 'unknown'
}

/**
 * Brings a database to where the package's migrations lead, one after the other, each in its own transaction unless its
 * header says otherwise. What the database does not have is applied, wherever it stands in the order. One process at a
 * time: another waits, and finds nothing to do.
 *
 * @throws {MigrationError} a migration failed; those before it are in effect.
 * @throws {AdminError} an applied file has changed; the tables are there without a ledger; `baseline` of a database that
 *   is not as the migrations say.
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
    if (baseline) return adoptDatabase(client, migrations, { to, environment: mark })
    const plan = await planMigrations(client, migrations, to)
    if (!dryRun) await runMigrations(client, plan, { lockTimeout, retries, environment: mark, onProgress })
    const names = plan.pending.map(({ name }) => name)
    return {
      database: databaseOf(client),
      applied: dryRun ? [] : names,
      pending: dryRun ? plan.pending.map(({ name, sql }) => ({ name, sql })) : [],
      unknown: [...plan.unknown],
    }
  })
}

/** Each migration of the package or the database, and when it was applied. Changes nothing, and waits for nobody. */
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

/** Takes a database for one that the migrations made, if it is the same. */
async function adoptDatabase(
  client: pg.Client,
  migrations: readonly Migration[],
  { to, environment }: { to: string | undefined; environment: Environment },
): Promise<Migrated> {
  const adopted = migrations.filter(({ name }) => to === undefined || name <= to)
  await client.query('begin')
  try {
    const namespace = await currentNamespace(client)
    const files = adopted.map(({ name, sql }) => ({ name, sql: sql.replace(/\bconcurrently\b/gi, '') }))
    const wanted = await readFresh(client, namespace, files)
    const differences = differencesBetween(wanted, await readLive(client, namespace))
    if (differences.length > 0) {
      const names = differences.slice(0, 5).map(({ object, fact }) => (fact ? `${object} (${fact})` : object))
      throw new AdminError(
        `The database is not as the migrations say, in ${differences.length} places: ${names.join(', ')}${differences.length > 5 ? ', …' : ''}. Nothing was adopted.`,
      )
    }
    const ours = new Set((await readSchemaObjects(client)).map(nameOf))
    const objects = (await readObjects(client)).filter((object) => ours.has(nameOf(object)))
    await adopt(client, adopted, { environment, objects })
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
  return {
    database: databaseOf(client),
    applied: [],
    pending: [],
    unknown: [],
    adopted: adopted.map(({ name }) => name),
  }
}

/** Shorter than for a reset: meanwhile whoever comes after waits as well. */
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
