import { readFileSync } from 'node:fs'
import type pg from 'pg'
import type { Catalog } from './catalog.ts'

const CATALOG = readFileSync(new URL('catalog.sql', import.meta.url), 'utf8')

/**
 * Reads the catalog in one round trip, under a search_path of pg_catalog alone: PostgreSQL names every object with its
 * schema then, and `public` is left out here.
 */
export async function readCatalog(client: pg.ClientBase): Promise<Catalog> {
  const { rows } = await client.query<{ catalog: string }>(
    CATALOG.replace(/\) as catalog\s*$/, ')::text as catalog'),
  )
  return JSON.parse(
    (rows[0] as { catalog: string }).catalog.replaceAll(/\bpublic\.(?=[a-z_]|\\")/g, ''),
  ) as Catalog
}
