import { setTimeout as sleep } from 'node:timers/promises'
import type { PoolConnection, PoolStats } from '../connection/index.ts'
import { translate } from '../errors/index.ts'
import { POSITION_QUERY, positionOf, type ServerPosition } from './position.ts'
import type { PrimaryHistory } from './primary-history.ts'
import { NoAnswer, type SideConnection } from './side-connection.ts'

/** A replica of `openDatabase(url, { replicas })`, at this moment. */
export interface ReplicaStats extends PoolStats {
  /** `host:port` */
  readonly name: string
  /** `up`: reads are sent to it. `behind`: it lags by more than `maxLag`. `down`: it cannot be used, for the `reason`. */
  readonly state: 'up' | 'behind' | 'down' | 'unknown'
  /** Why it is down: the message of the last error. */
  readonly reason: string | undefined
  /**
   * Milliseconds: everything that was committed longer ago than this is visible. Undefined when it is not known: before the
   * first read, or with `maxLag: Infinity`.
   */
  readonly lag: number | undefined
}

/** Milliseconds in which a server has to answer a check. */
export const CHECK_TIMEOUT = 1_000
/** Milliseconds between two checks of a replica that is read from. */
const CHECK_INTERVAL = 1_000
/** Milliseconds for which a check waits for a replica to reach the position of the primary. */
const CATCH_UP = 200
/** Milliseconds after which a replica that is down is checked again, doubled each time up to the greatest. */
const FIRST_RECHECK = 100
const LAST_RECHECK = 2_000

/** One replica: its connections, and whether they can be used. */
export class Replica {
  readonly name: string
  readonly connection: PoolConnection
  readonly #side: SideConnection
  readonly #history: PrimaryHistory
  readonly #maxLag: number
  readonly #interval: number
  #isDown = false
  #reason: string | undefined
  #checkedAt: number | undefined
  /** Everything that was committed before this time is visible. */
  #asOf: number | undefined
  #checking: Promise<boolean> | undefined
  #recheck: NodeJS.Timeout | undefined
  #failures = 0
  #isClosed = false

  constructor(
    connection: PoolConnection,
    options: { name: string; side: SideConnection; history: PrimaryHistory; maxLag: number },
  ) {
    this.name = options.name
    this.connection = connection
    this.#side = options.side
    this.#history = options.history
    this.#maxLag = options.maxLag
    this.#interval = Math.min(CHECK_INTERVAL, Math.max(20, options.maxLag / 4))
  }

  /** Whether reads may be sent to it. */
  get isUsable(): boolean {
    return this.#checkedAt !== undefined && !this.#isDown && !this.#isBehind
  }

  get #isBehind(): boolean {
    if (this.#maxLag === Number.POSITIVE_INFINITY || this.#history.isUnknown) return false
    return this.#asOf === undefined || this.#history.ageOf(this.#asOf) > this.#maxLag
  }

  /** Whether a check may tell more than is known. One that is down is checked again by itself. */
  get isUncertain(): boolean {
    return !this.#isDown && (this.#checkedAt === undefined || this.#age > 2 * this.#interval)
  }

  get #age(): number {
    return performance.now() - (this.#checkedAt ?? Number.NEGATIVE_INFINITY)
  }

  stats(): ReplicaStats {
    const lag = this.#asOf === undefined ? undefined : this.#history.ageOf(this.#asOf)
    const state =
      this.#checkedAt === undefined
        ? 'unknown'
        : this.#isDown
          ? 'down'
          : // While nothing is read, nothing is measured.
            this.#isBehind && this.#age < 2 * this.#interval
            ? 'behind'
            : 'up'
    return { name: this.name, state, reason: this.#reason, lag, ...this.connection.stats() }
  }

  /** To be called at each use: checks the replica from time to time. */
  noteUse(): void {
    if (!this.#isDown && this.#age > this.#interval) void this.check()
  }

  /** Checks the replica, and returns whether reads may be sent to it. */
  check(timeout = CHECK_TIMEOUT): Promise<boolean> {
    this.#checking ??= this.#check(timeout).finally(() => {
      this.#checking = undefined
    })
    return this.#checking
  }

  /** To be called when a connection was lost or refused. No read is sent to it until a check succeeds. */
  suspect(error: unknown): void {
    this.#fail(error)
    void this.check()
  }

  async #check(timeout: number): Promise<boolean> {
    if (this.#isClosed) return false
    clearTimeout(this.#recheck)
    const measures = this.#maxLag !== Number.POSITIVE_INFINITY
    try {
      if (measures) await Promise.all([this.#history.extend(timeout), this.#side.ask('select', timeout)])
      else await this.#side.ask('select', timeout)
      if (measures) await this.#catchUp(timeout)
    } catch (error) {
      // Where the server closes or refuses connections, the calls under way learn of it themselves.
      if (error instanceof NoAnswer) this.connection.clients.abandon('the replica does not answer')
      this.#fail(error)
      return false
    }
    this.#isDown = false
    this.#reason = undefined
    this.#failures = 0
    this.#checkedAt = performance.now()
    return this.isUsable
  }

  /** Measures the lag: how long it takes until the position that the primary had is visible here. */
  async #catchUp(timeout: number): Promise<void> {
    const deadline = performance.now() + Math.min(CATCH_UP, this.#interval)
    for (let pause = 1; ; pause *= 2) {
      const position = positionOf(await this.#side.ask(POSITION_QUERY.sql, timeout))
      this.#note(position)
      const { latest } = this.#history
      const isCurrent = latest === undefined || position.timeline !== latest.timeline
      if (isCurrent || position.lsn >= latest.lsn || performance.now() + pause > deadline) return
      await sleep(pause)
    }
  }

  #note(position: ServerPosition): void {
    const asOf = this.#history.timeOf(position)
    if (asOf !== undefined) this.#asOf = Math.max(asOf, this.#asOf ?? asOf)
  }

  #fail(error: unknown): void {
    const { message } = translate(error, 'not sent') as Error
    this.#isDown = true
    this.#reason = message
    this.#checkedAt = performance.now()
    if (this.#isClosed) return
    const delay = Math.min(LAST_RECHECK, FIRST_RECHECK * 2 ** this.#failures)
    this.#failures += 1
    clearTimeout(this.#recheck)
    this.#recheck = setTimeout(() => void this.check(), delay).unref()
  }

  async close(timeout: number | undefined): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#recheck)
    await this.connection.close(timeout)
    await this.#checking
    this.#side.close()
  }
}
