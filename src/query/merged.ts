import type { RawBuilder, SqlBool } from 'kysely'
import type { TableName } from '../../generated/catalog.ts'
import type { CallOptions, Connection } from '../connection/index.ts'
import { sql } from '../kysely/index.ts'
import { raw } from './compile.ts'
import { queryFirst } from './execute.ts'
import { type Statement, statement } from './statement.ts'

/** A table whose rows are merged and have external ids. */
export interface MergedTable {
  readonly table: TableName
  /** The column of the key. */
  readonly key: string
}

/** The key of a row in another system, as expressions. */
interface External {
  readonly source: RawBuilder<unknown>
  readonly externalId: RawBuilder<unknown>
}

/** `(select …)`: the row in use that the latest merged one with the external id leads to. */
export function winnerOf({ table, key }: MergedTable, { source, externalId }: External): RawBuilder<string> {
  return sql`(select winner.${sql.id(key)} from ${sql.table(table)} as loser
    join ${sql.table(table)} as winner on winner.${sql.id(key)} = loser.merged_into and winner.archived_at is null
    where loser.source = ${source} and loser.external_id = ${externalId} and loser.merged_into is not null
    order by loser.archived_at desc limit 1)`
}

/** Whether a new row may have the external id: it does not lead to a winner, or a row in use has it, which is in conflict then. */
export function isNotMerged(of: MergedTable, external: External): RawBuilder<SqlBool> {
  return sql`(${winnerOf(of, external)} is null or exists (select from ${sql.table(of.table)} as used
    where used.source = ${external.source} and used.external_id = ${external.externalId} and used.archived_at is null))`
}

/** `select values`: those of a new row, or none if its external id leads to a winner. */
export function valuesUnlessMerged(
  of: MergedTable,
  external: External,
  values: Readonly<Record<string, RawBuilder<unknown>>>,
): RawBuilder<unknown> {
  return sql`select ${sql.join(Object.values(values))} where ${isNotMerged(of, external)}`
}

/** Finds the winner that an external id leads to. */
export type FindWinner = Statement<{ source: string; externalId: string }, { winnerId: string }>

/** Defines it for a table. `name` is that of the statement. */
export function findWinner(name: string, of: MergedTable): FindWinner {
  return statement(name, (_, $) =>
    raw<{ winnerId: string }>(
      sql`select found.id as "winnerId" from (select ${winnerOf(of, $)} as id) as found where found.id is not null`,
    ),
  )
}

/** Creates or updates a row by its external id; if that leads to the winner of a merge, the winner is updated and keeps its own. */
export async function upsertOrFollow<
  Values extends { source?: string | null | undefined; externalId?: string | null | undefined },
  Row,
>(
  connection: Connection,
  find: FindWinner,
  external: { source: string; externalId: string },
  values: Values,
  {
    upsert,
    update,
    call,
  }: {
    upsert: () => Promise<Row | undefined>
    update: (id: string, values: Omit<Values, 'source' | 'externalId'>) => Promise<Row>
    call: CallOptions | undefined
  },
): Promise<Row> {
  const row = await upsert()
  if (row !== undefined) return row
  const found = await queryFirst(connection, find, external, call)
  // The winner may have been archived in the meantime.
  if (!found) return upsertOrFollow(connection, find, external, values, { upsert, update, call })
  const { source, externalId, ...own } = values
  return update(found.winnerId, own)
}
