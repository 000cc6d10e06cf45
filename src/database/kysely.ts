import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely'
import type { DB } from '../../generated/database.ts'
import { type Connection, encode, HeldConnection, type PoolConnection } from '../connection/index.ts'
import { DatabaseError } from '../errors/index.ts'

/** Kysely on the pool's connections: the same row types, errors and query events, for a service's own queries. */
export function kyselyOnPool(pool: PoolConnection): Kysely<DB> {
  return kyselyOn(async () => {
    const held = await HeldConnection.acquire(pool)
    return clientOf(
      (query) => held.run(query),
      (destroy) => void held.release({ destroy }),
    )
  })
}

/** Kysely inside a transaction, whose end is not Kysely's to decide. */
export function kyselyInTransaction(connection: Connection): Kysely<DB> {
  const run: Run = (query) => {
    if (!/^(begin|start transaction)\b/.test(query.sql)) return connection.run(query)
    throw new DatabaseError(
      'A transaction is open already: use tx.savepoint() for a part that may fail on its own.',
    )
  }
  return kyselyOn(async () => clientOf(run, () => {}))
}

type Run = Connection['run']

function kyselyOn(connect: () => Promise<PostgresPoolClient>): Kysely<DB> {
  const pool = { connect, end: async () => {}, options: {} }
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })
}

function clientOf(run: Run, release: (destroy?: boolean) => void): PostgresPoolClient {
  const query = async (sql: string, parameters: readonly unknown[]) =>
    run({ sql, values: parameters.map(encode), prepared: false, readOnly: /^select\b/i.test(sql) })
  // The interface's other signature takes a cursor, which Kysely asks for only when its dialect is given one.
  return { query: query as PostgresPoolClient['query'], release }
}
