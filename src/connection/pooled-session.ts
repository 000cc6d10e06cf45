import type pg from 'pg'

/** How often the sessions of two connections are compared. */
const SAMPLES = 5

/** How long a pooler may take for it, in milliseconds. One in session mode gives the second connection no session while it has none left. */
const PATIENCE = 2_000

/**
 * Whether a pooler hands each transaction of a connection to any of its sessions, as PgBouncer's `pool_mode =
 * transaction` does. A pooler that keeps a session for a connection is as good as the server itself.
 *
 * @param connect opens another connection to the same address.
 */
export async function isTransactionPooled(
  client: pg.Client,
  connect: () => Promise<pg.Client>,
): Promise<boolean> {
  const session = await sessionOf(client)
  // The server announces its own process to a connection; a pooler makes a number up.
  if ((client as unknown as { processID: number }).processID === session) return false
  const other = await connect()
  const timer = setTimeout(() => destroy(other), PATIENCE)
  try {
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const otherSession = await sessionOf(other).catch(() => undefined)
      if (otherSession === undefined) return false
      if (otherSession === session || (await sessionOf(client)) !== session) return true
    }
    return false
  } finally {
    clearTimeout(timer)
    await other.end().catch(() => {})
  }
}

async function sessionOf(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid
}

/** Ends the connection at once, without waiting for the other side. */
export function destroy(client: pg.Client): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } }
  connection.stream.destroy()
}
