import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { translate, UnavailableError } from '../errors/index.ts'
import type { Cancellation } from './cancellation.ts'
import { ListenSession, type ListenSessionOptions } from './listen-session.ts'
import type { Query } from './query.ts'
import type { ObservedCall } from './query-log.ts'
import { backoff } from './retry.ts'

/** An item of `db.listen()`. */
export type ListenEvent =
  /** The session listens from now on. Notifications sent before, while there was no connection, were missed. */
  | { readonly kind: 'connected'; readonly isReconnect: boolean }
  | { readonly kind: 'notification'; readonly payload: string }
  /** This many notifications were dropped, because more waited for the loop than `maxPending`. */
  | { readonly kind: 'missed'; readonly count: number }

/** Listens on a connection of its own, and on another one, with back-off, when it is lost. */
export async function* listen(
  pool: pg.Pool,
  channel: string,
  cancellation: Cancellation,
  options: ListenSessionOptions,
  observe: (query: Query) => ObservedCall | undefined,
): AsyncGenerator<ListenEvent, void, undefined> {
  let isReconnect = false
  for (let failures = 0; ; failures += 1) {
    const session = new ListenSession(pool, options)
    try {
      const query = listenTo(channel)
      const start = () => cancellation.race(session.start(query.sql), 'not sent')
      const call = observe(query)
      call?.noteAttempt()
      await (call ? call.track(start) : start())
      failures = 0
      yield { kind: 'connected', isReconnect }
      isReconnect = true
      for (;;) {
        const item = await cancellation.race(session.next(), 'reading')
        if (item === undefined) break
        yield item
      }
    } catch (error) {
      if (cancellation.isCancelled) throw error
      const failure = translate(error, 'not sent')
      const isTemporary = failure instanceof UnavailableError && failure.retryable
      if (!isReconnect || !isTemporary) throw failure
    } finally {
      session.end()
    }
    await cancellation.race(sleep(backoff(failures)), 'not sent')
  }
}

function listenTo(channel: string): Query {
  const sql = `listen "${channel.replaceAll('"', '""')}"`
  return { sql, prepared: false, readOnly: true, target: { operation: 'LISTEN' } }
}
