import pg from 'pg'
import { ColumnError } from './database.ts'
import { COUNT_LIMIT, type Row } from './rows.ts'
import { columnOf, identifier, quoted, type Reference, readTable, type TableInfo } from './table.ts'

/** Values of columns as text, or null; columns that are absent are not changed. */
export type Values = Readonly<Record<string, string | null>>

/** Rows that a delete takes along, for each table. */
export interface Consequence {
  readonly table: string
  readonly rows: number
  readonly effect:
    | 'deleted'
    | 'kept without the reference'
    | 'kept with the default reference'
    | 'prevents the deletion'
  /** The chain of tables that leads to it, for example `users → chats → messages`. */
  readonly path: string
}

/**
 * Changes one row, if it is still the version that the page shows.
 *
 * @throws {Error} another session has changed or deleted it; or a trigger, rule or policy has skipped the change.
 */
export async function saveRow(
  client: pg.ClientBase,
  { table: name, key, version, values }: { table: string; key: Row; version: string; values: Values },
): Promise<void> {
  const table = await readTable(client, name)
  const parameters: (string | null)[] = []
  const sets = assignments(table, values, parameters).map(({ column, value }) => `${column} = ${value}`)
  const where = `${keyCondition(table, key, parameters)} and xmin = $${parameters.push(version)}::xid`
  const { rowCount } = await change(
    client,
    table,
    `update ${quoted(name)} set ${sets.join(', ')} where ${where}`,
    parameters,
    values,
  )
  if (rowCount !== 1) throw new Error(`Not saved: ${await reasonOf(client, table, { key, version })}`)
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
  const { rows, rowCount } = await change(
    client,
    table,
    `insert into ${quoted(name)} ${content} returning ${returned.join(', ') || '1'}`,
    parameters,
    values,
  )
  if (rowCount !== 1) throw new Error(`Not inserted: ${SKIPPED}`)
  return rows[0] ?? {}
}

/**
 * Deletes one row, with the rows that its foreign keys delete, if it is still the version that the page shows.
 *
 * @throws {Error} the same as those of `saveRow`.
 */
export async function deleteRow(
  client: pg.ClientBase,
  { table: name, key, version }: { table: string; key: Row; version: string },
): Promise<void> {
  const table = await readTable(client, name)
  const parameters: (string | null)[] = []
  const where = `${keyCondition(table, key, parameters)} and xmin = $${parameters.push(version)}::xid`
  const { rowCount } = await change(client, table, `delete from ${quoted(name)} where ${where}`, parameters)
  if (rowCount !== 1) throw new Error(`Not deleted: ${await reasonOf(client, table, { key, version })}`)
}

const SKIPPED = 'a trigger, a rule or a policy of the table has skipped the change.'

/** Why a statement about one row has changed none. */
async function reasonOf(
  client: pg.ClientBase,
  table: TableInfo,
  { key, version }: { key: Row; version: string },
): Promise<string> {
  const parameters: (string | null)[] = []
  const { rows } = await client.query<{ version: string }>(
    `select xmin::text as version from ${quoted(table.name)} where ${keyCondition(table, key, parameters)}`,
    parameters,
  )
  const [found] = rows
  if (!found) return 'another session has deleted this row since the page showed it.'
  if (found.version !== version)
    return 'another session has changed this row since the page showed it. Reload the row.'
  return SKIPPED
}

/**
 * Runs a statement that changes a row, and the triggers that would otherwise run at the end of the transaction.
 *
 * @param values what the statement writes: an error about one of them names its column.
 */
async function change(
  client: pg.ClientBase,
  table: TableInfo,
  sql: string,
  parameters: readonly (string | null)[],
  values: Values = {},
): Promise<pg.QueryResult<Row>> {
  await client.query('savepoint change')
  try {
    const result = await client.query<Row>(sql, [...parameters])
    await client.query('set constraints all immediate')
    return result
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    await client.query('rollback to savepoint change').catch(() => {
      throw error
    })
    if (isAboutValue(error)) await checkValues(client, table, values)
    const hasSecrets = table.columns.some(({ isSecret }) => isSecret)
    if (hasSecrets && isMadeOfValues(error, await sourcesOfTriggers(client, table)))
      error.message = `A trigger of the table ${table.name} refuses the change. Its message is not shown: it may contain values of hidden columns.`
    throw error
  }
}

/** Errors of data and of constraints: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const isAboutValue = ({ code = '' }: pg.DatabaseError) => /^2[23]/.test(code)

/**
 * Reads each value as its column would, without a row: an error names its column then. The server does not say which value it
 * refuses.
 */
async function checkValues(client: pg.ClientBase, table: TableInfo, values: Values): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const column = columnOf(table, name)
    if (value === null || column.isSecret || column.isGenerated) continue
    try {
      await client.query(`explain update ${quoted(table.name)} set ${identifier(name)} = $1 where false`, [
        value,
      ])
    } catch (error) {
      if (isAboutValue(error as pg.DatabaseError)) throw new ColumnError(name, error)
      // Other errors are those of the change itself, or of an update where this is an insert.
      await client.query('rollback to savepoint change')
    }
  }
}

