import type pg from 'pg'
import { COUNT_LIMIT, type Row } from './rows.ts'
import { columnOf, identifier, quoted, readTable, type TableInfo } from './table.ts'

/** Values of columns as text, or null; columns that are absent are not changed. */
export type Values = Readonly<Record<string, string | null>>

/** Rows that a delete takes along: for each table, by the chain that leads to it. */
export interface Consequence {
  readonly table: string
  readonly rows: number
  readonly effect: 'deleted' | 'kept without the reference' | 'prevents the deletion'
  /** The chain of tables that leads to it, for example `users → chats → messages`. */
  readonly path: string
}

/**
 * Changes one row, if it is still the version that the page shows.
 *
 * @throws {Error} another session has changed or deleted it.
 */
export async function saveRow(
  client: pg.ClientBase,
  { table: name, key, version, values }: { table: string; key: Row; version: string; values: Values },
): Promise<void> {
  const table = await readTable(client, name)
  const parameters: (string | null)[] = []
  const sets = assignments(table, values, parameters).map(({ column, value }) => `${column} = ${value}`)
  const where = keyCondition(table, key, parameters)
  const { rowCount } = await client.query(
    `update ${quoted(name)} set ${sets.join(', ')} where ${where} and xmin = $${parameters.push(version)}::xid`,
    parameters,
  )
  if (rowCount === 1) return
  throw new Error(
    'Not saved: another session has changed or deleted this row since the page showed it. Reload the row.',
  )
}

/** Inserts a row. Columns that are absent get their defaults. */
export async function insertRow(
  client: pg.ClientBase,
  { table: name, values }: { table: string; values: Values },
): Promise<Row> {
  const table = await readTable(client, name)
  const parameters: (string | null)[] = []
  const given = assignments(table, values, parameters)
  const content =
    given.length > 0
      ? `(${given.map(({ column }) => column).join(', ')}) values (${given.map(({ value }) => value).join(', ')})`
      : 'default values'
  const returned = table.key.map((column) => `${identifier(column)}::text as ${identifier(column)}`)
  const { rows } = await client.query<Row>(
    `insert into ${quoted(name)} ${content} returning ${returned.join(', ') || '1'}`,
    parameters,
  )
  return rows[0] ?? {}
}

/** Deletes one row, with the rows that its foreign keys delete. */
export async function deleteRow(
  client: pg.ClientBase,
  { table: name, key }: { table: string; key: Row },
): Promise<void> {
  const table = await readTable(client, name)
  const parameters: (string | null)[] = []
  const where = keyCondition(table, key, parameters)
  const { rowCount } = await client.query(`delete from ${quoted(name)} where ${where}`, parameters)
  if (rowCount !== 1) throw new Error('Nothing was deleted: the row does not exist any more.')
}

const DEEPEST = 6

/** Counts the rows that a delete would take along, without deleting anything. */
export async function consequencesOf(
  client: pg.ClientBase,
  { table: name, key }: { table: string; key: Row },
): Promise<Consequence[]> {
  const table = await readTable(client, name)
  const parameters: (string | null)[] = []
  const start = `select * from ${quoted(name)} where ${keyCondition(table, key, parameters)}`
  const found: Consequence[] = []
  await follow(table, start, name, 1)
  return found

  async function follow(parent: TableInfo, rows: string, path: string, depth: number): Promise<void> {
    for (const { table: other, columns, otherColumns, onDelete } of parent.referencedBy) {
      const pairs = columns.map(
        (column, place) =>
          `parent.${identifier(column)} = child.${identifier(otherColumns[place] as string)}`,
      )
      const children = `select child.* from ${quoted(other)} as child where exists (select from (${rows}) as parent where ${pairs.join(' and ')})`
      const { rows: counted } = await client.query<{ count: number }>(
        `select count(*)::int as count from (select from (${children}) as child limit ${COUNT_LIMIT + 1}) as found`,
        parameters,
      )
      const count = counted[0]?.count ?? 0
      if (count === 0) continue
      const chain = `${path} → ${other}`
      const effect =
        onDelete === 'cascades'
          ? 'deleted'
          : onDelete === 'restricts'
            ? 'prevents the deletion'
            : 'kept without the reference'
      found.push({ table: other, rows: count, effect, path: chain })
      if (onDelete === 'cascades' && depth < DEEPEST)
        await follow(await readTable(client, other), children, chain, depth + 1)
    }
  }
}

function assignments(
  table: TableInfo,
  values: Values,
  parameters: (string | null)[],
): { column: string; value: string }[] {
  return Object.entries(values).map(([name, value]) => {
    const column = columnOf(table, name)
    if (column.isSecret) throw new RangeError(`The column ${name} is hidden and cannot be changed here.`)
    return { column: identifier(name), value: `$${parameters.push(value)}::${column.type}` }
  })
}

function keyCondition(table: TableInfo, key: Row, parameters: (string | null)[]): string {
  if (table.key.length === 0)
    throw new RangeError(`${table.name} has no primary key: its rows cannot be changed here.`)
  return table.key
    .map(
      (name) => `${identifier(name)} = $${parameters.push(key[name] ?? null)}::${columnOf(table, name).type}`,
    )
    .join(' and ')
}
