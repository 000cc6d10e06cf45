import { DatabaseError } from '../errors/index.ts'
import type { Connection, Settings } from './connection.ts'
import { type ConnectionSource, HeldConnection } from './held-connection.ts'
import type { CallOptions, Query, Result } from './query.ts'

/** The connection of a transaction: it remembers what went wrong, because a commit answered by a rollback does not say. */
export class TransactionConnection implements Connection {
  readonly #held: HeldConnection
  #savepoints = 0
  firstFailure: unknown

  constructor(held: HeldConnection) {
    this.#held = held
  }

  get settings(): Settings {
    return this.#held.settings
  }

  async run(query: Query, options?: CallOptions): Promise<Result> {
    try {
      return await this.#held.run(query, options)
    } catch (error) {
      this.firstFailure ??= error
      throw error
    }
  }

  /** In a savepoint: what `fn` did is undone when it throws, and the transaction goes on. */
  async atomically<T>(fn: (connection: Connection) => Promise<T>): Promise<T> {
    this.#savepoints += 1
    const name = `savepoint_${this.#savepoints}`
    await this.run(control(`savepoint ${name}`))
    try {
      const value = await fn(this)
      await this.run(control(`release savepoint ${name}`))
      return value
    } catch (error) {
      await this.run(control(`rollback to savepoint ${name}`))
      throw error
    }
  }
}

/** Runs `fn` on a connection of its own, between `begin` and commit or rollback. */
export async function inTransaction<T>(
  source: ConnectionSource,
  fn: (connection: TransactionConnection) => Promise<T>,
  options?: CallOptions,
  begin = 'begin',
): Promise<T> {
  const held = await HeldConnection.acquire(source, options)
  const connection = new TransactionConnection(held)
  let value: T
  try {
    await held.run(control(begin))
    value = await fn(connection)
  } catch (error) {
    // A connection that is gone has rolled back by itself.
    await held.finish(control('rollback')).catch(() => {})
    throw error
  }
  const { command } = await held.finish({ ...control('commit'), readOnly: false })
  if (command === 'ROLLBACK') {
    throw new DatabaseError(
      'Nothing was committed: a query in the transaction failed and its error was caught. Let it pass, or use savepoint().',
      { cause: connection.firstFailure },
    )
  }
  return value
}

/** BEGIN, SAVEPOINT and the like: losing the connection undoes them. */
function control(sql: string): Query {
  return { sql, prepared: false, readOnly: true }
}
