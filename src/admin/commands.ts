import type pg from 'pg'
import { fields, oneOf, optional, type Reader, text, trueOrFalse, wholeNumber } from '../input/index.ts'
import { type SeedCounts, type SeedOptions, seed as seedTables } from '../seed/index.ts'
import { checkMayCreate, createObjects } from './create.ts'
import { type Difference, differencesBetween } from './differences.ts'
import { dropObjects } from './drop.ts'
import { currentNamespace, readFresh, readLive } from './fresh.ts'
import { checkMayDestroy, ENVIRONMENTS, type Environment, readMarker } from './marker.ts'
import { nameOf } from './objects.ts'
import { type AdminOptions, inTransaction } from './session.ts'
import { checkTables, countRows, type TableCount } from './tables.ts'
import { databaseOf, defaultEnvironment, inNewOrOldDatabase } from './target.ts'

export interface CreateOptions extends AdminOptions {
  /** What the database is for; default production where NODE_ENV says so, else development. */
  environment?: Environment | undefined
}

export interface DropOptions extends AdminOptions {
  /** The database's own name, for one that is not marked development or test and holds data. */
  confirm?: string | undefined
  /** Whether what is not ours goes as well where it depends on ours; default false: then nothing is dropped. */
  cascade?: boolean | undefined
  /** Whether the extensions that schema/ asks for go as well; default false. */
  extensions?: boolean | undefined
}

export interface Created {
  database: string
  environment: Environment
  /** Such as `table users`. */
  created: string[]
}

export interface Dropped {
  database: string
  dropped: string[]
  /** What was not ours and went as well, as `cascade` had it. */
  cascaded: string[]
  /** What is not ours and is still there. */
  kept: string[]
}

export type Reset = Created & Dropped & { seeded?: SeedCounts }

export interface ResetOptions extends DropOptions, CreateOptions {
  /** Rows to fill the tables with, in the same transaction; default none. */
  seed?: SeedOptions | undefined
}

export interface SeedTargetOptions extends SeedOptions, AdminOptions {
  /** The database's own name, for one that is not marked development or test and holds data. */
  confirm?: string | undefined
}

export interface Seeded {
  database: string
  seeded: SeedCounts
}

export interface Verified {
  database: string
  /** Undefined for a database without a marker. */
  environment: Environment | undefined
  differences: Difference[]
  tables: TableCount[]
}

/**
 * Creates what schema/ describes, in one transaction; the database too, if the server has none of the URL's name.
 *
 * @throws {AdminError} the schema is there already; the server refused something; on a server that is not this machine,
 *   the environment is not given.
 * @throws {InvalidInputError} the URL is none.
 * @throws {UnavailableError} the server cannot be reached.
 */
export async function create(url: string, options: CreateOptions = {}): Promise<Created> {
  const { environment, ...session } = readCreateOptions(options, 'options')
  const mark = environment ?? defaultEnvironment(url)
  return inNewOrOldDatabase(url, session, async (client) => {
    await checkMayCreate(client)
    const created = await createObjects(client, mark)
    return { database: databaseOf(client), environment: mark, created: created.map(nameOf) }
  })
}

/**
 * Drops what creating the schema made, and nothing else, in one transaction.
 *
 * @throws {ProtectedDatabaseError} the database is marked production; or is not marked, holds data, and is not named in
 *   `confirm`.
 * @throws {DependentObjectsError} what is not ours depends on it, and `cascade` is not given.
 * @throws {AdminError} somebody holds a lock.
 */
export async function drop(url: string, options: DropOptions = {}): Promise<Dropped> {
  const { confirm, cascade = false, extensions = false, ...session } = readDropOptions(options, 'options')
  return inTransaction(
    url,
    async (client) => {
      const marker = await readMarker(client)
      await checkMayDestroy(client, marker, confirm)
      const { dropped, cascaded, kept } = await dropObjects(client, marker, { cascade, extensions })
      return {
        database: databaseOf(client),
        dropped: dropped.map(nameOf),
        cascaded: [...cascaded],
        kept: kept.map(nameOf),
      }
    },
    session,
  )
}

