import type { Compilable, Kysely, RawBuilder } from 'kysely'
import type { DB } from '../../generated/database.ts'
import { sql } from '../kysely/index.ts'
import { type Params, raw } from './compile.ts'
import type { ManyRows, ManyTable } from './many.ts'
import { isUsedOrFree, lockUsed, winnerOf } from './merged.ts'
import { type Statement, statement } from './statement.ts'

/** The statements that write many rows of a table, and return them. */
export interface ManyStatements<Row> {
  readonly get: Statement<{ keys: string[] }, Row>
  readonly create: Statement<Pick<ManyRows, 'rows'>, Row>
  readonly update: Statement<ManyRows, Row>
  readonly upsert: Statement<ManyRows, Row>
  /** Finds the winners that external ids lead to. `externals`: JSON array of objects with an index, a source and an external id. */
  readonly winners: Statement<{ externals: string }, { index: number; winnerId: string }>
  readonly archive: Statement<{ keys: string[] }, Row>
  readonly restore: Statement<{ keys: string[] }, Row>
}

/**
 * Defines the statements that write many rows.
 *
 * @param written selects the rows that a statement wrote.
 */
export function manyStatements<Row>(
  many: ManyTable,
  written: (query: Kysely<DB>, write: RawBuilder<unknown>) => Compilable<Row>,
): Omit<ManyStatements<Row>, 'get'> {
  const { table } = many
  return {
    create: statement(`${table}.createMany`, (query, $) => written(query, insertRows(many, $))),
    update: statement(`${table}.updateMany`, (query, $) => written(query, updateRows(many, $))),
    upsert: statement(`${table}.upsertMany`, (query, $) => written(query, upsertRows(many, $))),
    winners: statement(`${table}.upsertMany, merged`, (_, $) =>
      raw<{ index: number; winnerId: string }>(sql`select given.index, found.id as "winnerId"
        from jsonb_to_recordset(${$.externals}::jsonb) as given (index integer, source text, "externalId" text),
          lateral (select ${winnerOf(many, { source: sql`given.source`, externalId: sql`given."externalId"` })} as id) as found
        where found.id is not null`),
    ),
    archive: statement(`${table}.archiveMany`, (query, $) =>
      written(query, markRows(many, $, sql`coalesce(${sql.ref(`${table}.archived_at`)}, now())`)),
    ),
    restore: statement(`${table}.restoreMany`, (query, $) => written(query, markRows(many, $, sql`null`))),
  }
}

/** The rows of a statement as a relation named `row`, which has the columns of the table. */
function rowsOf({ table }: ManyTable, { rows }: Params<Pick<ManyRows, 'rows'>>): RawBuilder<unknown> {
  return sql`jsonb_populate_recordset(null::${sql.table(table)}, ${rows}::jsonb) as row`
}

/** `insert into table (key, columns) select … from rows`. `before`: a WITH clause of the select. */
function insertRows(
  many: ManyTable,
  $: Params<Pick<ManyRows, 'rows'>>,
  before: RawBuilder<unknown> = sql``,
): RawBuilder<unknown> {
  const { table, key, columns, defaults } = many
  const names = Object.keys(columns)
  const values = names.map((name) =>
    name in defaults
      ? sql`coalesce(row.${sql.id(name)}, ${sql.lit(defaults[name])})`
      : sql`row.${sql.id(name)}`,
  )
  const list = sql.join([key, ...names].map((name) => sql.id(name)))
  return sql`insert into ${sql.table(table)} (${list}) ${before} select row.${sql.id(key)}, ${sql.join(values)} from ${rowsOf(many, $)}`
}

/** `column = case …` of every column: the value of `from` where the row of the key has the field. */
function setGivenOf(
  { table, columns }: ManyTable,
  { givenByKey }: Params<ManyRows>,
  { from, key }: { from: 'row' | 'excluded'; key: RawBuilder<unknown> },
): RawBuilder<unknown> {
  const values = Object.entries(columns).map(
    ([column, field]) =>
      sql`${sql.id(column)} = case when ${givenByKey}::jsonb -> ${key} ? ${sql.lit(field)} then ${sql.id(from)}.${sql.id(column)} else ${sql.ref(`${table}.${column}`)} end`,
  )
  return sql.join(values)
}

/**
 * `update table set … from rows`: of rows with the version that is expected, if one is. They are locked in the order of their keys, so that
 * two calls do not wait for each other.
 */
function updateRows(many: ManyTable, $: Params<ManyRows>): RawBuilder<unknown> {
  const [table, key] = [sql.table(many.table), sql.id(many.key)]
  const locked = sql`select row.* from ${rowsOf(many, $)} join ${table} as locked on locked.${key} = row.${key} order by locked.${key} for update of locked`
  const values = setGivenOf(many, $, { from: 'row', key: sql`${table}.${key}::text` })
  return sql`update ${table} set ${values} from (${locked}) as row where ${table}.${key} = row.${key} and (row.version is null or row.version = ${table}.version)
    and ${table}.merged_into is null`
}

/**
 * `insert … on conflict do update`, by the external id among the rows that are not archived. Rows that lead to a winner are left out, also
 * those that were merged while this waited for them.
 */
function upsertRows(many: ManyTable, $: Params<ManyRows>): RawBuilder<unknown> {
  const key = sql`(char_length(excluded.source) || ':' || excluded.source || excluded.external_id)`
  const external = { source: sql`row.source`, externalId: sql`row.external_id` }
  const used = sql`${rowsOf(many, $)} join ${sql.table(many.table)} as used on used.source = row.source and used.external_id = row.external_id`
  const before = sql`with used as materialized (${lockUsed(many, used)})`
  return sql`${insertRows(many, $, before)} where ${isUsedOrFree(many, external)} on conflict (source, external_id) where archived_at is null and source is not null
    do update set ${setGivenOf(many, $, { from: 'excluded', key })}`
}

/** `update table set archived_at = …`, of rows that are locked in the order of their keys. */
function markRows(
  many: ManyTable,
  { keys }: Params<{ keys: string[] }>,
  archivedAt: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const [table, key] = [sql.table(many.table), sql.id(many.key)]
  const locked = sql`select ${key} from ${table} where ${key} = any(${keys}::uuid[]) and merged_into is null order by ${key} for update`
  return sql`update ${table} set archived_at = ${archivedAt} from (${locked}) as locked where ${table}.${key} = locked.${key}`
}
