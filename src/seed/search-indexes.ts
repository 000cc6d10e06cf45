import type pg from 'pg'

/** What creates the indexes again. */
export interface DroppedIndexes {
  readonly count: number
  create(onProgress: (done: number) => void): Promise<void>
}

/** GIN indexes of these tables, which are ours to drop and hold less than so many bytes; as the catalog has them. */
const INDEXES = `
  select index.oid::regclass::text as name, pg_get_indexdef(index.oid) as definition,
    'comment on index ' || index.oid::regclass || ' is ' || quote_nullable(obj_description(index.oid, 'pg_class')) as comment
  from pg_index
  join pg_class as index on index.oid = indexrelid
  join pg_am on pg_am.oid = index.relam
  join pg_class as of_table on of_table.oid = indrelid
  where amname = 'gin' and indrelid = any ($1::regclass[]) and pg_has_role(of_table.relowner, 'usage')
    and pg_table_size(indrelid) < $2
  order by name`

interface Index {
  name: string
  definition: string
  comment: string
}

/**
 * Drops the search indexes of tables that hold less than so many bytes: filling them row by row takes far longer than
 * making them of what is there.
 */
export async function dropSearchIndexes(
  client: pg.ClientBase,
  tables: readonly string[],
  bytes: number,
): Promise<DroppedIndexes> {
  const { rows } = await client.query<Index>(INDEXES, [tables, bytes])
  for (const { name } of rows) await client.query(`drop index ${name}`)
  return {
    count: rows.length,
    async create(onProgress) {
      const { rows: before } = await client.query<{ memory: string }>(
        `select current_setting('maintenance_work_mem') as memory, set_config('maintenance_work_mem', '512MB', true)`,
      )
      onProgress(0)
      for (const [at, { definition, comment }] of rows.entries()) {
        await client.query(`${definition}; ${comment}`)
        onProgress(at + 1)
      }
      await client.query(`select set_config('maintenance_work_mem', $1, true)`, [before[0]?.memory])
    },
  }
}
