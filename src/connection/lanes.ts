import { endsConnection } from '../errors/index.ts'
import type { Cancellation } from './cancellation.ts'
import type { ClientPool } from './client-pool.ts'
import type { ClientState } from './client-state.ts'
import type { Exchange } from './exchange.ts'
import type { SharedCounts } from './pool-stats.ts'
import type { Query, Result } from './query.ts'
import { submit } from './send.ts'

/** Connections for the calls of one statement: while the server works on one batch, the process reads the answers of the other. */
const LANES = 2

/** Calls of one batch. Measured with 32 callers: one batch of all of them takes 1.4 times as long as two halves. */
const BATCH = 16

/** How long calls wait for busy lanes without any progress before another lane is opened, in milliseconds. */
const PATIENCE = 5

/** How often calls are looked at that no further lane can help, in milliseconds. */
const RECHECK = 250

/** A call that may be sent together with others. */
export interface SharedCall {
  readonly query: Query
  /** To be called when the query may have reached the server, and when it is certain that it had no effect. */
  readonly note: (isSent: boolean) => void
  readonly cancellation: Cancellation | undefined
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
  readonly since: number
  /** Whether the caller has its answer, or no longer waits for one. */
  isOver: boolean
  batch: Batch | undefined
}

/** Calls that are sent in one exchange. */
export interface Batch {
  readonly state: ClientState
  calls: SharedCall[]
  /** Calls whose callers still wait. */
  live: number
  finishCancelling: ((error: unknown) => Promise<void>) | undefined
}

/** How batches are sent, and what a cancelled call does. */
export interface BatchPolicy {
  /** Sends a batch and answers its calls; then calls `Lanes.finish`. */
  send(batch: Batch): void
  /** Called when a call is cancelled that is not over; one that is not sent yet has ended before. */
  onCancel(call: SharedCall, batch: Batch): void
}

/**
 * The calls of one statement that share connections: those asked for while a batch is under way are sent together when
 * it is back. Each batch is a turn in the queue of the pool.
 */
export class Lanes {
  readonly #clients: ClientPool
  readonly #policy: BatchPolicy
  /** Connections in use at a time: `#fewest` to begin with, `#most` while they make no progress. */
  readonly #fewest: number
  readonly #most: number
  #lanes: number
  #waiting: SharedCall[] = []
  /** Requests for a connection that the pool has not answered yet. */
  #requested = 0
  #inFlight = 0
  /** Calls in the batches under way. */
  #sent = 0
  #progress = 0
  #timer: NodeJS.Timeout | undefined

  /** @param most connections that these calls may use at a time. */
  constructor(clients: ClientPool, most: number, policy: BatchPolicy) {
    this.#clients = clients
    this.#policy = policy
    this.#most = most
    this.#fewest = Math.min(LANES, most)
    this.#lanes = this.#fewest
  }

  add(query: Query, note: SharedCall['note'], cancellation: Cancellation | undefined): Promise<Result> {
    return new Promise((resolve, reject) => {
      const call: SharedCall = {
        query,
        note,
        cancellation,
        resolve,
        reject,
        since: performance.now(),
        isOver: false,
        batch: undefined,
      }
      // The listener is removed with the cancellation, which is the call's own.
      cancellation?.onCancel(() => this.#cancel(call, cancellation))
      this.#waiting.push(call)
      this.#request()
    })
  }

  #cancel(call: SharedCall, cancellation: Cancellation): void {
    if (call.isOver) return
    if (call.batch) this.#policy.onCancel(call, call.batch)
    else reject(call, cancellation.reason('not sent'))
  }

  /** Asks the pool for connections: one a batch, and no more than there are lanes, unless every caller waits in turn. */
  #request(): void {
    const batches = Math.ceil(this.#waiting.length / BATCH)
    while (
      this.#requested < batches &&
      (this.#requested + this.#inFlight < this.#lanes || this.#clients.isFull)
    ) {
      this.#requested += 1
      this.#clients.connect((error, state) => {
        this.#requested -= 1
        if (state) this.#serve(state)
        else this.#fail(error)
      })
    }
    if (this.#waiting.length > 0 && this.#timer === undefined) this.#startTimer()
  }

