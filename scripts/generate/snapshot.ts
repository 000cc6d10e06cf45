import pg from 'pg'
import { readLive, readSchemaFiles, snapshotFile } from '../../src/admin/index.ts'

/** generated/snapshot.json: every object of `schema/` with its facts, for a verify that may not create anything. */
export async function emitSnapshot(connectionString: string): Promise<string> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query('begin read only')
    const { rows } = await client.query<{ name: string }>(
      `select nspname::text as name from pg_namespace where nspname !~ '^(pg_|information_schema$|public$)' order by 1`,
    )
    const namespaces = rows.map(({ name }) => name)
    return snapshotFile(await readLive(client, 'public', namespaces), await readSchemaFiles())
  } finally {
    await client.end()
  }
}