async function sourcesOfTriggers(client: pg.ClientBase, { name }: TableInfo): Promise<string[]> {
  const { rows } = await client.query<{ source: string }>(
    `select prosrc as source from pg_trigger join pg_proc on pg_proc.oid = tgfoid
     where tgrelid = $1::regclass and not tgisinternal`,
    [quoted(name)],
  )
  return rows.map(({ source }) => source)
}

/** Whether an error comes from a function and its message is not a text of a trigger's source, word for word. */
function isMadeOfValues(error: pg.DatabaseError, sources: readonly string[]): boolean {
  const { routine, where = '', message } = error
  // The server's own messages of these classes name constraints, or lose their values later.
  const isOfFunction = routine === 'exec_stmt_raise' || (where !== '' && !isAboutValue(error))
  const text = pg.escapeLiteral(message)
  return isOfFunction && !sources.some((source) => source.includes(text))
}

/** A row by the table or partition that holds it, and its place there. */
interface Place {
  readonly holder: string
  readonly place: string
}

interface Found {
  readonly table: string
  /** Of the key that led there first. */
  readonly path: string
  readonly onDelete: Reference['onDelete']
  /** The rows by holder and place. */
  readonly rows: Set<string>
}

const EFFECTS = {
  cascades: 'deleted',
  refuses: 'prevents the deletion',
  restricts: 'prevents the deletion',
  'sets null': 'kept without the reference',
  'sets default': 'kept with the default reference',
} as const

/**
 * Counts the rows that a delete would take along, without deleting anything. A row that several keys reach is counted once, and
 * keys are followed to their end. Of a table with more than 10,000 such rows, the first are followed.
 */
export async function consequencesOf(
  client: pg.ClientBase,
  { table: name, key }: { table: string; key: Row },
): Promise<Consequence[]> {
  const parameters: (string | null)[] = []
  const table = await readTable(client, name)
  const { rows: start } = await client.query<Place>(
    `select tableoid::regclass::text as holder, ctid::text as place from ${quoted(name)} where ${keyCondition(table, key, parameters)}`,
    parameters,
  )
  const found = new Map<string, Found>()
  const infos = new Map([[name, table]])
  const queue = [{ table, rows: start, path: name }]
  for (let next = queue.shift(); next; next = queue.shift()) {
    for (const reference of next.table.referencedBy) {
      const { table: other, onDelete } = reference
      const path = `${next.path} → ${other}`
      const entry = found.get(`${other} ${onDelete}`) ?? { table: other, path, onDelete, rows: new Set() }
      const children = await childrenOf(client, next.rows, reference)
      const added = children
        .filter((child) => !start.some((row) => idOf(row) === idOf(child)))
        .filter(isNew(entry))
      if (entry.rows.size > 0) found.set(`${other} ${onDelete}`, entry)
      if (onDelete !== 'cascades' || added.length === 0) continue
      const info = infos.get(other) ?? (await readTable(client, other))
      infos.set(other, info)
      queue.push({ table: info, rows: added, path })
    }
  }
  return [...found.values()].flatMap(({ table: other, path, onDelete, rows }) => {
    // A key without RESTRICT is checked after the statement, which may have deleted the row by another key.
    const gone =
      onDelete === 'cascades' || onDelete === 'refuses' ? undefined : found.get(`${other} cascades`)
    const left = [...rows].filter((row) => !gone?.rows.has(row)).length
    return left > 0 ? [{ table: other, rows: left, effect: EFFECTS[onDelete], path }] : []
  })
}

const idOf = ({ holder, place }: Place) => `${holder} ${place}`

const isNew =
  ({ rows }: Found) =>
  (row: Place): boolean => {
    if (rows.has(idOf(row)) || rows.size > COUNT_LIMIT) return false
    rows.add(idOf(row))
    return true
  }

/** The rows that refer to these by a foreign key. */
async function childrenOf(
  client: pg.ClientBase,
  rows: readonly Place[],
  { table, columns, otherColumns }: Reference,
): Promise<Place[]> {
  const pairs = columns.map(
    (column, place) => `parent.${identifier(column)} = child.${identifier(otherColumns[place] as string)}`,
  )
  const children: Place[] = []
  for (const [holder, places] of Map.groupBy(rows, (row) => row.holder)) {
    const { rows: some } = await client.query<Place>(
      `select child.tableoid::regclass::text as holder, child.ctid::text as place
       from only ${holder} as parent join ${quoted(table)} as child on ${pairs.join(' and ')}
       where parent.ctid = any ($1::tid[]) limit ${COUNT_LIMIT + 1}`,
      [places.map(({ place }) => place)],
    )
    children.push(...some)
  }
  return children
}

function assignments(
  table: TableInfo,
  values: Values,
  parameters: (string | null)[],
): { column: string; value: string }[] {
  return Object.entries(values).map(([name, value]) => {
    const column = columnOf(table, name)
    if (column.isSecret) throw new RangeError(`The column ${name} is hidden and cannot be changed here.`)
    // Without a cast: one to varchar(3) would cut the value, an assignment refuses it.
    return { column: identifier(name), value: `$${parameters.push(value)}` }
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
