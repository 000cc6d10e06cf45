import { setTimeout as sleep } from 'node:timers/promises'
import {
  ActorStatement,
  type BoundOptions,
  type CallOptions,
  Cancellation,
  type Connection,
  checkCallOptions,
  type PoolConnection,
  type Query,
  type Result,
  type Settings,
} from '../connection/index.ts'
import {
  ConfigurationError,
  DatabaseError,
  InvalidInputError,
  SerializationError,
  UnavailableError,
} from '../errors/index.ts'
import { includes, POSITION_QUERY, type Position, positionOf, readPosition } from './position.ts'
import type { Replica } from './replica.ts'
import type { ReplicaSet } from './replica-set.ts'

/** The last argument of a read through `db.replica`. */
export interface ReplicaReadOptions extends CallOptions {
  /**
   * A position that `db.position()` returned: the read sees everything that was committed before it. A replica that has
   * not reached the position is waited for, up to 300 ms; then another one is asked, then the primary.
   */
  after?: string | undefined
  /** Whether the primary answers when no replica can; default true. False for reads that must not burden the primary. */
  primary?: boolean | undefined
}

/** The options of a view of the replicas. */
interface BoundReadOptions extends ReplicaReadOptions, BoundOptions {}

const READ_OPTIONS: ReadonlySet<string> = new Set<keyof ReplicaReadOptions>([
  'timeout',
  'signal',
  'after',
  'primary',
])

/** Milliseconds for which a read waits until replicas have reached its position. */
const WAIT = 300
/** Milliseconds without an answer after which a replica is checked. */
const PATIENCE = 1_000

/** Sends each read to a replica, and where none can answer, to the primary. */
export class ReplicaConnection implements Connection {
  readonly #primary: PoolConnection
  readonly #replicas: ReplicaSet
  readonly #options: BoundReadOptions

  constructor(primary: PoolConnection, replicas: ReplicaSet, options: BoundReadOptions = {}) {
    this.#primary = primary
    this.#replicas = replicas
    this.#options = options
  }

  get settings(): Settings {
    return this.#primary.settings
  }

  get hasActor(): boolean {
    return this.#options.actor !== undefined
  }

  /** The same with further options; signals of both cancel a read. An actor among the options takes the place of another. */
  with(options: BoundReadOptions): ReplicaConnection {
    const actor = ActorStatement.in(options) ?? this.#options.actor
    return new ReplicaConnection(this.#primary, this.#replicas, { ...this.#bind(options), actor })
  }

  #bind({ after, primary, timeout, signal }: ReplicaReadOptions = {}): ReplicaReadOptions {
    const bound = this.#options
    return {
      after: after ?? bound.after,
      primary: primary ?? bound.primary,
      timeout: timeout ?? bound.timeout,
      signal:
        signal instanceof AbortSignal && bound.signal
          ? AbortSignal.any([signal, bound.signal])
          : (signal ?? bound.signal),
    }
  }

  async atomically(): Promise<never> {
    throw new DatabaseError(
      'A replica has no transactions. Use transaction({ readOnly: true }) of the database.',
    )
  }

  async afterCommit(fn: () => unknown): Promise<void> {
    await fn()
  }

