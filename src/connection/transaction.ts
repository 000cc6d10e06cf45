import type { ActorStatement } from './actor-statement.ts'
import { GRACE } from './cancel-request.ts'
import type { Cancellation } from './cancellation.ts'
import { type ConnectionSource, HeldConnection } from './held-connection.ts'
import { begin, control, TransactionConnection } from './transaction-connection.ts'

/** How a transaction begins. */
export interface Begin {
  readonly sql: string
  readonly readOnly: boolean
  /** The actor of the transaction. */
  readonly actor?: ActorStatement | undefined
}

export const BEGIN: Begin = { sql: 'begin', readOnly: false }

/**
 * Runs `fn` on a connection of its own, between BEGIN and COMMIT or ROLLBACK. A timeout or signal ends the transaction
 * at any moment up to COMMIT, also while `fn` waits for something else than the database.
 */
export async function inTransaction<T>(
  source: ConnectionSource,
  fn: (connection: TransactionConnection) => Promise<T>,
  cancellation: Cancellation,
  opening = BEGIN,
): Promise<T> {
  const letGo = source.clients.hold(cancellation)
  try {
    const held = await source.retrying(() => beginOn(source, opening, cancellation), cancellation)
    const hasActor = opening.actor !== undefined
    const connection = new TransactionConnection({ held, hasActor, savepoints: 0 }, cancellation)
    try {
      const value = await perform(fn, connection, held, cancellation)
      await commit(connection, held, cancellation)
      await cancellation.race(connection.runAfterCommit(), 'writing').catch(() => {})
      return value
    } finally {
      held.release()
    }
  } finally {
    letGo()
  }
}

async function beginOn(
  source: ConnectionSource,
  { sql, readOnly, actor }: Begin,
  cancellation: Cancellation,
): Promise<HeldConnection> {
  const held = await HeldConnection.acquire(source, cancellation)
  try {
    held.startTransaction({ readOnly })
    await held.control(begin(sql, actor), cancellation, 'reading')
    return held
  } catch (error) {
    held.release()
    throw error
  }
}

async function perform<T>(
  fn: (connection: TransactionConnection) => Promise<T>,
  connection: TransactionConnection,
  held: HeldConnection,
  cancellation: Cancellation,
): Promise<T> {
  try {
    cancellation.throwIfCancelled()
    const value = await cancellation.race((async () => fn(connection))(), 'reading')
    await connection.end()
    cancellation.throwIfCancelled()
    return value
  } catch (error) {
    await connection.end()
    await held.sendOrClose(control('rollback'), GRACE)
    throw error
  }
}

async function commit(
  connection: TransactionConnection,
  held: HeldConnection,
  cancellation: Cancellation,
): Promise<void> {
  const query = { ...control('commit'), readOnly: false }
  const { command } = await held.control(query, cancellation, 'writing')
  if (command === 'ROLLBACK') throw connection.swallowed()
  // The functions after the commit may want a connection, too.
  held.release()
}
