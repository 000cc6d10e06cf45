import type { CallOptions, Connection, Query, Settings } from '../connection/index.ts'
import { NotFoundError } from '../errors/index.ts'
import type { Statement } from './statement.ts'

/**
 * An input with exactly the fields of a statement's input. A field more would be lost, as no parameter takes it; an
 * optional field less would be sent as null.
 */
export type Exactly<Input, Given> = Given & {
  readonly [Name in Exclude<keyof Given, keyof Input>]: never
} & {
  readonly [Name in Exclude<keyof Input, keyof Given>]: Input[Name]
}

/** Runs a statement and returns every row. */
export async function queryAll<Input, Row, Given extends Input>(
  connection: Connection,
  statement: Statement<Input, Row>,
  input: Exactly<Input, Given>,
  options?: CallOptions,
): Promise<Row[]> {
  const { rows } = await connection.run(toQuery(statement, input, connection.settings), options)
  return rows as Row[]
}

/** Runs a statement that returns at most one row. */
export async function queryFirst<Input, Row, Given extends Input>(
  connection: Connection,
  statement: Statement<Input, Row>,
  input: Exactly<Input, Given>,
  options?: CallOptions,
): Promise<Row | undefined> {
  const rows = await queryAll(connection, statement, input, options)
  return rows[0]
}

/** Runs a statement that always returns one row. */
export async function queryOne<Input, Row, Given extends Input>(
  connection: Connection,
  statement: Statement<Input, Row>,
  input: Exactly<Input, Given>,
  options?: CallOptions,
): Promise<Row> {
  return requireOne(await queryFirst(connection, statement, input, options))
}

/** The row of a statement that always returns one. */
export function requireOne<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new TypeError('A statement that always returns a row returned none.')
  return row
}

/**
 * The row of a table, if it exists.
 *
 * @param key the columns and values by which it was looked up.
 * @throws {NotFoundError} there is no such row.
 */
export function orThrowNotFound<Row>(
  row: Row | undefined,
  table: string,
  key: Readonly<Record<string, string>>,
): Row {
  if (row === undefined) throw new NotFoundError(table, key)
  return row
}

/** Runs a statement for its effect and returns the number of rows that it changed. */
export async function execute<Input, Row, Given extends Input>(
  connection: Connection,
  statement: Statement<Input, Row>,
  input: Exactly<Input, Given>,
  options?: CallOptions,
): Promise<number> {
  const { rowCount } = await connection.run(toQuery(statement, input, connection.settings), options)
  return rowCount ?? 0
}

function toQuery<Input, Row>(statement: Statement<Input, Row>, input: Input, { prepare }: Settings): Query {
  return {
    name: statement.name,
    sql: statement.sql,
    values: statement.values(input),
    prepared: prepare && statement.isPrepared,
    readOnly: statement.readOnly,
    isShared: prepare && statement.isBrief,
    target: statement.target,
    merged: statement.merged,
  }
}
