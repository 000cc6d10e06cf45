import pg from 'pg'

/** Where unqualified names of the tables lead: the first schema of the connection's search_path that exists. */
export async function currentNamespace(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ name: string | null }>('select pg_catalog.current_schema() as name')
  return rows[0]?.name ?? 'public'
}

/** Runs `read` with another search_path, within a transaction, and restores the one before. */
export async function withSearchPath<T>(
  client: pg.ClientBase,
  namespaces: readonly string[],
  read: () => Promise<T>,
): Promise<T> {
  const { rows } = await client.query<{ path: string }>(
    `select pg_catalog.current_setting('search_path') as path`,
  )
  await setSearchPath(client, namespaces.map((name) => pg.escapeIdentifier(name)).join(', '))
  try {
    return await read()
  } finally {
    // In a transaction that has failed, the rollback restores it.
    await setSearchPath(client, rows[0]?.path ?? '').catch(() => {})
  }
}

function setSearchPath(client: pg.ClientBase, path: string): Promise<unknown> {
  return client.query(`select pg_catalog.set_config('search_path', $1, true)`, [path])
}
