import type { RawBuilder, SqlBool } from 'kysely'
import type { TableName } from '../../generated/catalog.ts'
import type { CallOptions, Connection } from '../connection/index.ts'
import { NotFoundError } from '../errors/index.ts'
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

/**
 * `select … for no key update`: rows in use, found by their external ids, locked in the order of their keys. It waits for a merge of
 * them, and has none that was merged.
 *
 * @param from the tables, and the condition on `used`, the row in use.
 */
export function lockUsed({ key }: MergedTable, from: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select used.source, used.external_id from ${from} and used.archived_at is null order by used.${sql.id(key)} for no key update of used`
}

/**
 * Whether an external id is that of a row which `used` has locked, which the insert is in conflict with then, or is free: no row has it, and
 * it leads to no winner. The snapshot of the statement is older than a merge that it waited for, so that it tells nothing of such an id.
 */
export function isUsedOrFree(of: MergedTable, external: External): RawBuilder<SqlBool> {
  const { source, externalId } = external
  return sql`((${source}, ${externalId}) in (select used.source, used.external_id from used) or ${winnerOf(of, external)} is null and not exists (
    select from ${sql.table(of.table)} as seen where seen.source = ${source} and seen.external_id = ${externalId} and seen.archived_at is null))`
}

/** `select values`: those of a new row, or none if its external id leads to a winner or was merged while the statement waited. */
export function valuesUnlessMerged(
  of: MergedTable,
  external: External,
  values: Readonly<Record<string, RawBuilder<unknown>>>,
): RawBuilder<unknown> {
  const from = sql`${sql.table(of.table)} as used where used.source = ${external.source} and used.external_id = ${external.externalId}`
  return sql`with used as materialized (${lockUsed(of, from)}) select ${sql.join(Object.values(values))} where ${isUsedOrFree(of, external)}`
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

/** Attempts of an upsert whose row is merged or archived each time. A row that the caller may not change looks like that as well. */
export const MOST_ATTEMPTS = 5

/**
 * Creates or updates a row by its external id; if that leads to the winner of a merge, the winner is updated and keeps its own.
 *
 * @throws {NotFoundError} the row in use is one that the caller may not change.
 */
export async function upsertOrFollow<
  Values extends { source?: string | null | undefined; externalId?: string | null | undefined },
  Row,
>(
  connection: Connection,
  { table, find }: { table: TableName; find: FindWinner },
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
  for (let attempts = 1; ; attempts += 1) {
    const row = await upsert()
    if (row !== undefined) return row
    const found = await queryFirst(connection, find, external, call)
    if (found) {
      const { source, externalId, ...own } = values
      return update(found.winnerId, own)
    }
    // The winner may have been archived in the meantime.
    if (attempts === MOST_ATTEMPTS)
      throw new NotFoundError(table, { source: external.source, external_id: external.externalId })
  }
}
