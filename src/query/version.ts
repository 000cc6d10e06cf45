import type { RawBuilder, SqlBool } from 'kysely'
import type { TableName } from '../../generated/catalog.ts'
import type { CallOptions, Connection } from '../connection/index.ts'
import { StaleVersionError } from '../errors/index.ts'
import { checkFields, optional, wholeNumber } from '../input/index.ts'
import { sql } from '../kysely/index.ts'
import { type Params, raw } from './compile.ts'
import { orThrowNotFound, queryFirst } from './execute.ts'
import { type Statement, statement } from './statement.ts'

/** Options of an update of one row. */
export interface UpdateOptions extends CallOptions {
  /** The version of the row that the caller has read. If it is absent, the version is not checked. */
  ifVersion?: number | undefined
}

/** The parameter of a statement that updates a row only if it has this version; null updates any version. */
export interface IfVersion {
  ifVersion: number | null
}

/** The condition that the row has the expected version. */
export function hasVersion($: Params<IfVersion>): RawBuilder<SqlBool> {
  return sql`(${$.ifVersion}::integer is null or version = ${$.ifVersion})`
}

export const UPDATE_OPTIONS: ReadonlySet<string> = new Set<keyof UpdateOptions>([
  'timeout',
  'signal',
  'ifVersion',
])
const readVersion = wholeNumber(0, 2 ** 31 - 1)

/** Reader of the field `ifVersion` of a row, for `fields`. */
export const ifVersionField = { ifVersion: optional(readVersion) }

/**
 * Divides the options of an update into the expected version and those of the call.
 *
 * @param method the name of the method, for the message about an unknown option.
 * @param known the options that the method has, if there are more.
 */
export function readUpdateOptions(
  options: UpdateOptions | undefined,
  method: string,
  known = UPDATE_OPTIONS,
): IfVersion & { call: CallOptions | undefined } {
  if (options === undefined) return { ifVersion: null, call: options }
  checkFields(options, 'options', known, () => `the options of ${method}`)
  const { ifVersion, ...call } = options
  return { ifVersion: ifVersion === undefined ? null : readVersion(ifVersion, 'ifVersion'), call }
}

/** Reads the version of one row, to say why an update found none. */
export interface VersionOf {
  readonly table: TableName
  /** The column of the key. */
  readonly key: string
  readonly statement: Statement<{ rowId: string }, { version: number }>
}

/** The same for a table whose rows are merged. */
export interface MergedVersionOf extends VersionOf {
  /** Reads the row that a merged one leads to. */
  readonly merged: Statement<{ rowId: string }, { mergedInto: string }>
}

/** Defines how the version of a table's rows is read. `name` is that of the statement. */
export function versionOf(name: string, table: TableName, key: string): VersionOf {
  const read = statement<{ rowId: string }, { version: number }>(name, (_, $) =>
    raw(sql`select version from ${sql.table(table)} where ${sql.ref(key)} = ${$.rowId}`),
  )
  return { table, key, statement: read }
}

/** Defines the same for a table whose rows are merged. */
export function mergedVersionOf(name: string, table: TableName, key: string): MergedVersionOf {
  const merged = statement<{ rowId: string }, { mergedInto: string }>(`${name}, merged`, (_, $) =>
    raw(
      sql`select merged_into as "mergedInto" from ${sql.table(table)} where ${sql.ref(key)} = ${$.rowId} and merged_into is not null`,
    ),
  )
  return { ...versionOf(name, table, key), merged }
}

/**
 * Updates a row. If it was merged, the row that it leads to is updated: the update itself must leave merged rows out.
 *
 * @throws {NotFoundError} there is no such row.
 * @throws {StaleVersionError} the row has another version than the expected one.
 */
export async function updateOrFollow<Row>(
  update: (id: string) => Promise<Row | undefined>,
  connection: Connection,
  of: MergedVersionOf,
  { id, ifVersion, call }: IfVersion & { id: string; call: CallOptions | undefined },
): Promise<Row> {
  const row = await update(id)
  if (row !== undefined) return row
  const merged = await queryFirst(connection, of.merged, { rowId: id }, call)
  const winner = merged?.mergedInto ?? id
  const updated = merged && (await update(winner))
  return requireUpdated(updated, connection, of, { id: winner, ifVersion, call })
}

/**
 * The row that an update returned. The version is read in a second call: the update's own statement would see the row as
 * it was before the change that it waited for.
 *
 * @throws {NotFoundError} there is no such row.
 * @throws {StaleVersionError} the row has another version than the expected one.
 */
export async function requireUpdated<Row>(
  row: Row | undefined,
  connection: Connection,
  { table, key, statement }: VersionOf,
  { id, ifVersion, call }: IfVersion & { id: string; call: CallOptions | undefined },
): Promise<Row> {
  if (row === undefined && ifVersion !== null) {
    const current = await queryFirst(connection, statement, { rowId: id }, call)
    // A row with the expected version was not updated because the caller may not update it.
    if (current && current.version !== ifVersion) throw new StaleVersionError(current.version)
  }
  return orThrowNotFound(row, table, { [key]: id })
}
