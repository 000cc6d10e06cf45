import type pg from 'pg'
import { isServerError } from '../errors/index.ts'
import { GRACE, requestCancel } from './cancel-request.ts'
import type { Cancellation } from './cancellation.ts'

/** A client of the pool, with the facts about it that pg does not keep. */
export class ClientState {
  readonly client: pg.PoolClient
  /** A client of an older generation is replaced before its next use. */
  readonly generation: number
  /** Whether the server owes an answer. */
  isBusy = false
  /** Counts queries and answers, so that a busy client without progress can be recognized. */
  progress = 0
  /** Whether the connection must not be used again. */
  isBroken = false
  /** Statements that the server refused to prepare here. A pooler may remember their names as prepared, so they are sent without. */
  #unpreparable: Set<string> | undefined
  #isUnconfirmed = false

  constructor(client: pg.PoolClient, generation: number) {
    this.client = client
    this.generation = generation
    client.on('error', ignore)
    client.on('notice', this.#onNotice)
  }

  /** Counts the calls that share this use of the client, for the pool's `maxUses`. */
  countUses(calls: number): void {
    const client = this.client as { _poolUseCount?: number }
    client._poolUseCount = (client._poolUseCount ?? 0) + calls - 1
  }

  /** Statements that are prepared on this connection. */
  get prepared(): number {
    return Object.keys((this.client as unknown as ClientInternals).connection.parsedStatements).length
  }

  /** Removes every listener. */
  forget(): void {
    this.client.off('error', ignore)
    this.client.off('notice', this.#onNotice)
  }

  /** Bytes received so far. */
  get bytesRead(): number {
    return stream(this.client).bytesRead
  }

  /** As of the server's last answer. False if this version of pg does not know. */
  get isInTransaction(): boolean {
    const { _txStatus: status } = this.client as { _txStatus?: string | null }
    return status !== undefined && status !== null && status !== 'I'
  }

  /** Whether the server waits for the next query. It reports an error before it does. */
  get isReady(): boolean {
    return (this.client as { readyForQuery?: boolean }).readyForQuery !== false
  }

  /** Resolves when the server waits for the next query, or the connection has ended. */
  whenReady(): Promise<void> {
    const { connection } = this.client as unknown as ClientInternals
    return new Promise((resolve) => {
      const finish = () => {
        connection.off('readyForQuery', finish)
        connection.off('end', finish)
        this.isBroken ||= !this.isReady
        resolve()
      }
      connection.on('readyForQuery', finish)
      connection.on('end', finish)
    })
  }

  /** Ends the connection at once. The call that waits for an answer fails with `reason`. */
  destroy(reason?: Error): void {
    this.isBroken = true
    stream(this.client).destroy(reason)
  }

  isPreparable(name: string): boolean {
    return !this.#unpreparable?.has(name)
  }

  /**
   * To be called when a prepared statement has failed: notes whether already its preparation did, and whether the
   * session has lost what was prepared.
   */
  noteFailure(name: string, error: Error): void {
    if (isServerError(error) && error.code === '26000') this.isBroken = true
    const { parsedStatements } = (this.client as unknown as ClientInternals).connection
    if (parsedStatements[name] === undefined) {
      this.#unpreparable ??= new Set()
      this.#unpreparable.add(name)
    }
  }

  /** Whether a commit since the last call was not confirmed by the synchronous standby. */
  takeUnconfirmed(): boolean {
    const wasUnconfirmed = this.#isUnconfirmed
    this.#isUnconfirmed = false
    return wasUnconfirmed
  }

  /**
   * Cancels the running query on the server. The connection is destroyed if the server does not answer within GRACE.
   * The returned function is to be called with the query's error, once the query is over. It resolves when the
   * cancel request can no longer reach a later query; where that is not certain, the connection is destroyed.
   */
  cancelRunningQuery(): (error: unknown) => Promise<void> {
    const request = requestCancel(this.client)
    const timer = setTimeout(() => this.destroy(), GRACE)
    return async (error) => {
      clearTimeout(timer)
      const isOver = await request
      if (!(isOver && isQueryCancelled(error))) this.destroy()
    }
  }

  /** While a query runs, cancelling stops it on the server. Call the returned function with the query's error when it is over. */
  cancelOnServer(cancellation: Cancellation): (error: unknown) => Promise<void> {
    let finish: ((error: unknown) => Promise<void>) | undefined
    const stopListening = cancellation.onCancel(() => {
      finish = this.cancelRunningQuery()
    })
    return async (error) => {
      stopListening()
      await finish?.(error)
    }
  }

  /** https://github.com/postgres/postgres/blob/REL_18_0/src/backend/replication/syncrep.c, whose messages are translated. */
  readonly #onNotice = (notice: { routine?: string | undefined }): void => {
    if (notice.routine === 'SyncRepWaitForLSN') this.#isUnconfirmed = true
  }
}

function isQueryCancelled(error: unknown): boolean {
  return isServerError(error) && error.code === '57014'
}

/** Fields that pg has but does not declare. */
interface ClientInternals {
  connection: {
    on(event: 'readyForQuery' | 'end', listener: () => void): void
    off(event: 'readyForQuery' | 'end', listener: () => void): void
    stream: { destroy(error?: Error): void; bytesRead: number }
    parsedStatements: Readonly<Record<string, string>>
  }
}

function stream(client: pg.PoolClient): ClientInternals['connection']['stream'] {
  return (client as unknown as ClientInternals).connection.stream
}

/** A connection that dies emits `error`; without a listener that would end the process. The call that needs it reports the loss. */
function ignore(): void {}
