import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely'
import type { DB } from '../../generated/database.ts'
import {
  Cancellation,
  type Connection,
  encode,
  HeldConnection,
  type PoolConnection,
  type Query,
  Turns,
} from '../connection/index.ts'
import { DatabaseError } from '../errors/index.ts'

/** Kysely on the pool's connections, for a service's own queries: with the same row types, errors and query events. */
export function kyselyOnPool(pool: PoolConnection): Kysely<DB> {
  return kyselyOn(async () => {
    const cancellation = Cancellation.of(pool.withDefaults(undefined))
    try {
      const held = await pool.retrying(() => HeldConnection.acquire(pool, cancellation), cancellation)
      const turns = new Turns()
      return clientOf(
        (query) => turns.take(() => sendOwn(pool, held, query)),
        (destroy) => held.release({ destroy }),
      )
    } finally {
      cancellation?.end()
    }
  })
}

async function sendOwn(pool: PoolConnection, held: HeldConnection, query: Query) {
  const cancellation = Cancellation.of(pool.withDefaults(undefined))
  try {
    const isUndone = query.readOnly || (held.isInTransaction && !ENDS_TRANSACTION.test(query.sql))
    return await held.send(query, cancellation, isUndone ? 'reading' : 'writing')
  } finally {
    cancellation?.end()
  }
}

/** Kysely inside a transaction, whose end is not Kysely's to decide. */
export function kyselyInTransaction(connection: Connection): Kysely<DB> {
  const run: Run = async (query) => {
    if (CONTROLS_TRANSACTION.test(query.sql)) {
      throw new DatabaseError(
        'A transaction is open, and is ended by the function passed to transaction(). Use tx.savepoint() for a part that may fail on its own.',
      )
    }
    return connection.run({ ...query, isSingle: true })
  }
  return kyselyOn(async () => clientOf(run, () => {}))
}

/** Blanks and comments, in which those of C may be nested once. */
const START = String.raw`^(?:\s|;|--[^\n]*(?:\n|$)|/\*(?:[^*/]|\*(?!/)|/(?!\*)|/\*(?:[^*]|\*(?!/))*\*/)*\*/)*`
const CONTROLS_TRANSACTION = new RegExp(
  String.raw`${START}(?:begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\s+transaction)\b`,
  'i',
)
const ENDS_TRANSACTION = new RegExp(String.raw`${START}(?:commit|end|prepare\s+transaction)\b`, 'i')

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
