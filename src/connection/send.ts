import type pg from 'pg'
import type { Cancellation } from './cancellation.ts'
import { types } from './codec.ts'
import { CopyIn } from './copy.ts'
import { Exchange } from './exchange.ts'
import type { Query, Result } from './query.ts'

/** Runs a query on a connection that nobody else uses meanwhile. */
export async function send(
  client: pg.ClientBase,
  query: Query,
  cancellation: Cancellation | undefined,
): Promise<Result> {
  if (!cancellation) return sendToServer(client, query)
  cancellation.throwIfCancelled()
  const stopWatching = cancellation.cancelsOnServer(client)
  try {
    return await sendToServer(client, query)
  } finally {
    await stopWatching()
  }
}

function sendToServer(client: pg.ClientBase, query: Query): Promise<Result> {
  return new Promise((resolve, reject) => {
    submit(client, query, (error, result) => (error ? reject(error) : resolve(result)))
  })
}

/** What pg is asked to do, in its own terms. */
export function submit(
  client: pg.ClientBase,
  query: Query,
  callback: (error: Error | null, result: Result) => void,
): void {
  const { sql, values, prepared, rows } = query
  if (prepared) {
    const exchange = new Exchange([query], (error) =>
      callback(error ?? exchange.unreadable.get(0) ?? null, exchange.results[0] as Result),
    )
    void client.query(exchange as unknown as pg.Submittable)
    return
  }
  if (rows !== undefined) {
    void client.query(new CopyIn(sql, rows, callback) as unknown as pg.Submittable)
    return
  }
  const config: pg.QueryConfig = { text: sql, types }
  if (values) config.values = values as unknown[] // pg's type lacks readonly
  void client.query(config, callback)
}
