import type pg from 'pg'
import type { TableName } from '../../generated/catalog.ts'
import { DatabaseError, translate } from '../errors.ts'
import { fields, optional, type Reader, wholeNumber } from '../input.ts'
import { chatWriter } from './chats.ts'
import { customerWriter } from './customers.ts'
import { dropSearchIndexes } from './search-indexes.ts'
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
 * what fails or is aborted leaves nothing behind, and the transaction goes on. From 20,000 messages on it drops the
 * search indexes and makes them again, if the tables hold less than what it adds; others wait for the commit then.
 *
 * @throws {InvalidInputError} `seed` or `scale` is none.
 * @throws {DatabaseError} there are rows of this seed already, `cause` says which; there is no transaction.
 */
export async function seed(client: pg.ClientBase, options: SeedOptions = {}): Promise<SeedCounts> {
  const { seed = 1, scale = 1_000, onProgress = () => {}, signal } = readOptions(options, 'options')
  signal?.throwIfAborted()
  await client.query('savepoint seed').catch((error: unknown) => {
    throw new DatabaseError('Rows are seeded in a transaction: begin one first.', { cause: error })
  })
  try {
    const counts = await fill(client, new World(seed), scale, onProgress, signal)
    await client.query('release savepoint seed')
    return counts
  } catch (error) {
    // A connection that is gone has rolled back by itself.
    await client.query('rollback to savepoint seed').catch(() => {})
    throw signal?.aborted && error === signal.reason ? error : explained(error, seed)
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
  const step = (step: SeedProgress['step'], total: number, write: Write) =>
    sender.send(total, write, (done) => onProgress({ step, done, total }))

  await step('users', world.usersAt(scale), one(userWriter(world)))
  await step('customers', world.customersAt(scale), one(customerWriter(world)))
  const dropped =
    scale < WORTH_INDEXING_ANEW ? undefined : await dropSearchIndexes(client, ['parts'], scale * BYTES)
  const writeChat = chatWriter(world)
  let chats = 0
  await step('messages', scale, (sheets, done) => writeChat(sheets, chats++, done, scale - done))
  const total = dropped?.count ?? 0
  await dropped?.create((done) => onProgress({ step: 'indexes', done, total }))
  return Object.fromEntries(sender.counts) as SeedCounts
}

function one(write: (sheets: Sheets, n: number) => void): Write {
  return (sheets, n) => {
    write(sheets, n)
    return 1
  }
}

/** Bytes that a message takes in the table of its parts. */
const BYTES = 700
/** Messages, from which on dropping the index and making it again is the faster way. */
const WORTH_INDEXING_ANEW = 20_000

const call: Reader<(progress: SeedProgress) => void> = (value) => value as (progress: SeedProgress) => void
const abortSignal: Reader<AbortSignal> = (value) => value as AbortSignal
const readOptions = fields<SeedOptions>({
  seed: optional(wholeNumber(0, 2 ** 32 - 1)),
  scale: optional(wholeNumber(1, 100_000_000)),
  onProgress: optional(call),
  signal: optional(abortSignal),
})

function explained(error: unknown, seed: number): unknown {
  const translated = translate(error, 'writing')
  const cause = translated instanceof Error ? translated.cause : undefined
  if ((cause as { code?: unknown } | undefined)?.code !== UNIQUE_VIOLATION) return translated
  return new DatabaseError(`The database holds rows of seed ${seed} already: use reset --seed.`, {
    cause: translated,
  })
}

const UNIQUE_VIOLATION = '23505'
