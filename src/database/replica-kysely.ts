import type { Kysely } from 'kysely'
import type { DB } from '../../generated/database.ts'
import type { Connection, Query, Result } from '../connection/index.ts'
import { DatabaseError } from '../errors/index.ts'
import { kyselyOn } from './kysely-dialect.ts'
import { KyselySession } from './kysely-session.ts'

/** Kysely whose queries are read-only transactions, each on any of the replicas. */
export function kyselyOnReplicas(connection: Connection): Kysely<DB> {
  return kyselyOn(async () => new ReplicaSession(connection))
}

class ReplicaSession extends KyselySession {
  readonly #connection: Connection

  constructor(connection: Connection) {
    super()
    this.#connection = connection
  }

  protected run(query: Query, signal: AbortSignal | undefined): Promise<Result> {
    const read = { ...query, readOnly: true, inReadOnlyTransaction: true }
    return this.#connection.run(read, signal && { signal })
  }

  protected async openTransaction(): Promise<never> {
    throw refused()
  }

  async begin(): Promise<void> {
    throw refused()
  }

  async commit(): Promise<void> {
    throw refused()
  }

  async rollback(): Promise<void> {}

  protected kill(): void {}

  release(): void {}
}

function refused(): DatabaseError {
  return new DatabaseError(
    'A replica takes single reads: a transaction or a stream could not continue on another server. Use db.transaction(…, { readOnly: true }).',
  )
}
