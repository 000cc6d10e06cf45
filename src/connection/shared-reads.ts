import type pg from 'pg'
import { endsConnection } from '../errors/index.ts'
import type { Cancellation } from './cancellation.ts'
import type { ClientPool } from './client-pool.ts'
import { Exchange } from './exchange.ts'
import { type Batch, type BatchPolicy, Lanes, reject, type SharedCall, settle, total } from './lanes.ts'
import type { SharedCounts } from './pool-stats.ts'
import type { Query, Result } from './query.ts'

/**
 * Reads of single rows share connections: those asked for while one is under way are sent together when it is back. One
 * message to the server and one answer then carry many. They wait for no row lock.
 *
 * A batch holds reads of one statement, and a statement's reads use at most half of the connections. So a table that is
 * locked blocks only its own readers, and a failing statement does not affect others.
 */
export class SharedReads {
  readonly #clients: ClientPool
  readonly #statements = new Map<string, Lanes>()

  constructor(clients: ClientPool) {
    this.#clients = clients
  }

  run(query: Query, note: SharedCall['note'], cancellation: Cancellation | undefined): Promise<Result> {
    const name = query.name as string
    let lanes = this.#statements.get(name)
    if (!lanes) {
      const policy = new ReadBatches(() => lanes as Lanes)
      lanes = new Lanes(this.#clients, Math.max(1, Math.ceil(this.#clients.max / 2)), policy)
      this.#statements.set(name, lanes)
    }
    return lanes.add(query, note, cancellation)
  }

  /** Reads whose callers wait, connections that they ask for, batches under way and the reads in these. */
  count(): SharedCounts {
    return total(Array.from(this.#statements.values(), (lanes) => lanes.count()))
  }
}

class ReadBatches implements BatchPolicy {
  readonly #lanes: () => Lanes

  constructor(lanes: () => Lanes) {
    this.#lanes = lanes
  }

  /** A read has no effect, so that its caller need not wait for the server. The server stops when no caller is left. */
  onCancel(call: SharedCall, batch: Batch): void {
    reject(call, call.cancellation?.reason('reading'))
    batch.live -= 1
    if (batch.live === 0) batch.finishCancelling = batch.state.cancelRunningQuery()
  }

  send(batch: Batch): void {
    const { state, calls } = batch
    const exchange = new Exchange(
      calls.map(({ query }) => query),
      (error) => {
        state.isBusy = false
        state.progress += 1
        if (error) this.#settleFailure(batch, exchange, error)
        else settle(calls, exchange)
        this.#lanes().finish(batch, error)
      },
      (statement) => state.isPreparable(statement),
    )
    state.isBusy = true
    state.progress += 1
    void state.client.query(exchange as unknown as pg.Submittable)
  }

  #settleFailure({ state, calls }: Batch, { position, name: failed }: Exchange, error: Error): void {
    const name = calls[0]?.query.name as string
    if (failed !== undefined) state.noteFailure(failed, error)
    if (endsConnection(error)) state.isBroken = true
    if (state.isBroken || !state.isPreparable(name)) {
      // The connection is lost, or the statement itself is refused: that holds for all of them.
      for (const call of calls) reject(call, error)
      return
    }
    // One read has failed; the others were undone or skipped with it.
    reject(calls[position] as SharedCall, error)
    this.#lanes().putBack(calls.filter((_, index) => index !== position))
  }
}
