import type { Context } from 'hono'
import type pg from 'pg'
import type { StudioDatabase } from './database.ts'

/** Runs `fn` in a transaction that only reads, until the browser gives the request up. */
export type Read = <T>(context: Context, fn: (client: pg.ClientBase) => Promise<T>) => Promise<T>

export const readerOf =
  (database: StudioDatabase): Read =>
  (context, fn) =>
    database.read((client) => cancelable(context, database, client, fn))

/** The JSON of a request. */
export async function bodyOf<T>(context: Context): Promise<T> {
  const value: unknown = await context.req.json().catch(() => undefined)
  if (typeof value !== 'object' || value === null) throw new TypeError('The request must be JSON.')
  return value as T
}

/** Cancels the statement on the server when the browser gives up the request. */
async function cancelable<T>(
  context: Context,
  database: StudioDatabase,
  client: pg.ClientBase,
  fn: (client: pg.ClientBase) => Promise<T>,
): Promise<T> {
  const { signal } = context.req.raw
  const { processID } = client as pg.ClientBase & { processID: number }
  let canceling: Promise<void> | undefined
  const cancel = () => {
    canceling = database.cancel(processID).catch(() => {})
  }
  signal.addEventListener('abort', cancel)
  try {
    return await fn(client)
  } finally {
    signal.removeEventListener('abort', cancel)
    // The session is used again: a cancellation that arrived later would end the statement of another request.
    await canceling
  }
}
