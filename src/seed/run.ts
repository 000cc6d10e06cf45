import type pg from 'pg'
import { CopyIn } from '../connection/index.ts'
import { translate } from '../errors/index.ts'

/** Runs SQL on a plain client; errors are the library's. */
export async function run<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  sql: string,
  values?: unknown[],
): Promise<Row[]> {
  try {
    return (await client.query<Row>(sql, values)).rows
  } catch (error) {
    throw translate(error, 'writing')
  }
}

/** Resolves once the server has written the rows. */
export function copyInto(client: pg.ClientBase, sql: string, rows: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const copy = new CopyIn(sql, rows, (error) => (error ? reject(translate(error, 'writing')) : resolve()))
    // pg's declarations ask a Submittable for more than pg does.
    client.query(copy as unknown as pg.Submittable)
  })
}
