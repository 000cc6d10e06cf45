import type { PrimaryHistory } from './primary-history.ts'
import { CHECK_TIMEOUT, type Replica, type ReplicaStats } from './replica.ts'

/** The replicas of a database, of which each read uses the next one. */
export class ReplicaSet {
  readonly #replicas: readonly Replica[]
  readonly #history: PrimaryHistory
  #turn = 0
  #reads = 0
  readonly #onIdle = new Set<() => void>()

  constructor(replicas: readonly Replica[], history: PrimaryHistory) {
    this.#replicas = replicas
    this.#history = history
  }

  get size(): number {
    return this.#replicas.length
  }

  /**
   * The next replica that can be used.
   *
   * @param tried replicas that could not answer.
   * @param patience milliseconds to wait for a check, where nothing recent is known.
   */
  async choose(tried: ReadonlySet<Replica>, patience: number): Promise<Replica | undefined> {
    const replicas = this.#replicas.filter((replica) => !tried.has(replica))
    for (const replica of replicas) replica.noteUse()
    const chosen = this.#next(replicas)
    if (chosen) return chosen
    const uncertain = replicas.filter(({ isUncertain }) => isUncertain)
    if (uncertain.length === 0) return undefined
    await firstSuccess(
      uncertain.map((replica) => replica.check()),
      Math.min(patience, CHECK_TIMEOUT),
    )
    return this.#next(replicas)
  }

  /** Round robin. */
  #next(replicas: readonly Replica[]): Replica | undefined {
    const usable = replicas.filter(({ isUsable }) => isUsable)
    this.#turn += 1
    return usable[this.#turn % usable.length]
  }

  /** Lets `close()` wait for a read, also between its attempts. */
  async during<T>(read: () => Promise<T>): Promise<T> {
    this.#reads += 1
    try {
      return await read()
    } finally {
      this.#reads -= 1
      if (this.#reads === 0) for (const resolve of this.#onIdle) resolve()
    }
  }

  stats(): ReplicaStats[] {
    return this.#replicas.map((replica) => replica.stats())
  }

  /**
   * Resolves when no read is under way, or the time is over.
   *
   * @returns the milliseconds that are left.
   */
  async drain(timeout: number | undefined): Promise<number | undefined> {
    if (this.#reads === 0) return timeout
    const start = performance.now()
    const idle = new Promise<void>((resolve) => this.#onIdle.add(resolve))
    if (timeout === undefined) await idle
    else await within(idle, timeout)
    return timeout && Math.max(1, timeout - (performance.now() - start))
  }

  async close(timeout: number | undefined): Promise<void> {
    await Promise.all(this.#replicas.map((replica) => replica.close(timeout)))
    this.#history.close()
  }
}

/** Resolves when one of the checks succeeds, all have failed, or the time is over. */
async function firstSuccess(checks: readonly Promise<boolean>[], milliseconds: number): Promise<void> {
  const success = Promise.any(
    checks.map(async (check) => {
      if (!(await check)) throw new Error('not usable')
    }),
  ).catch(() => {})
  await within(success, milliseconds)
}

async function within(promise: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  await Promise.race([promise, timeout])
  clearTimeout(timer)
}
