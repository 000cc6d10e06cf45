import type pg from 'pg'
import { endsConnection } from '../errors/index.ts'
import type { Cancellation } from './cancellation.ts'
import type { ClientPool } from './client-pool.ts'
import type { ClientState } from './client-state.ts'
import { Exchange } from './exchange.ts'
import type { ReadCounts } from './pool-stats.ts'
import type { Query, Result } from './query.ts'
import { submit } from './send.ts'

/** Connections for the reads of one statement: while the server works on one batch, the process reads the answers of the other. */
const LANES = 2

/** Reads of one batch. Measured with 32 callers: one batch of all of them takes 1.4 times as long as two halves. */
const BATCH = 16

/** How long reads wait for busy lanes without any progress before another lane is opened, in milliseconds. */
const PATIENCE = 5

/** How often reads are looked at that no further lane can help, in milliseconds. */
const RECHECK = 250

/**
 * Reads of single rows share connections: those asked for while one is under way are sent together when it is back. One
 * message to the server and one answer then carry many. Only reads, because they wait for no row lock: a write that
 * waits would hold up the reads behind it, one of which may be what the owner of the lock waits for.
 *
 * A batch holds reads of one statement, and a statement's reads use at most half of the connections. So a table that is
 * locked blocks only its own readers, and a failing statement does not affect others.
 */
export class SharedReads {
  readonly #clients: ClientPool
  readonly #lanes = new Map<string, StatementReads>()

  constructor(clients: ClientPool) {
    this.#clients = clients
  }

  /** @param noteSent called when the read may have reached the server. */
  run(query: Query, noteSent: () => void, cancellation: Cancellation | undefined): Promise<Result> {
    const name = query.name as string
    let reads = this.#lanes.get(name)
    if (!reads) {
      reads = new StatementReads(this.#clients)
      this.#lanes.set(name, reads)
    }
    return reads.add(query, noteSent, cancellation)
  }

  /** Reads whose callers wait, connections that they ask for, batches under way and the reads in these. */
  count(): ReadCounts {
    const total = { waiting: 0, requested: 0, batches: 0, sent: 0 }
    for (const reads of this.#lanes.values()) {
      const counts = reads.count()
      total.waiting += counts.waiting
      total.requested += counts.requested
      total.batches += counts.batches
      total.sent += counts.sent
    }
    return total
  }
}

interface Read {
  readonly query: Query
  readonly noteSent: () => void
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
  readonly since: number
  /** Whether the caller has its answer, or no longer waits for one. */
  isOver: boolean
  batch: Batch | undefined
}

interface Batch {
  readonly state: ClientState
  reads: Read[]
  /** Reads whose callers still wait. */
  live: number
  finishCancelling: ((error: unknown) => Promise<void>) | undefined
}

/** The reads of one statement. */
class StatementReads {
  readonly #clients: ClientPool
  /** Connections in use at a time: `#lanes` to begin with, `#most` while they make no progress. */
  readonly #fewest: number
  readonly #most: number
  #lanes: number
  #waiting: Read[] = []
  /** Requests for a connection that the pool has not answered yet. */
  #requested = 0
  #inFlight = 0
  /** Reads in the batches under way. */
  #sent = 0
  #progress = 0
  #timer: NodeJS.Timeout | undefined

  constructor(clients: ClientPool) {
    this.#clients = clients
    this.#most = Math.max(1, Math.ceil(clients.max / 2))
    this.#fewest = Math.min(LANES, this.#most)
    this.#lanes = this.#fewest
  }

  add(query: Query, noteSent: () => void, cancellation: Cancellation | undefined): Promise<Result> {
    return new Promise((resolve, reject) => {
      const read: Read = {
        query,
        noteSent,
        resolve,
        reject,
        since: performance.now(),
        isOver: false,
        batch: undefined,
      }
      if (cancellation) this.#endOnCancel(read, cancellation)
      this.#waiting.push(read)
      this.#request()
    })
  }

