import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { InvalidInputError, translate } from '../errors/index.ts'
import type { Reader } from '../input/index.ts'
import { AdminError } from './errors.ts'

export interface AdminOptions {
  /** Milliseconds to wait for a lock that somebody holds; default 10 000. */
  lockTimeout?: number | undefined
}

const LOCK_TIMEOUT = 10_000
const CONNECTION_TIMEOUT = 15_000

/** Keeps commands on one database apart; any number, as long as it is nobody else's. */
const ADVISORY_LOCK = 7_205_759_403
const TURN_INTERVAL = 50

/** SQLSTATE of `lock_timeout`. */
const LOCK_NOT_AVAILABLE = '55P03'

/** Runs `fn` in one transaction: all of what it does, or nothing. */
export async function inTransaction<T>(
  url: string,
  fn: (client: pg.Client) => Promise<T>,
  {
    lockTimeout = LOCK_TIMEOUT,
    readOnly = false,
    open = connect,
  }: AdminOptions & { readOnly?: boolean; open?: (url: string) => Promise<pg.Client> } = {},
): Promise<T> {
  const client = await open(readUrl(url, 'url'))
  try {
    await client.query(
      `begin isolation level read committed; set local lock_timeout = ${Number(lockTimeout)}; set local statement_timeout = 0; set local client_min_messages = warning`,
    )
    if (!readOnly) await takeTurn(client, 'pg_try_advisory_xact_lock', lockTimeout)
    const result = await fn(client)
    await client.query(readOnly ? 'rollback' : 'commit')
    return result
  } catch (error) {
    // Where the connection is lost, the server has rolled back by itself.
    await client.query('rollback').catch(() => {})
    throw explain(error)
  } finally {
    await client.end().catch(() => {})
  }
}

/**
 * Waits until no other command works on this database; `patience` in milliseconds, 0 for any time. It asks again and
 * again: who waits within PostgreSQL holds a snapshot, and an index that is built concurrently waits for snapshots to end. (So
 * does a query with parameters in a transaction, until the next.)
 *
 * @throws {AdminError} the other command took too long.
 */
export async function takeTurn(
  client: pg.ClientBase,
  lock: 'pg_try_advisory_lock' | 'pg_try_advisory_xact_lock',
  patience: number,
): Promise<void> {
  const started = performance.now()
  for (;;) {
    const { rows } = await client.query<{ mine: boolean }>(`select ${lock}(${ADVISORY_LOCK}) as mine`)
    if (rows[0]?.mine) return
    if (patience > 0 && performance.now() - started > patience) {
      throw new AdminError(
        `Another command has been at work on this database for ${patience} ms and more. Nothing was done; wait until it ends, or allow more time with \`lockTimeout\`.`,
      )
    }
    await sleep(TURN_INTERVAL)
  }
}

/** The value may hold a password: the message does not repeat it. */
export const readUrl: Reader<string> = (value, field) => {
  if (typeof value === 'string' && /^postgres(ql)?:\/\//.test(value) && URL.canParse(value)) return value
  throw new InvalidInputError(field, 'must be a postgres:// URL; check that DATABASE_URL is set')
}

export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECTION_TIMEOUT,
    application_name: 'norberts-spark-db',
  })
  // Whoever queries next learns of it.
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (error) {
    await client.end().catch(() => {})
    throw translate(error, 'not sent')
  }
}

function explain(error: unknown): unknown {
  if (error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE) {
    return new AdminError(
      `Somebody else uses what is to be changed: ${error.message}. Nothing was done; end the other sessions, or allow more time with \`lockTimeout\`.`,
      { cause: error },
    )
  }
  if (error instanceof pg.DatabaseError) {
    const detail = [error.detail, error.hint].filter(Boolean).join(' ')
    return new AdminError(`${error.message}.${detail ? ` ${detail}` : ''} Nothing was done.`, {
      cause: error,
    })
  }
  return translate(error, 'reading')
}
