import type pg from 'pg'
import { InvalidInputError } from '../errors/index.ts'
import { fields, matching, oneOf, optional, text, trueOrFalse, wholeNumber } from '../input/index.ts'
import { adoptDatabase } from './adopt.ts'
import { ENVIRONMENTS, type Environment, writeEnvironment } from './environment.ts'
import { databaseName, guard } from './guard.ts'
import type { SourcedMigration } from './history.ts'
import { makePartitionsIfPossible } from './maintain.ts'
import { runMigrations } from './migrate.ts'
import { readLibraryMigrations, readMigrations, type ServiceMigrations } from './migration-folders.ts'
import { inTurn } from './migration-lock.ts'
import { labelOf, type MigrationPlan, planMigrations, upTo } from './migration-plan.ts'
import { asGiven, sessionFields } from './options.ts'
import { type AdminOptions, observe, transaction } from './session.ts'
import { ensureToolSchema, LIBRARY } from './tool-schema.ts'
import { readUrl } from './url.ts'

export interface MigrateOptions extends AdminOptions {
  /** The last migration to apply; default all. With `name`, one of the service's. */
  to?: string | undefined
  /** Whether to return the pending migrations only. */
  dryRun?: boolean | undefined
  /** Whether to record the migrations as applied; the database must be equal to what they create. */
  baseline?: boolean | undefined
  /** Milliseconds that a statement waits for a lock; default 3 000. */
  lockTimeout?: number | undefined
  /** How often a migration that did not get its lock is retried; default 10. */
  retries?: number | undefined
  /** Milliseconds to wait for another command of the library on the same database; default 600 000, 0 for any time. */
  waitTimeout?: number | undefined
  /** The environment of the database, which is recorded if it has none; see `create`. */
  environment?: Environment | undefined
  /** A folder of migrations: with `name` a service's own, applied after the package's; without, in place of these. */
  folder?: string | undefined
  /** The name of the service whose migrations `folder` holds; the history keeps them under it. */
  name?: string | undefined
  /** Called before each migration. */
  onProgress?: ((migration: string) => void) | undefined
}

export interface Migrated {
  database: string
  environment: Environment
  /** Names of migrations; those of a service begin with its name, as in `billing/1_invoices`. */
  applied: string[]
  /** With `dryRun`. */
  pending: { name: string; sql: string }[]
  /** Migrations that the database has and the folder lacks: of another branch, or of a newer version. */
  unknown: string[]
  /** Those of `applied` or `pending` that sort before a migration that the database already had: of a branch that was merged later. */
  late: string[]
  /** With `baseline`. */
  adopted?: string[]
}

/**
 * Applies the migrations that a database lacks, in the order of their names, each in its own transaction unless its header
 * says otherwise. Each starts from the same state of the session. One process at a time: another one waits, and finds
 * nothing to do.
 *
 * @throws {MigrationError} a migration failed; those before it are in effect.
 * @throws {AdminError} an applied file has changed; a folder is missing or empty; the tables exist without a migration
 *   history; `baseline` of a database that differs from what the migrations create; the environment is not known, or is
 *   stated in two ways; the URL leads to a pooler in transaction mode.
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<Migrated> {
  return apply(url, options)
}

/** Applies a service's migrations to a database that was created for tests, regardless of DATABASE_ENVIRONMENT and NODE_ENV. */
export async function migrateTestDatabase(url: string, { folder, name }: ServiceMigrations): Promise<void> {
  await apply(url, { folder, name }, { stated: false })
}

async function apply(
  url: string,
  options: MigrateOptions,
  { stated = true }: { stated?: boolean } = {},
): Promise<Migrated> {
  const {
    to,
    dryRun = false,
    baseline = false,
    lockTimeout = MIGRATION_LOCK_TIMEOUT,
    retries = 10,
    waitTimeout = WAIT_TIMEOUT,
    environment: option,
    folder,
    name,
    onWait = () => {},
    onProgress = () => {},
  } = readMigrateOptions(options, 'options')
  readUrl(url, 'url')
  const migrations = await readFolders({ folder, name })
  return inTurn(url, { patience: waitTimeout, onWait }, async (client) => {
    await using observer = await observe(url, client, { lockTimeout, onWait })
    const { plan, adopted, ...target } = await transaction(client, async () => {
      const guarded = await guard(client, 'migrate', { environment: option }, { stated })
      const done = baseline
        ? { plan: NOTHING, adopted: await adopt(client, url, { migrations, to, isPackage: !folder }) }
        : { plan: await planMigrations(client, migrations, to), adopted: undefined }
      if (!dryRun) {
        await ensureToolSchema(client)
        if (!guarded.recorded?.isBound) await writeEnvironment(client, guarded.environment, guarded)
      }
      return { ...done, database: await databaseName(client), environment: guarded.environment }
    })
    if (!dryRun) {
      await runMigrations(client, plan, { lockTimeout, retries, onProgress, holders: () => observer.holders })
      if (target.environment !== 'test') await makePartitionsIfPossible(client)
    }
    return {
      ...target,
      applied: dryRun ? [] : plan.pending.map(labelOf),
      pending: dryRun ? plan.pending.map((each) => ({ name: labelOf(each), sql: each.sql })) : [],
      unknown: plan.unknown.map(labelOf),
      late: plan.late.map(labelOf),
      ...(adopted && { adopted: adopted.map(labelOf) }),
    }
  })
}

const NOTHING: MigrationPlan = { pending: [], applied: [], unknown: [], late: [] }

async function adopt(
  client: pg.Client,
  url: string,
  {
    migrations,
    to,
    isPackage,
  }: { migrations: SourcedMigration[]; to: string | undefined; isPackage: boolean },
): Promise<SourcedMigration[]> {
  const adopted = upTo(migrations, to)
  const isWhole = isPackage && adopted.length === migrations.length
  await adoptDatabase(client, { url, migrations: adopted, isWhole })
  return adopted
}

/** The migrations of all folders that a command is about, in the order in which they are applied. */
export async function readFolders({
  folder,
  name,
}: Pick<MigrateOptions, 'folder' | 'name'>): Promise<SourcedMigration[]> {
  if (name !== undefined && folder === undefined)
    throw new InvalidInputError('name', 'needs the folder of the migrations too: `folder` (--folder)')
  if (folder !== undefined && name === undefined) return readMigrations(folder, LIBRARY)
  const library = await readLibraryMigrations()
  if (folder === undefined || name === undefined) return library
  return [...library, ...(await readMigrations(folder, name))]
}

/** Shorter than for a reset: later sessions queue behind the one that waits. */
const MIGRATION_LOCK_TIMEOUT = 3_000
const WAIT_TIMEOUT = 600_000

/** The name of a service in the migration history. */
export const readServiceName = matching(
  '^[a-z0-9][a-z0-9_-]{0,62}$',
  'must consist of lower-case letters, digits, "-" and "_"',
)

const readMigrateOptions = fields<MigrateOptions>({
  ...sessionFields,
  to: optional(text),
  dryRun: optional(trueOrFalse),
  baseline: optional(trueOrFalse),
  lockTimeout: optional(wholeNumber(1, 2 ** 31 - 1)),
  retries: optional(wholeNumber(0, 1_000)),
  waitTimeout: optional(wholeNumber(0, 2 ** 31 - 1)),
  environment: optional(oneOf(ENVIRONMENTS)),
  folder: optional(text),
  name: optional(readServiceName),
  onProgress: asGiven<MigrateOptions['onProgress']>(),
})
