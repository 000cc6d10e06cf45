import { readFileSync } from 'node:fs'
import type pg from 'pg'
import type { Catalog } from './catalog.ts'

const CATALOG = readFileSync(new URL('catalog.sql', import.meta.url), 'utf8')

/** Reads the catalog in one round trip. */
export async function readCatalog(client: pg.ClientBase): Promise<Catalog> {
  const { rows } = await client.query<{ catalog: Catalog }>(CATALOG)
  return (rows[0] as { catalog: Catalog }).catalog
}
