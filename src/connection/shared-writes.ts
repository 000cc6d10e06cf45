import type pg from 'pg'
import { endsConnection, isServerError, isStalePlan, UnconfirmedCommitError } from '../errors/index.ts'
import { GRACE } from './cancel-request.ts'
import type { Cancellation } from './cancellation.ts'
import type { ClientPool } from './client-pool.ts'
import { Exchange } from './exchange.ts'
import { type Batch, type BatchPolicy, Lanes, reject, resolve, type SharedCall, total } from './lanes.ts'
import { type Step, settleStep, stepsOf } from './merged-writes.ts'
import type { SharedCounts } from './pool-stats.ts'
import type { Query, Result } from './query.ts'
import { submit } from './send.ts'

/** How long a batch waits for a lock, in milliseconds. Batches that change the same rows have ended by then. */
const LOCK_TIMEOUT = 20

/** How long writes are sent alone after a batch has failed, in milliseconds: the next one would probably fail, too. */
const PENALTY = 100

/** The first query of a batch. It holds until the end of the batch's transaction, behind a pooler, too. */
const LIMIT_LOCKS: Query = {
  name: 'shared-writes.limitLocks',
  sql: `select set_config('lock_timeout', '${LOCK_TIMEOUT}', true)`,
  values: [],
  prepared: true,
  readOnly: true,
}

/** Sends a query on a connection of its own. */
export type SendAlone = (
  query: Query,
  noteSent: () => void,
  cancellation: Cancellation | undefined,
) => Promise<Result>

/**
 * Writes of single rows share connections and transactions: those asked for while others are under way are sent in one
 * exchange, which is one implicit transaction with one commit. They are acknowledged after that commit.
 *
 * A batch in which one fails, or waits for a lock, is rolled back as a whole, and each of its writes is then sent alone.
 * So no caller gets the error of another one, or waits for a lock of another one's row.
 */
export class SharedWrites {
  readonly #clients: ClientPool
  readonly #sendAlone: SendAlone
  readonly #statements = new Map<string, StatementWrites>()

  constructor(clients: ClientPool, sendAlone: SendAlone) {
    this.#clients = clients
    this.#sendAlone = sendAlone
  }

  run(query: Query, note: SharedCall['note'], cancellation: Cancellation | undefined): Promise<Result> {
    const name = query.name as string
    let writes = this.#statements.get(name)
    if (!writes) {
      writes = new StatementWrites(this.#clients, this.#sendAlone)
      this.#statements.set(name, writes)
    }
    return writes.run(query, note, cancellation)
  }

  /** Writes whose callers wait, connections that they ask for, batches under way and the writes in these. */
  count(): SharedCounts {
    return total(Array.from(this.#statements.values(), (writes) => writes.count()))
  }
}

/** The writes of one statement. */
class StatementWrites implements BatchPolicy {
  readonly #lanes: Lanes
  readonly #sendAlone: SendAlone
  /** When batches are sent again after one has failed. */
  #batchesFrom = 0

  constructor(clients: ClientPool, sendAlone: SendAlone) {
    this.#lanes = new Lanes(clients, clients.max, this)
    this.#sendAlone = sendAlone
  }

  run(query: Query, note: SharedCall['note'], cancellation: Cancellation | undefined): Promise<Result> {
    if (this.#batchesFrom > 0) {
      if (performance.now() < this.#batchesFrom) return this.#sendAlone(query, () => note(true), cancellation)
      this.#batchesFrom = 0
    }
    return this.#lanes.add(query, note, cancellation)
  }

  count(): SharedCounts {
    return this.#lanes.count()
  }

  /**
   * The write may have been committed, so that its caller waits for the answer. The server is asked to stop when no caller
   * is left; until then the others' writes go on.
   */
  onCancel(call: SharedCall, batch: Batch): void {
    batch.live -= 1
    if (batch.live === 0) batch.finishCancelling = batch.state.cancelRunningQuery()
    else setTimeout(() => reject(call, call.cancellation?.reason('writing')), GRACE).unref()
  }

  send(batch: Batch): void {
    const { state, calls } = batch
    if (calls.length === 1) {
      this.#sendSingle(batch, calls[0] as SharedCall)
      return
    }
    const isPreparable = (statement: string) => state.isPreparable(statement)
    const steps = stepsOf(calls, isPreparable)
    const queries = [LIMIT_LOCKS, ...steps.map(({ query }) => query)]
    const exchange = new Exchange(
      queries,
      (error) => void this.#end(batch, steps, exchange, error),
      isPreparable,
    )
    state.isBusy = true
    state.progress += 1
    void state.client.query(exchange as unknown as pg.Submittable)
  }

  #sendSingle(batch: Batch, call: SharedCall): void {
    submit(batch.state, call.query, (error, result) => {
      if (error && endsConnection(error)) batch.state.isBroken = true
      if (error) reject(call, error)
      else resolve(call, result)
      this.#lanes.finish(batch, error)
    })
  }

  async #end(batch: Batch, steps: readonly Step[], exchange: Exchange, error: Error | null): Promise<void> {
    const { state, calls } = batch
    // The server reports an error before it has rolled back. Other errors mean that nothing was sent, or that the connection is lost.
    if (isServerError(error) && !isLoss(error) && !state.isReady) await state.whenReady()
    state.isBusy = false
    state.progress += 1
    const isUnconfirmed = state.takeUnconfirmed()
    // The first query only limits the wait for locks.
    if (error) this.#settleFailure(batch, steps[exchange.position - 1] ?? steps[0], error)
    else if (isUnconfirmed) for (const call of calls) reject(call, new UnconfirmedCommitError())
    else
      for (const [index, step] of steps.entries()) {
        settleStep(step, exchange.results[index + 1] as Result, exchange.unreadable.get(index + 1))
      }
    this.#lanes.finish(batch, error)
  }

  #settleFailure({ state, calls }: Batch, failed: Step | undefined, error: Error): void {
    const isUndone = !isLoss(error) && !state.isBroken
    if (endsConnection(error)) state.isBroken = true
    if (!isUndone) {
      for (const call of calls)
        reject(call, isLoss(error) ? error : new Error('Connection terminated unexpectedly'))
      return
    }
    state.noteFailure(failed?.query.name as string, error)
    this.#batchesFrom = performance.now() + PENALTY
    for (const call of calls) this.#repeatAlone(call)
  }

  /** Sends a write again that was rolled back without being acknowledged. */
  #repeatAlone(call: SharedCall): void {
    const { query, note, cancellation, isOver } = call
    if (isOver) return
    note(false)
    if (cancellation?.isCancelled) {
      reject(call, cancellation.reason('not sent'))
      return
    }
    // From here on it is no longer a matter of the lanes.
    call.isOver = true
    this.#sendAlone(query, () => note(true), cancellation).then(call.resolve, call.reject)
  }
}

/** Whether it is unknown what the server did after this error. */
function isLoss(error: Error): boolean {
  return endsConnection(error) && !isStalePlan(error)
}
