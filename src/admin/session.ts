import pg from 'pg'
import { translate, withoutRow } from '../errors/index.ts'
import { takeTurn } from './command-lock.ts'
import { AdminError } from './errors.ts'
import { databaseInUrl, describeUrl, readUrl } from './url.ts'
import { describeHolders, type LockHolder, type OnWait, WaitObserver } from './waiting.ts'

export interface AdminOptions {
  /** Milliseconds to wait for a lock of another session; default 10 000. */
  lockTimeout?: number | undefined
  /** Called when the command waits for another session: after a second, then every ten seconds. */
  onWait?: OnWait | undefined
}

export const LOCK_TIMEOUT = 10_000
const CONNECTION_TIMEOUT = 15_000

/** SQLSTATE of `lock_timeout`. */
export const LOCK_NOT_AVAILABLE = '55P03'
/** SQLSTATE invalid_catalog_name: the server has no database of this name. */
export const NO_DATABASE = '3D000'

export interface TransactionOptions extends AdminOptions {
  readonly readOnly?: boolean
  /** Whether to wait until no other command works on the database; default true; never if `readOnly`. */
  readonly takesTurn?: boolean
  readonly open?: (url: string) => Promise<pg.Client>
}

/**
 * Runs `fn` in one transaction: all of its changes, or none. No setting outlasts the transaction, so that a pooler's
 * connection is left as it was.
 */
export async function inTransaction<T>(
  url: string,
  fn: (client: pg.Client) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const {
    lockTimeout = LOCK_TIMEOUT,
    onWait = () => {},
    readOnly = false,
    takesTurn = true,
    open = connect,
  } = options
  const client = await open(readUrl(url, 'url'))
  let observer: WaitObserver | undefined
  try {
    await client.query(
      `begin isolation level read committed; set local lock_timeout = ${Number(lockTimeout)}; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0; set local client_min_messages = warning`,
    )
    if (!readOnly) {
      if (takesTurn) await takeTurn(client, { patience: lockTimeout, onWait })
      observer = await observe(url, client, { lockTimeout, onWait })
    }
    const result = await fn(client)
    await client.query(readOnly ? 'rollback' : 'commit')
    return result
  } catch (error) {
    // If the connection is lost, the server rolls back by itself.
    await client.query('rollback').catch(() => {})
    await observer?.[Symbol.asyncDispose]()
    throw explain(error, observer?.holders ?? [], readOnly ? 'reading' : 'writing')
  } finally {
    await observer?.[Symbol.asyncDispose]()
    await client.end().catch(() => {})
  }
}

/** Commits everything that `fn` does in an open session, or nothing. */
export async function transaction<T>(client: pg.ClientBase, fn: () => Promise<T>): Promise<T> {
  try {
    await client.query('begin')
    const result = await fn()
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

/** Starts to observe for whom the client's transaction waits. */
export async function observe(
  url: string,
  client: pg.ClientBase,
  { lockTimeout, onWait }: { lockTimeout: number; onWait: OnWait },
): Promise<WaitObserver> {
  const { rows } = await client.query<{ pid: number }>('select pg_catalog.pg_backend_pid() as pid')
  // Soon enough to know who holds the lock when the command gives up.
  const interval = lockTimeout > 0 ? Math.max(50, Math.min(1_000, lockTimeout / 2)) : 1_000
  return new WaitObserver(() => connect(url), rows[0]?.pid ?? 0, onWait, interval)
}

/**
 * Opens a connection.
 *
 * @throws {AdminError} the server has no database of this name.
 * @throws {UnavailableError} the server cannot be reached.
 */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECTION_TIMEOUT,
    application_name: 'norberts-spark-db',
    keepAlive: true,
  })
  // The next query reports a connection that is lost.
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (error) {
    await client.end().catch(() => {})
    throw explainConnection(error, url)
  }
}

function explainConnection(error: unknown, url: string): unknown {
  if ((error as { code?: string }).code !== NO_DATABASE) return translate(error, 'not sent')
  return new AdminError(
    `There is no database ${databaseInUrl(url)} (${describeUrl(url)}). Create it with \`norberts-spark-db create\`, or correct the URL.`,
    { cause: error },
  )
}

function explain(error: unknown, holders: readonly LockHolder[], progress: 'reading' | 'writing'): unknown {
  // A pooler reports its own errors by codes of class 08.
  if (!(error instanceof pg.DatabaseError) || error.code?.startsWith('08')) return translate(error, progress)
  if (error.code === LOCK_NOT_AVAILABLE) {
    const who = holders.length > 0 ? ` Held by ${describeHolders(holders)}.` : ''
    return new AdminError(
      `Could not acquire a lock: another session is using these objects (${error.message}).${who} No changes were made. End the other session, or allow more time with \`lockTimeout\` (--lock-timeout).`,
      { cause: error },
    )
  }
  const detail = [withoutRow(error).detail, error.hint].filter(Boolean).join(' ')
  return new AdminError(`${error.message}.${detail ? ` ${detail}` : ''} No changes were made.`, {
    cause: error,
  })
}
