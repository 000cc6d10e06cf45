import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { AdminError } from './errors.ts'
import {
  describeHolders,
  holdersOfAdvisoryLock,
  type OnWait,
  REPORT_AFTER,
  REPORT_INTERVAL,
} from './waiting.ts'

/** Key of the advisory lock that keeps commands on one database apart; a number that no other application uses. */
export const TURN_LOCK = 7_205_759_403

const POLL_INTERVAL = 50

export interface Patience {
  /** Milliseconds to wait; 0 for any time. */
  readonly patience: number
  readonly onWait: OnWait
}

/**
 * Waits until no other command works on this database. It polls: a session that waits within PostgreSQL holds a snapshot,
 * and an index that is built concurrently waits for snapshots to end. (A query with parameters in a transaction holds one
 * too, until the next query.)
 *
 * @param level whether the lock ends with the transaction, or with the session.
 * @throws {AdminError} the other command took too long; the message names its session.
 */
export async function takeTurn(
  client: pg.ClientBase,
  { patience, onWait, level = 'transaction' }: Patience & { level?: 'transaction' | 'session' },
): Promise<void> {
  const acquire = level === 'session' ? 'pg_try_advisory_lock' : 'pg_try_advisory_xact_lock'
  const started = performance.now()
  for (let nextReport = REPORT_AFTER; ; await sleep(POLL_INTERVAL)) {
    const { rows } = await client.query<{ acquired: boolean }>(
      `select pg_catalog.${acquire}(${TURN_LOCK}) as acquired`,
    )
    if (rows[0]?.acquired) return
    const milliseconds = Math.round(performance.now() - started)
    if (patience > 0 && milliseconds > patience) throw await tookTooLong(client, milliseconds)
    if (milliseconds < nextReport) continue
    nextReport = milliseconds + REPORT_INTERVAL
    onWait({ milliseconds, holders: await holdersOfAdvisoryLock(client, TURN_LOCK) })
  }
}

async function tookTooLong(client: pg.ClientBase, milliseconds: number): Promise<AdminError> {
  const holders = describeHolders(await holdersOfAdvisoryLock(client, TURN_LOCK))
  return new AdminError(
    `Another command of this library has been working on the database for at least ${milliseconds} ms. No changes were made. Wait until it ends, or allow more time.${holders && `\nHeld by ${holders}`}`,
  )
}