  #serve(state: ClientState): void {
    const calls = this.#inFlight < this.#lanes ? this.#take() : []
    const [first] = calls
    if (!first) {
      this.#clients.release(state)
      return
    }
    const isPreparable = state.isPreparable(first.query.name as string)
    if (!isPreparable) this.putBack(calls.splice(1))
    const batch: Batch = { state, calls, live: calls.length, finishCancelling: undefined }
    this.#inFlight += 1
    this.#sent += batch.live
    state.countUses(batch.live)
    for (const call of calls) {
      call.batch = batch
      call.note(true)
    }
    if (isPreparable) this.#policy.send(batch)
    else this.#sendUnprepared(batch, first)
  }

  #sendUnprepared(batch: Batch, call: SharedCall): void {
    const { state } = batch
    submit(state, { ...call.query, prepared: false }, (error, result) => {
      if (error && endsConnection(error)) state.isBroken = true
      if (error) reject(call, error)
      else resolve(call, result)
      this.finish(batch, error)
    })
  }

  /** The calls that have waited longest, without those whose callers have left. */
  #take(): SharedCall[] {
    const taken: SharedCall[] = []
    while (taken.length < BATCH) {
      const call = this.#waiting.shift()
      if (!call) break
      if (!call.isOver) taken.push(call)
    }
    return taken
  }

  /** Returns calls that had no effect to the head of the queue. */
  putBack(calls: readonly SharedCall[]): void {
    for (const call of calls) call.batch = undefined
    this.#waiting.unshift(...calls)
  }

  count(): SharedCounts {
    const waiting = this.#waiting.filter(({ isOver }) => !isOver).length
    return { waiting, requested: this.#requested, batches: this.#inFlight, sent: this.#sent }
  }

  /** To be called when a batch is over. */
  finish({ state, calls, finishCancelling }: Batch, error: Error | null): void {
    this.#inFlight -= 1
    this.#sent -= calls.length
    this.#progress += 1
    if (finishCancelling) void finishCancelling(error).then(() => this.#clients.release(state))
    else this.#clients.release(state)
    if (this.#waiting.length > 0) this.#request()
    else if (this.#inFlight === 0) this.#lanes = this.#fewest
  }

  /** No connection could be had. Where others are under way, they take the calls that wait. */
  #fail(error: unknown): void {
    if (this.#inFlight > 0 || this.#requested > 0) return
    for (const call of this.#waiting.splice(0)) reject(call, error)
  }

  #startTimer(): void {
    const progress = this.#progress
    const onTimer = () => {
      this.#timer = undefined
      this.#waiting = this.#waiting.filter(({ isOver }) => !isOver)
      if (this.#waiting.length === 0) return
      this.#rejectOld()
      if (this.#progress === progress && this.#requested === 0 && this.#lanes < this.#most) this.#lanes += 1
      this.#request()
    }
    // Timers are late in a busy process: answers that have arrived are read first.
    const delay = this.#lanes < this.#most ? PATIENCE : RECHECK
    this.#timer = setTimeout(() => setImmediate(onTimer), delay)
  }

  /** The pool limits the wait for a connection, and calls wait for one, too, while the lanes are stuck. */
  #rejectOld(): void {
    const { connectionTimeout } = this.#clients
    if (connectionTimeout === 0) return
    const now = performance.now()
    while (this.#waiting[0] && now - this.#waiting[0].since > connectionTimeout) {
      reject(this.#waiting.shift() as SharedCall, new Error('timeout exceeded when trying to connect'))
    }
  }
}

/** Answers a call, unless its caller has left. */
export function resolve(call: SharedCall, result: Result): void {
  if (!call.isOver) call.resolve(result)
  call.isOver = true
}

/** Fails a call, unless its caller has left. */
export function reject(call: SharedCall, error: unknown): void {
  if (!call.isOver) call.reject(error)
  call.isOver = true
}

/** Answers the calls of an exchange that succeeded. */
export function settle(calls: readonly SharedCall[], { results, unreadable }: Exchange): void {
  for (const [index, call] of calls.entries()) {
    const failure = unreadable.get(index)
    if (failure) reject(call, failure)
    else resolve(call, results[index] as Result)
  }
}

/** Sums up the counts of several statements. */
export function total(counts: Iterable<SharedCounts>): SharedCounts {
  const sum = { waiting: 0, requested: 0, batches: 0, sent: 0 }
  for (const each of counts) {
    sum.waiting += each.waiting
    sum.requested += each.requested
    sum.batches += each.batches
    sum.sent += each.sent
  }
  return sum
}
