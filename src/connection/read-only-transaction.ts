import type pg from 'pg'
import type { ClientState } from './client-state.ts'
import { Exchange } from './exchange.ts'
import type { Query, Result } from './query.ts'

/** Read committed, so that the query sees what the check before it has seen, regardless of the server's default. */
const BEGIN = {
  name: 'begin read only',
  sql: 'begin isolation level read committed, read only',
  prepared: true,
  readOnly: true,
}
const COMMIT = { name: 'commit read only', sql: 'commit', prepared: true, readOnly: true }

/** Sends BEGIN, the check, the query and COMMIT in one message. The server refuses every write between them. */
export function submitReadOnlyTransaction(
  state: ClientState,
  query: Query,
  answer: (error: Error | null, result: Result) => void,
): void {
  const statements: Query[] = [
    BEGIN,
    ...(query.check ? [query.check] : []),
    query,
    { ...COMMIT, actor: query.actor },
  ]
  const prepared = query.prepared && statements.every(({ name = '' }) => state.isPreparable(name))
  const exchange = new Exchange(
    statements.map((statement) => ({ ...statement, prepared })),
    (error) => {
      const { results, unreadable } = exchange
      if (!error) {
        const checked = query.check ? results[1]?.rows[0] : undefined
        const failure = [...unreadable.values()][0] ?? null
        return answer(failure, { ...(results.at(-2) as Result), checked })
      }
      if (exchange.name) state.noteFailure(exchange.name, error)
      // The transaction is open, and has failed: the next caller must not get it.
      void state.client.query('rollback', (failure: Error | null) => {
        state.isBroken ||= Boolean(failure)
        answer(error, { rows: [], rowCount: null, command: '' })
      })
    },
    (statement) => state.isPreparable(statement),
  )
  void state.client.query(exchange as unknown as pg.Submittable)
}