  async run(given: Query, options?: ReplicaReadOptions): Promise<Result> {
    if (!given.readOnly) throw new DatabaseError(`A replica takes only reads, which ${given.name} is not.`)
    checkCallOptions(options, given, READ_OPTIONS)
    const query = { ...given, actor: this.#options.actor }
    const { after, primary = true, ...call } = this.#bind(options)
    const position = after === undefined ? undefined : readPosition(after, 'after')
    this.#primary.clients.throwIfClosed()
    const { timeout, signal } = this.#primary.withDefaults(call) ?? {}
    const cancellation = Cancellation.of({ timeout, signal })
    const read = new Read({ query, position, prepare: this.settings.prepare }, cancellation, timeout)
    try {
      return await this.#replicas.during(async () => {
        const result = await this.#onReplicas(read)
        if (result) return result
        if (primary) return await this.#onPrimary(read)
        throw new UnavailableError('No replica can answer, and the primary is not to be asked.', true, {
          cause: read.failure,
        })
      })
    } finally {
      cancellation?.end()
    }
  }

  /** The answer of the first replica that has one. */
  async #onReplicas(read: Read): Promise<Result | undefined> {
    const tried = new Set<Replica>()
    for (;;) {
      const replica = await read.race(this.#replicas.choose(tried, read.remaining / 2))
      if (!replica) return undefined
      tried.add(replica)
      try {
        const result = await this.#onReplica(replica, read)
        if (result) return result
      } catch (error) {
        if (read.isCancelled || isOfTheCaller(error, read.query)) throw error
        read.failure = error
        if (isOutage(error)) replica.suspect(error)
        else if (!(error instanceof SerializationError || error instanceof UnavailableError)) return undefined
      }
    }
  }

  /** Undefined if the replica has not reached the position. */
  async #onReplica(replica: Replica, read: Read): Promise<Result | undefined> {
    const patience = Math.min(PATIENCE, read.remaining / 2)
    const limit = patience < PATIENCE ? Math.max(100, patience / 2) : undefined
    const watch = setInterval(() => void replica.check(limit), patience)
    try {
      const { query, position, options, checked, positionCheck } = read
      if (!position) return await replica.connection.run(query, options)
      let isReached = true
      for (let pause = 1; ; pause = Math.min(50, pause * 2)) {
        const sent = isReached ? checked : positionCheck
        const result = await replica.connection.run(sent, options)
        const server = positionOf(result.checked)
        isReached = includes(server, position)
        if (isReached && sent === checked) return result
        if (isReached) continue
        if (server.timeline !== position.timeline || !read.mayWait(pause)) return undefined
        await read.race(sleep(pause))
      }
    } finally {
      clearInterval(watch)
    }
  }

  async #onPrimary({ query, position, options, checked }: Read): Promise<Result> {
    if (!position) return this.#primary.run(query, options)
    const result = await this.#primary.run(checked, options)
    const server = positionOf(result.checked)
    // On a later timeline, the changes before the position are there or lost: no server knows more than this one.
    if (server.timeline > position.timeline || includes(server, position)) return result
    if (!server.isStandby) {
      throw new InvalidInputError('after', 'is ahead of the primary: db.position() has not returned it')
    }
    this.#primary.clients.replaceAll()
    throw new UnavailableError('The server is a standby that has not reached the position yet.', true)
  }
}

/** One read, on its way from server to server. */
class Read {
  readonly query: Query
  readonly position: Position | undefined
  /** An empty query after the question for the server's position. */
  readonly positionCheck: Query
  /** The query after the question for the server's position, in one message. */
  readonly checked: Query
  /** For each attempt: the whole read has the timeout. */
  readonly options: CallOptions | undefined
  /** Why no replica could answer. */
  failure: unknown
  readonly #cancellation: Cancellation | undefined
  readonly #deadline: number
  #waitsUntil: number | undefined

  constructor(
    { query, position, prepare }: { query: Query; position: Position | undefined; prepare: boolean },
    cancellation: Cancellation | undefined,
    timeout = Number.POSITIVE_INFINITY,
  ) {
    this.query = query
    this.position = position
    this.positionCheck = { ...POSITION_CHECK, prepared: prepare }
    this.checked = { ...POSITION_CHECK, ...query, isShared: false }
    this.#cancellation = cancellation
    this.#deadline = performance.now() + timeout
    if (!cancellation) return
    const controller = new AbortController()
    const abort = () => controller.abort(cancellation.reason('reading'))
    if (cancellation.isCancelled) abort()
    else cancellation.onCancel(abort)
    this.options = { signal: controller.signal, timeout: Number.POSITIVE_INFINITY }
  }

  get remaining(): number {
    return Math.max(0, this.#deadline - performance.now())
  }

  get isCancelled(): boolean {
    return this.#cancellation?.isCancelled ?? false
  }

  /** Whether it may wait `milliseconds` more for replicas to reach its position. */
  mayWait(milliseconds: number): boolean {
    const now = performance.now()
    this.#waitsUntil ??= now + Math.min(WAIT, this.remaining / 2)
    return now + milliseconds <= this.#waitsUntil
  }

  race<T>(promise: Promise<T>): Promise<T> {
    return this.#cancellation ? this.#cancellation.race(promise, 'not sent') : promise
  }
}

const POSITION_CHECK: Query = {
  name: 'replicas.check',
  sql: 'select',
  prepared: true,
  readOnly: true,
  inReadOnlyTransaction: true,
  check: POSITION_QUERY,
}

/** Whether every server would give this error. */
function isOfTheCaller(error: unknown, query: Query): boolean {
  if (error instanceof InvalidInputError || !(error instanceof DatabaseError)) return true
  // The limit that the service has set with `statement_timeout`.
  if (error.code === '57014') return /statement timeout/.test(error.message)
  return error.code === '25006' && query.inReadOnlyTransaction === true
}

/** Whether the server may be gone, or refuse us. */
function isOutage(error: unknown): boolean {
  if (error instanceof ConfigurationError) return true
  return error instanceof UnavailableError && (error.code === undefined || /^(08|57P|53)/.test(error.code))
}
