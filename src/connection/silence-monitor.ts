import type pg from 'pg'
import { isServerError } from '../errors/index.ts'
import type { ClientState } from './client-state.ts'

/** Milliseconds between two looks at the busy clients. */
const INTERVAL = 500

/** How long the second connection may take to get an answer, in milliseconds. */
const PROBE_TIMEOUT = 2_000

interface Observation {
  readonly progress: number
  readonly bytesRead: number
  /** When the client made progress last, or was found to be working. */
  since: number
  /** How often in a row the server said that it is not working on the query. */
  idle: number
}

/**
 * Finds connections whose other side has gone silent without closing: after a power failure, a failover of the
 * network, or a firewall that forgot the connection. TCP alone takes about fifteen minutes to notice, and never does
 * behind a proxy that still confirms what it receives.
 *
 * A client that waits for an answer without receiving a byte is checked by a second connection to the same server. The
 * connection is closed if the server cannot be reached, or says that it is not working on the query.
 */
export class SilenceMonitor {
  readonly #states: ReadonlyMap<pg.PoolClient, ClientState>
  readonly #pool: pg.Pool
  readonly #timeout: number | undefined
  readonly #observations = new WeakMap<ClientState, Observation>()
  readonly #onUnreachable: () => void
  #timer: NodeJS.Timeout | undefined
  #isChecking = false
  #isStopped = false

  constructor(
    states: ReadonlyMap<pg.PoolClient, ClientState>,
    pool: pg.Pool,
    timeout: number | undefined,
    onUnreachable: () => void,
  ) {
    this.#states = states
    this.#pool = pool
    this.#timeout = timeout
    this.#onUnreachable = onUnreachable
  }

  /** To be called when a client is about to be used. Looks at all clients until none is busy. */
  watch(): void {
    if (this.#timer === undefined && this.#timeout !== undefined && !this.#isStopped) {
      this.#timer = setInterval(this.#look, INTERVAL).unref()
    }
  }

  stop(): void {
    this.#isStopped = true
    this.#pause()
  }

  #pause(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  readonly #look = (): void => {
    const busy = [...this.#states.values()].filter(({ isBusy }) => isBusy)
    // While a client is being connected none is busy yet; the next call starts the timer again.
    if (busy.length === 0 && this.#pool.waitingCount === 0) this.#pause()
    const silent = busy.filter((state) => this.#isSilent(state))
    if (silent.length > 0 && !this.#isChecking) {
      this.#isChecking = true
      void this.#check(silent).finally(() => {
        this.#isChecking = false
      })
    }
  }

  #isSilent(state: ClientState): boolean {
    const { progress, bytesRead } = state
    const last = this.#observations.get(state)
    const now = performance.now()
    if (last?.progress === progress && last.bytesRead === bytesRead)
      return now - last.since >= (this.#timeout ?? 0)
    this.#observations.set(state, { progress, bytesRead, since: now, idle: 0 })
    return false
  }

  async #check(silent: readonly ClientState[]): Promise<void> {
    const byServer = Map.groupBy(silent, ({ client: { host, port } }) => `${host}:${port}`)
    await Promise.all([...byServer.values()].map((states) => this.#checkServer(states)))
  }

  async #checkServer(states: readonly ClientState[]): Promise<void> {
    const [{ client }] = states as [ClientState]
    const answer = await probe(this.#pool, client, states.map(processId))
    // Idle connections to the same server would keep their next callers waiting as long.
    if (answer !== 'alive' && answer.isUnreachable) this.#onUnreachable()
    for (const state of states) {
      const observation = this.#observations.get(state)
      if (!state.isBusy || !observation || observation.progress !== state.progress) continue
      observation.since = performance.now()
      if (answer === 'alive' || answer.working.has(processId(state))) observation.idle = 0
      else observation.idle += 1
      // The answer may have been under way while the server was asked.
      if (answer !== 'alive' && (answer.isUnreachable || observation.idle > 1)) {
        state.destroy(
          new Error(
            `Connection terminated after ${this.#timeout} ms without an answer: the server ${answer.reason}`,
          ),
        )
      }
    }
  }
}

interface Verdict {
  isUnreachable: boolean
  reason: string
  /** Backends that are working on a query. */
  working: ReadonlySet<number>
}

/** Asks the server of `client`, on another connection, which of these backends are working. */
async function probe(
  pool: pg.Pool,
  client: pg.PoolClient,
  pids: readonly number[],
): Promise<Verdict | 'alive'> {
  const Client = client.constructor as typeof pg.Client
  const other = new Client({
    ...pool.options,
    ...passwordOf(pool),
    connectionTimeoutMillis: PROBE_TIMEOUT,
    sameHostAs: client,
  } as pg.ClientConfig)
  const timer = setTimeout(() => {
    ;(other as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
  }, PROBE_TIMEOUT)
  other.on('error', () => {})
  try {
    await other.connect()
    const { rows } = await other.query<{ self: number; working: number[] }>(
      `select pg_backend_pid() as self,
        array(select pid from pg_stat_activity where pid = any($1::int[]) and coalesce(state, '') not like 'idle%') as working`,
      [pids],
    )
    const [row] = rows
    // The process id that a pooler reports is none of the server's.
    if (!row || row.self !== processId({ client: other as pg.PoolClient })) return 'alive'
    return { isUnreachable: false, reason: 'is not working on the query', working: new Set(row.working) }
  } catch (error) {
    if (isServerError(error)) return 'alive'
    return { isUnreachable: true, reason: 'cannot be reached', working: new Set() }
  } finally {
    clearTimeout(timer)
    void other.end().catch(() => {})
  }
}

/** pg keeps it from being enumerated. */
function passwordOf({ options }: pg.Pool): Pick<pg.PoolConfig, 'password'> {
  const { password } = options
  return password === undefined ? {} : { password }
}

function processId({ client }: { client: pg.PoolClient }): number {
  return (client as unknown as { processID: number }).processID
}
