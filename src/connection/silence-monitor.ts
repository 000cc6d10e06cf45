import type pg from 'pg'
import type { ClientState } from './client-state.ts'
import { probe, processIdOf } from './probe.ts'

/** Milliseconds between two looks at the busy clients. */
const INTERVAL = 500

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
 * connection is closed if the server cannot be reached and answers no other connection meanwhile, or if it says that it is
 * not working on the query.
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
    const received = this.#received(client)
    const found = await probe(
      this.#pool,
      client,
      states.map(({ client }) => processIdOf(client)),
    )
    const isUnreachable = found !== 'alive' && found.isUnreachable
    // An overloaded server may start no session in time, and yet answer those that it has.
    const answer = isUnreachable && this.#hasReceivedMore(client, received) ? 'alive' : found
    // Idle connections to the same server would keep their next callers waiting as long.
    if (answer !== 'alive' && answer.isUnreachable) this.#onUnreachable()
    for (const state of states) {
      const observation = this.#observations.get(state)
      if (!state.isBusy || !observation || observation.progress !== state.progress) continue
      observation.since = performance.now()
      if (answer === 'alive' || answer.working.has(processIdOf(state.client))) observation.idle = 0
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
  /** Bytes received from the client's server so far, by connection. */
  #received({ host, port }: pg.PoolClient): Map<ClientState, number> {
    const states = [...this.#states.values()].filter(
      ({ client }) => client.host === host && client.port === port,
    )
    return new Map(states.map((state) => [state, state.bytesRead]))
  }

  /** Whether a connection to the client's server has received a byte since. */
  #hasReceivedMore(client: pg.PoolClient, before: ReadonlyMap<ClientState, number>): boolean {
    return [...this.#received(client)].some(([state, bytes]) => bytes > (before.get(state) ?? 0))
  }
}
