import { readFile } from 'node:fs/promises'
import pg from 'pg'
import type { Catalog } from './catalog.ts'
import { readTags } from './tags.ts'

/** Makes the printed names and constants independent of the server: schemas other than `public` are named, times are ISO. */
const SETTINGS = '-c search_path=public -c timezone=UTC -c datestyle=ISO'

/** Reads the catalog in one round trip. */
export async function readCatalog(connectionString: string): Promise<Catalog> {
  const query = await readFile(new URL('catalog.sql', import.meta.url), 'utf8')
  const client = new pg.Client({ connectionString, options: SETTINGS })
  await client.connect()
  try {
    const { rows } = await client.query<{ catalog: Catalog }>(query)
    return readTags((rows[0] as { catalog: Catalog }).catalog)
  } finally {
    await client.end()
  }
}