  /** A read has no effect, so that its caller need not wait for the server. The server stops when no caller is left. */
  #endOnCancel(read: Read, cancellation: Cancellation): void {
    // The listener is removed with the cancellation, which is the call's own.
    cancellation.onCancel(() => {
      if (read.isOver) return
      read.isOver = true
      read.reject(cancellation.reason(read.batch ? 'reading' : 'not sent'))
      const { batch } = read
      if (!batch) return
      batch.live -= 1
      if (batch.live === 0) batch.finishCancelling = batch.state.cancelRunningQuery()
    })
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
    const reads = this.#inFlight < this.#lanes ? this.#take() : []
    const [first] = reads
    if (!first) {
      this.#clients.release(state)
      return
    }
    const batch: Batch = { state, reads, live: 0, finishCancelling: undefined }
    this.#inFlight += 1
    if (state.isPreparable(first.query.name as string)) {
      this.#begin(batch)
      this.#send(batch)
    } else {
      this.#putBack(reads.splice(1))
      this.#begin(batch)
      submit(state, { ...first.query, prepared: false }, (error, result) => {
        if (error && endsConnection(error)) state.isBroken = true
        if (error) this.#reject(first, error)
        else this.#resolve(first, result)
        this.#finish(batch, error)
      })
    }
  }

  /** The reads that have waited longest, without those whose callers have left. */
  #take(): Read[] {
    const taken: Read[] = []
    while (taken.length < BATCH) {
      const read = this.#waiting.shift()
      if (!read) break
      if (!read.isOver) taken.push(read)
    }
    return taken
  }

  #putBack(reads: readonly Read[]): void {
    for (const read of reads) read.batch = undefined
    this.#waiting.unshift(...reads)
  }

  count(): ReadCounts {
    const waiting = this.#waiting.filter(({ isOver }) => !isOver).length
    return { waiting, requested: this.#requested, batches: this.#inFlight, sent: this.#sent }
  }

  #begin(batch: Batch): void {
    batch.live = batch.reads.length
    this.#sent += batch.live
    batch.state.countUses(batch.live)
    for (const read of batch.reads) {
      read.batch = batch
      read.noteSent()
    }
  }

  #send(batch: Batch): void {
    const { state, reads } = batch
    const exchange = new Exchange(
      reads.map(({ query }) => query),
      (error) => {
        state.isBusy = false
        state.progress += 1
        if (error) this.#settleFailure(batch, exchange.position, error)
        else this.#settle(reads, exchange)
        this.#finish(batch, error)
      },
    )
    state.isBusy = true
    state.progress += 1
    void state.client.query(exchange as unknown as pg.Submittable)
  }

  #settle(reads: readonly Read[], { results, unreadable }: Exchange): void {
    for (const [index, read] of reads.entries()) {
      const failure = unreadable.get(index)
      if (failure) this.#reject(read, failure)
      else this.#resolve(read, results[index] as Result)
    }
  }

  #settleFailure({ state, reads }: Batch, position: number, error: Error): void {
    const name = reads[0]?.query.name as string
    state.noteFailure(name)
    if (endsConnection(error)) state.isBroken = true
    if (state.isBroken || !state.isPreparable(name)) {
      // The connection is lost, or the statement itself is refused: that holds for all of them.
      for (const read of reads) this.#reject(read, error)
      return
    }
    // One read has failed; the others were undone or skipped with it.
    const others = reads.filter((_, index) => index !== position)
    this.#reject(reads[position] as Read, error)
    this.#putBack(others)
  }

  #finish({ state, reads, finishCancelling }: Batch, error: Error | null): void {
    this.#inFlight -= 1
    this.#sent -= reads.length
    this.#progress += 1
    if (finishCancelling) void finishCancelling(error).then(() => this.#clients.release(state))
    else this.#clients.release(state)
    if (this.#waiting.length > 0) this.#request()
    else if (this.#inFlight === 0) this.#lanes = this.#fewest
  }

  #resolve(read: Read, result: Result): void {
    if (!read.isOver) read.resolve(result)
    read.isOver = true
  }

  #reject(read: Read, error: unknown): void {
    if (!read.isOver) read.reject(error)
    read.isOver = true
  }

  /** No connection could be had. Where others are under way, they take the reads that wait. */
  #fail(error: unknown): void {
    if (this.#inFlight > 0 || this.#requested > 0) return
    for (const read of this.#waiting.splice(0)) this.#reject(read, error)
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

  /** The pool limits the wait for a connection, and reads wait for one, too, while the lanes are stuck. */
  #rejectOld(): void {
    const { connectionTimeout } = this.#clients
    if (connectionTimeout === 0) return
    const now = performance.now()
    while (this.#waiting[0] && now - this.#waiting[0].since > connectionTimeout) {
      this.#reject(this.#waiting.shift() as Read, new Error('timeout exceeded when trying to connect'))
    }
  }
}