/** Drops, creates and seeds in one transaction; the mark stays what it was. Otherwise as `drop`, `create` and `seed`. */
export async function reset(url: string, options: ResetOptions = {}): Promise<Reset> {
  const {
    confirm,
    cascade = false,
    extensions = false,
    environment,
    seed: rows,
    ...session
  } = readResetOptions(options, 'options')
  return inNewOrOldDatabase(url, session, async (client) => {
    const marker = await readMarker(client)
    await checkMayDestroy(client, marker, confirm)
    const mark = environment ?? marker?.environment ?? defaultEnvironment(url)
    const { dropped, cascaded, kept } = await dropObjects(client, marker, { cascade, extensions })
    const created = await createObjects(client, mark, kept)
    return {
      database: databaseOf(client),
      environment: mark,
      created: created.map(nameOf),
      dropped: dropped.map(nameOf),
      cascaded: [...cascaded],
      kept: kept.map(nameOf),
      ...(rows && { seeded: await seedAndAnalyze(client, rows) }),
    }
  })
}

/**
 * Fills the tables with realistic rows, the same for the same `seed` and `scale`, in one transaction.
 *
 * @throws {ProtectedDatabaseError} as `drop` does.
 * @throws {DatabaseError} there are rows of this seed already.
 * @throws {InvalidInputError} `seed` or `scale` is none.
 */
export async function seed(url: string, options: SeedTargetOptions = {}): Promise<Seeded> {
  const { confirm, lockTimeout, ...rows } = readSeedOptions(options, 'options')
  return inTransaction(
    url,
    async (client) => {
      await checkMayDestroy(client, await readMarker(client), confirm)
      await checkTables(client)
      return { database: databaseOf(client), seeded: await seedAndAnalyze(client, rows) }
    },
    { lockTimeout },
  )
}

/** Compares a database with schema/, object by object, and counts the rows of its tables. Changes nothing. */
export async function verify(url: string, options: AdminOptions = {}): Promise<Verified> {
  return inTransaction(
    url,
    async (client) => {
      const namespace = await currentNamespace(client)
      const live = await readLive(client, namespace)
      const fresh = await readFresh(client, namespace)
      return {
        database: databaseOf(client),
        environment: (await readMarker(client))?.environment,
        differences: differencesBetween(fresh, live),
        tables: await countRows(client, namespace),
      }
    },
    { ...readSession(options, 'options'), readOnly: true },
  )
}

/** So that the planner knows of the rows from the first query on. */
async function seedAndAnalyze(client: pg.ClientBase, rows: SeedOptions): Promise<SeedCounts> {
  const counts = await seedTables(client, rows)
  await client.query(`analyze ${Object.keys(counts).join(', ')}`)
  return counts
}

const sessionFields = { lockTimeout: optional(wholeNumber(0, 2 ** 31 - 1)) }
const createFields = { environment: optional(oneOf(ENVIRONMENTS)) }
const dropFields = {
  confirm: optional(text),
  cascade: optional(trueOrFalse),
  extensions: optional(trueOrFalse),
}
const readSession = fields<AdminOptions>(sessionFields)
const readCreateOptions = fields<CreateOptions>({ ...sessionFields, ...createFields })
const readDropOptions = fields<DropOptions>({ ...sessionFields, ...dropFields })
const seedFields = {
  seed: asGiven<number | undefined>(),
  scale: asGiven<number | undefined>(),
  onProgress: asGiven<SeedOptions['onProgress']>(),
  signal: asGiven<AbortSignal | undefined>(),
}
const readResetOptions = fields<ResetOptions>({
  ...sessionFields,
  ...createFields,
  ...dropFields,
  seed: asGiven<SeedOptions | undefined>(),
})
const readSeedOptions = fields<SeedTargetOptions>({
  ...sessionFields,
  ...seedFields,
  confirm: optional(text),
})

/** What seed() reads itself. */
function asGiven<T>(): Reader<T> {
  return (value) => value as T
}
