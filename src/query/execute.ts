import type { CallOptions, Connection, Query, Settings } from '../connection/index.ts'
import type { Statement } from './statement.ts'

/** Every row that a statement returns. */
export async function all<Input, Row>(
  connection: Connection,
  statement: Statement<Input, Row>,
  input: Input,
  options?: CallOptions,
): Promise<Row[]> {
  const { rows } = await connection.run(toQuery(statement, input, connection.settings), options)
  return rows as Row[]
}

/** The row of a statement that returns at most one. */
export async function first<Input, Row>(
  connection: Connection,
  statement: Statement<Input, Row>,
  input: Input,
  options?: CallOptions,
): Promise<Row | undefined> {
  const rows = await all(connection, statement, input, options)
  return rows[0]
}

/** The row of a statement that always returns one. */
export function only<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new TypeError('A statement that always returns a row returned none.')
  return row
}

/** Runs a statement for its effect; resolves with the number of rows it changed. */
export async function change<Input>(
  connection: Connection,
  statement: Statement<Input>,
  input: Input,
  options?: CallOptions,
): Promise<number> {
  const { rowCount } = await connection.run(toQuery(statement, input, connection.settings), options)
  return rowCount ?? 0
}

function toQuery<Input>(statement: Statement<Input>, input: Input, { prepare }: Settings): Query {
  return {
    name: statement.name,
    sql: statement.sql,
    values: statement.values(input),
    prepared: prepare,
    readOnly: statement.readOnly,
    isShared: prepare && statement.isBrief,
  }
}
