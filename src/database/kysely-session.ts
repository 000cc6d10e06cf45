import type { AbortableOperationOptions, CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import { control, encode, type Query, type Result } from '../connection/index.ts'
import { targetOf } from '../query/index.ts'

/** A connection as Kysely uses it. */
export abstract class KyselySession implements DatabaseConnection {
  /** Cancels the running query, or the next one, on the server. */
  #abort: AbortController | undefined

  protected abstract run(query: Query, signal: AbortSignal | undefined): Promise<Result>
  /** Makes sure that a transaction is open; the returned function ends it if it was begun here. */
  protected abstract openTransaction(query: Query): Promise<(hasFailed: boolean) => Promise<void>>
  abstract begin(sql: string, readOnly: boolean): Promise<void>
  abstract commit(): Promise<void>
  abstract rollback(): Promise<void>
  abstract release(): void
  /** Ends the connection, once its query was cancelled. */
  protected abstract kill(): void

  async control(sql: string): Promise<void> {
    await this.run(control(sql), undefined)
  }

  /** Called by Kysely before a query that it may want to cancel. */
  async collectSessionInfo(): Promise<void> {
    this.#abort = new AbortController()
  }

  async cancelQuery(): Promise<void> {
    this.#abort?.abort()
  }

  async killSession(): Promise<void> {
    this.#abort?.abort()
    this.kill()
  }

  async executeQuery<R>(compiled: CompiledQuery): Promise<QueryResult<R>> {
    const signal = this.#abort?.signal
    try {
      return resultOf<R>(await this.run(queryOf(compiled), signal))
    } catch (error) {
      // Kysely has rejected the call with the signal's reason, and would print this error.
      if (signal?.aborted) return { rows: [] }
      throw error
    } finally {
      this.#abort = undefined
    }
  }

  async *streamQuery<R>(
    compiled: CompiledQuery,
    chunkSize: number,
    { signal }: AbortableOperationOptions = {},
  ): AsyncIterableIterator<QueryResult<R>> {
    const query = queryOf(compiled)
    const name = nextPortal()
    let hasFailed = false
    let isOpen = false
    const end = await this.openTransaction(query)
    try {
      for (let isSuspended: boolean | undefined = true; isSuspended; ) {
        const result: Result = await this.run({ ...query, portal: { name, chunkSize, isOpen } }, signal)
        isSuspended = result.isSuspended
        isOpen = true
        if (result.rows.length > 0) yield { rows: result.rows as R[] }
      }
    } catch (error) {
      hasFailed = true
      // As above.
      if (!signal?.aborted) throw error
    } finally {
      if (hasFailed || signal?.aborted) {
        // A connection that was lost has rolled back by itself; Kysely does not wait for this after an abort.
        await end(true).catch(() => {})
      } else {
        if (isOpen) await this.control(`close ${name}`)
        await end(false)
      }
    }
  }
}

let portals = 0

function nextPortal(): string {
  portals += 1
  return `stream_${portals}`
}

export function queryOf({ sql, parameters, query }: CompiledQuery): Query {
  const readOnly = /^select\b/i.test(sql)
  return { sql, values: parameters.map(encode), prepared: false, readOnly, target: targetOf(query) }
}

const CHANGES = ['INSERT', 'UPDATE', 'DELETE', 'MERGE']

function resultOf<R>({ command, rowCount, rows }: Result): QueryResult<R> {
  // Several statements at once have several results, which Kysely has no place for.
  if (rows === undefined) return { rows: [] }
  return CHANGES.includes(command)
    ? { numAffectedRows: BigInt(rowCount ?? 0), rows: rows as R[] }
    : { rows: rows as R[] }
}
