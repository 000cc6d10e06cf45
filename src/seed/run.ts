import type pg from 'pg'
import { CopyIn } from '../connection/index.ts'
import { translate } from '../errors/index.ts'

/** Runs SQL on a plain client and translates its errors to those of the library. */
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

/** Copies rows to a table. Resolves once the server has written them. */
export function copyInto(client: pg.ClientBase, sql: string, rows: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const copy = new CopyIn(sql, rows, (error) => (error ? reject(translate(error, 'writing')) : resolve()))
    // pg's type of a Submittable has more members than pg uses.
    client.query(copy as unknown as pg.Submittable)
  })
}
