import { isIP, type Socket } from 'node:net'
import type pg from 'pg'
import { isServerError } from '../errors/index.ts'
import { clientLike } from './client-like.ts'

/** How long the network may take to establish the second connection, in milliseconds. */
const CONNECT_TIMEOUT = 2_000

/** How long the server may then take for the login and the answer, in milliseconds: one that is overloaded starts sessions slowly. */
const ANSWER_TIMEOUT = 5_000

/** Failures of this machine, which say nothing about the server. */
const LOCAL_FAILURES = new Set([
  ...['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL', 'EPERM', 'EACCES'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL'],
])

/** The answer of a server about its backends. */
export interface Verdict {
  readonly isUnreachable: boolean
  readonly reason: string
  /** Backends that are working on a query. */
  readonly working: ReadonlySet<number>
}

/**
 * Asks the server of `client`, on another connection, which of these backends are working. The answer is `alive` unless it
 * says so, or cannot be reached: a byte of the server, an error of it, and a failure of this machine prove nothing against it.
 */
export async function probe(
  pool: pg.Pool,
  client: pg.PoolClient,
  pids: readonly number[],
): Promise<Verdict | 'alive'> {
  const other = clientLike(pool, { connectionTimeoutMillis: 0, sameHostAs: client })
  other.on('error', () => {})
  const { connection } = other as unknown as Internals
  // With TLS, another stream takes its place at the connection.
  const { stream: socket } = connection
  const limit = (milliseconds: number) => setTimeout(() => connection.stream.destroy(), milliseconds)
  let timer = limit(CONNECT_TIMEOUT)
  let isResolving = isIP(other.host) === 0 && !other.host.startsWith('/')
  socket.once('lookup', () => {
    isResolving = false
  })
  socket.once('connect', () => {
    clearTimeout(timer)
    timer = limit(ANSWER_TIMEOUT)
  })
  try {
    await other.connect()
    const { rows } = await other.query<{ self: number; working: number[] }>(
      `select pg_backend_pid() as self,
        array(select pid from pg_stat_activity where pid = any($1::int[]) and coalesce(state, '') not like 'idle%') as working`,
      [pids],
    )
    const [row] = rows
    // The process id that a pooler reports is none of the server's.
    if (!row || row.self !== processIdOf(other)) return 'alive'
    return { isUnreachable: false, reason: 'is not working on the query', working: new Set(row.working) }
  } catch (error) {
    const { code = '' } = error as { code?: string }
    if (isServerError(error) || socket.bytesRead > 0 || isResolving || LOCAL_FAILURES.has(code))
      return 'alive'
    return { isUnreachable: true, reason: 'cannot be reached', working: new Set() }
  } finally {
    clearTimeout(timer)
    void other.end().catch(() => {})
  }
}

/** The process id of the client's backend. */
export function processIdOf(client: pg.ClientBase): number {
  return (client as unknown as Internals).processID
}

/** Fields that pg has but does not declare. */
interface Internals {
  readonly processID: number
  readonly connection: { stream: Socket }
}
