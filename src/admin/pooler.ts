import type pg from 'pg'
import { connect } from './session.ts'

/** How often the sessions of two connections are compared. */
const SAMPLES = 5

/**
 * Whether a pooler hands each transaction of a connection to any of its sessions, as PgBouncer's `pool_mode =
 * transaction` does. A pooler that keeps a session for a connection is as good as the server itself.
 */
export async function isTransactionPooled(url: string, client: pg.Client): Promise<boolean> {
  const session = await sessionOf(client)
  // The server announces its own process to a connection; a pooler makes a number up.
  if ((client as unknown as { processID: number }).processID === session) return false
  const other = await connect(url)
  try {
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      if ((await sessionOf(other)) === session || (await sessionOf(client)) !== session) return true
    }
    return false
  } finally {
    await other.end().catch(() => {})
  }
}

async function sessionOf(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid
}
