import type pg from 'pg'
import type { TableName } from '../../generated/catalog.ts'
import { ConstraintError, DatabaseError, InvalidInputError } from '../errors/index.ts'
import { fields, optional, wholeNumber } from '../input/index.ts'
import { chatWriter } from './chats.ts'
import { customerWriter } from './customers.ts'
import { run } from './run.ts'
import { createSearchIndexes, dropSearchIndexes } from './search-indexes.ts'
import { Sender, type Write } from './sender.ts'
import type { Sheets } from './sheets.ts'
import { userWriter } from './users.ts'
import { World } from './world.ts'

export interface SeedOptions {
  /** Which rows: the same seed gives the same bytes; default 1. From 0 to 4,294,967,295. */
  seed?: number | undefined
  /**
   * How many messages, from 1 (ten rows in all) to 100,000,000; default 1,000. For every 100 there are 2 users,
   * 5 customers with 10 or so people, 9 chats and 220 parts. A larger seed begins with the rows of a smaller one, but
   * for the last chat, which the smaller one may break off.
   */
  scale?: number | undefined
  /** Called often, and at the beginning and the end of each step. */
  onProgress?: ((progress: SeedProgress) => void) | undefined
  signal?: AbortSignal | undefined
}

export interface SeedProgress {
  /** `customers` come with their people, `messages` with their chats; `indexes` are made anew after a large seed. */
  readonly step: 'users' | 'customers' | 'messages' | 'indexes'
  readonly done: number
  readonly total: number
}

/** Rows written. */
export type SeedCounts = Record<TableName, number>

/**
 * Fills the nine tables with realistic rows that depend on nothing but `seed` and `scale`. In the caller's transaction:
 * what fails or is aborted leaves nothing behind, and the transaction can go on. From 50,000 messages on it makes the
 * search index of parts anew, unless the table holds more than is added: until the commit others wait for the table.
 *
 * @throws {InvalidInputError} `seed` or `scale` is none.
 * @throws {DatabaseError} there are rows of this seed already (`cause` says which), or no transaction.
 */
export async function seed(client: pg.ClientBase, options: SeedOptions = {}): Promise<SeedCounts> {
  const { seed = 1, scale = 1_000, onProgress = () => {}, signal } = readOptions(options, 'options')
  signal?.throwIfAborted()
  await run(client, 'savepoint seed').catch((error: unknown) => {
    if (codeOf(error) !== NO_TRANSACTION) throw error
    throw new DatabaseError('Rows are seeded in a transaction: begin one first.', { cause: error })
  })
  try {
    const counts = await fill(client, new World(seed), scale, onProgress, signal)
    await run(client, 'release savepoint seed')
    return counts
  } catch (error) {
    // A connection that is gone has rolled back by itself.
    await run(client, 'rollback to savepoint seed; release savepoint seed').catch(() => {})
    if (!(error instanceof ConstraintError && error.kind === 'unique')) throw error
    throw new DatabaseError(`The database holds rows of seed ${seed} already: use reset --seed.`, {
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

function one(write: (sheets: Sheets, n: number) => void): Write {
  return (sheets, n) => {
    write(sheets, n)
    return 1
  }
}

/** Messages from which on making the index anew saves a second or more. */
const ENOUGH = 50_000
/** What a message takes in the table of its parts. */
const BYTES = 500

const readOptions = fields<SeedOptions>({
  seed: optional(wholeNumber(0, 2 ** 32 - 1)),
  scale: optional(wholeNumber(1, 100_000_000)),
  onProgress: optional((value, field) => {
    if (typeof value === 'function') return value as (progress: SeedProgress) => void
    throw new InvalidInputError(field, 'must be a function')
  }),
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
