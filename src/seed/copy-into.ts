import type pg from 'pg'
import { CopyIn } from '../copy.ts'

/** Resolves with the number of rows, once the server has written them; errors come as pg has them. */
export function copyInto(client: pg.ClientBase, sql: string, rows: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const copy = new CopyIn(sql, rows, (error, { rowCount }) =>
      error ? reject(error) : resolve(rowCount ?? 0),
    )
    // pg's declarations ask a Submittable for nothing that it has.
    client.query(copy as unknown as pg.Submittable)
  })
}
