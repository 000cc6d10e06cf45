import type pg from 'pg'
import type { TableName } from '../../generated/catalog.ts'
import { ConstraintError, DatabaseError, InvalidInputError } from '../errors/index.ts'
import { callable, fields, optional, wholeNumber } from '../input/index.ts'
import { chatWriter } from './chats.ts'
import { customerWriter } from './customers.ts'
import { run } from './run.ts'
import { createSearchIndexes, dropSearchIndexes } from './search-indexes.ts'
import { Sender, type Write } from './sender.ts'
import type { Sheets } from './sheets.ts'
import { userWriter } from './users.ts'
import { World } from './world.ts'

/** Options of `seed`. */
export interface SeedOptions {
  /** Selects the rows: the same seed gives the same bytes. From 0 to 4,294,967,295; default 1. */
  seed?: number | undefined
  /**
   * The number of messages, from 1 (ten rows in all) to 100,000,000; default 1,000. For every 100 messages there are
   * 2 users, 5 customers with about 10 people, 9 chats and 220 parts. A larger seed begins with the rows of a smaller
   * one, except for the smaller one's last chat, which may be incomplete.
   */
  scale?: number | undefined
  /** Called often, and at the start and the end of each step. */
  onProgress?: ((progress: SeedProgress) => void) | undefined
  signal?: AbortSignal | undefined
}

/** The progress of one step. */
export interface SeedProgress {
  /** `customers` includes their people, and `messages` their chats. `indexes` are rebuilt after a large seed. */
  readonly step: 'users' | 'customers' | 'messages' | 'indexes'
  readonly done: number
  readonly total: number
}

/** The number of rows written to each table. */
export type SeedCounts = Record<TableName, number>

/**
 * Fills the nine tables with realistic rows that depend only on `seed` and `scale`: the audit log has entries of the seed, and no
 * history of its being written, if the login owns the tables. It runs in the caller's transaction:
 * after a failure or an abort its rows are rolled back, and the transaction can continue. From 50,000 messages on, it
 * drops and rebuilds the search index of parts, unless the table is larger than the added rows. Other sessions then wait
 * for that table until the commit.
 *
 * @throws {InvalidInputError} `seed` or `scale` is invalid.
 * @throws {DatabaseError} the database contains rows of this seed (see `cause`), or there is no transaction.
 */
export async function seed(client: pg.ClientBase, options: SeedOptions = {}): Promise<SeedCounts> {
  const { seed = 1, scale = 1_000, onProgress = () => {}, signal } = readOptions(options, 'options')
  signal?.throwIfAborted()
  await run(client, 'savepoint seed').catch((error: unknown) => {
    if (codeOf(error) !== NO_TRANSACTION) throw error
    throw new DatabaseError('Seeding requires a transaction: begin one first.', { cause: error })
  })
  try {
    await run(client, `select set_config('norberts_spark.history', 'off', true)`)
    const counts = await fill(client, new World(seed), scale, onProgress, signal)
    await run(client, `select set_config('norberts_spark.history', '', true)`)
    await run(client, 'release savepoint seed')
    return counts
  } catch (error) {
    // A lost connection has already rolled back.
    await run(client, 'rollback to savepoint seed; release savepoint seed').catch(() => {})
    if (!(error instanceof ConstraintError && error.kind === 'unique')) throw error
    throw new DatabaseError(`The database already contains rows of seed ${seed}. Use reset --seed.`, {
      cause: error,
    })
  }
}

async function fill(
  client: pg.ClientBase,
  world: World,
  scale: number,
  onProgress: (progress: SeedProgress) => void,
  signal: AbortSignal | undefined,
): Promise<SeedCounts> {
  const sender = new Sender(client, signal)
  const send = (step: SeedProgress['step'], total: number, write: Write) =>
    sender.send(total, write, (done) => onProgress({ step, done, total }))

  await send('users', world.usersAt(scale), one(userWriter(world)))
  await send('customers', world.customersAt(scale), one(customerWriter(world)))
  const indexes = scale < ENOUGH ? [] : await dropSearchIndexes(client, 'parts', scale * BYTES)
  const writeChat = chatWriter(world)
  let chats = 0
  await send('messages', scale, (sheets, done) => writeChat(sheets, chats++, done, scale - done))
  if (indexes.length > 0) {
    const total = indexes.length
    await createSearchIndexes(client, indexes, (done) => onProgress({ step: 'indexes', done, total }))
  }
  return Object.fromEntries(sender.counts) as SeedCounts
}

function one(...writers: ((sheets: Sheets, n: number) => void)[]): Write {
  return (sheets, n) => {
    for (const write of writers) write(sheets, n)
    return 1
  }
}

/** The number of messages above which rebuilding the index saves a second or more. */
const ENOUGH = 50_000
/** Bytes per message in the table of parts. */
const BYTES = 500

const readOptions = fields<SeedOptions>({
  seed: optional(wholeNumber(0, 2 ** 32 - 1)),
  scale: optional(wholeNumber(1, 100_000_000)),
  onProgress: optional(callable<NonNullable<SeedOptions['onProgress']>>),
  signal: optional((value, field) => {
    if (value instanceof AbortSignal) return value
    throw new InvalidInputError(field, 'must be an AbortSignal')
  }),
})

const NO_TRANSACTION = '25P01'

function codeOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined
  return (cause as { code?: unknown } | undefined)?.code
}
