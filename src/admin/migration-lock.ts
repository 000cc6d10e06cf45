import type pg from 'pg'
import { isTransactionPooled } from '../connection/index.ts'
import { type Patience, takeTurn } from './command-lock.ts'
import { AdminError } from './errors.ts'
import { connect } from './session.ts'
import { describeUrl } from './url.ts'

/**
 * Runs `fn` while no other process migrates, creates, drops or resets this database. The lock belongs to the session in
 * which `fn` works: it lasts as long as the server works for a killed command.
 *
 * @throws {AdminError} the URL leads to a pooler that gives no session of one's own; the other command took too long.
 */
export async function inTurn<T>(
  url: string,
  patience: Patience,
  fn: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connect(url)
  try {
    // Before anything that a session keeps.
    if (await isTransactionPooled(client, () => connect(url))) throw pooled(url)
    await client.query('set lock_timeout = 0; set statement_timeout = 0; set client_min_messages = warning')
    await takeTurn(client, { ...patience, level: 'session' })
    try {
      return await fn(client)
    } finally {
      // The connection's end does it too, but not behind a pooler that keeps sessions.
      await client.query('reset all; select pg_catalog.pg_advisory_unlock_all()').catch(() => {})
    }
  } finally {
    await client.end().catch(() => {})
  }
}

function pooled(url: string): AdminError {
  return new AdminError(
    `${describeUrl(url)} is a pooler in transaction mode: it gives each transaction another session, and a migration needs one of its own. Nothing was changed. Use the address of the server itself, or a pool in session mode.`,
  )
}
