import type pg from 'pg'
import { run } from './run.ts'

interface Index extends pg.QueryResultRow {
  readonly name: string
  readonly definition: string
  readonly comment: string
}

/** The GIN indexes of a table, if the current role owns it and it is smaller than so many bytes. */
const INDEXES = `
  select index.oid::regclass::text as name, pg_get_indexdef(index.oid) as definition, format(
    'comment on index %s is %s', index.oid::regclass, quote_nullable(obj_description(index.oid, 'pg_class'))) as comment
  from pg_index
  join pg_class as index on index.oid = indexrelid
  join pg_class as owner on owner.oid = indrelid
  join pg_am as method on method.oid = index.relam
  where indrelid = $1::regclass and method.amname = 'gin' and pg_has_role(owner.relowner, 'usage')
    and pg_table_size(indrelid) < $2
  order by name`

/** Drops the search indexes and returns them. Inserting into them row by row takes much longer than building them. */
export async function dropSearchIndexes(
  client: pg.ClientBase,
  table: string,
  bytes: number,
): Promise<readonly Index[]> {
  const indexes = await run<Index>(client, INDEXES, [table, bytes])
  for (const { name } of indexes) await run(client, `drop index ${name}`)
  return indexes
}

/** Creates the dropped indexes again, with their definitions and comments. */
export async function createSearchIndexes(
  client: pg.ClientBase,
  indexes: readonly Index[],
  report: (done: number) => void,
): Promise<void> {
  const [before] = await run<{ memory: string }>(client, MORE_MEMORY)
  report(0)
  for (const [at, { definition, comment }] of indexes.entries()) {
    await run(client, `${definition}; ${comment}`)
    report(at + 1)
  }
  await run(client, `select set_config('maintenance_work_mem', $1, true)`, [before?.memory])
}

const MORE_MEMORY = `
  select memory, set_config('maintenance_work_mem', greatest(pg_size_bytes(memory), 268435456) / 1024 || 'kB', true)
  from current_setting('maintenance_work_mem') as memory`
