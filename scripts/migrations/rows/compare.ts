import type pg from 'pg'
import { queryClosed } from '../../../src/admin/index.ts'
import { notOfExtension, OWN_NAMESPACES } from '../catalog.ts'

interface Column {
  readonly number: number
  readonly name: string
  readonly type: string
  readonly isGenerated: boolean
  /** Of a composite type, or of a list of them. */
  readonly attributes: string | null
  /** Of an enum. */
  readonly enumType: number | null
}

/** The rows of a table, recognized again by the oids of the catalog: a new name or type does not hide them. */
interface TableRows {
  readonly name: string
  readonly columns: readonly Column[]
  /** Text, by column. */
  readonly rows: readonly (readonly (string | null)[])[]
}

export interface Rows {
  readonly tables: ReadonlyMap<number, TableRows>
  /** The values of enums by their oids, which they keep under another name. */
  readonly labels: ReadonlyMap<number, Label>
}

interface Label {
  readonly type: number
  readonly label: string
}

export async function readRows(client: pg.Client): Promise<Rows> {
  const found = new Map<number, TableRows>()
  for (const [oid, { name, columns }] of await readColumns(client)) {
    const list = columns.map((column) => `${column.name}::text`).join(', ')
    const { rows } = await client.query<(string | null)[]>({
      text: `select ${list} from ${name}`,
      rowMode: 'array',
    })
    found.set(oid, { name, columns, rows })
  }
  return { tables: found, labels: await readLabels(client) }
}

async function readLabels(client: pg.Client): Promise<Map<number, Label>> {
  const { rows } = await queryClosed<Label & { oid: number }>(
    client,
    'select oid::integer as oid, enumtypid::integer as type, enumlabel::text as label from pg_enum',
  )
  return new Map(rows.map((row) => [row.oid, row]))
}

/** Renamed values of enums: the new name by type and old name. */
async function renamedLabels(client: pg.Client, before: Rows['labels']): Promise<Map<string, string>> {
  const after = await readLabels(client)
  return new Map(
    [...before].flatMap(([oid, { type, label }]) => {
      const now = after.get(oid)?.label
      return now === undefined || now === label ? [] : [[`${type} ${label}`, now] as const]
    }),
  )
}

/** The changes of rows that are allowed. */
export type Tolerance =
  /** They stay as they are. */
  | 'nothing'
  /** Columns of another type may hold other values. */
  | 'other types'
  /** A migration that was written by hand says in its header that it changes rows. */
  | 'everything'

/**
 * Names the tables and columns whose rows differ from those before. Columns that are gone or new are not compared, nor generated
 * ones. A value of another type must be the old one when it is cast back.
 */
export async function changedRows(client: pg.Client, before: Rows, tolerance: Tolerance): Promise<string[]> {
  if (tolerance === 'everything') return []
  const after = await readColumns(client)
  const renamed = await renamedLabels(client, before.labels)
  const changed: string[] = []
  for (const [oid, old] of before.tables) {
    const table = after.get(oid)
    if (!table) continue
    const pairs = old.columns.flatMap((column, index) => {
      const now = table.columns.find(({ number }) => number === column.number)
      if (!now || now.isGenerated || column.isGenerated) return []
      if (tolerance === 'other types' && now.type !== column.type) return []
      if (now.attributes !== column.attributes) return []
      return [{ index, column, now }]
    })
    const { rowCount } = await client.query(`select from ${table.name}`)
    if (rowCount !== old.rows.length) {
      changed.push(`the number of rows in ${table.name}: ${old.rows.length} before, ${rowCount} after`)
      continue
    }
    const values = await readBack(client, table.name, pairs)
    const expected = old.rows.map((row) =>
      pairs.map(({ index, column }) => {
        const value = row[index] ?? null
        return renamed.get(`${column.enumType} ${value}`) ?? value
      }),
    )
    if (sameRows(expected, values)) continue
    const names = pairs
      .filter((_, place) => !sameRows(pick(expected, place), pick(values, place)))
      .map(({ now }) => now.name)
    changed.push(`values in ${table.name}${names.length > 0 ? ` (${names.join(', ')})` : ''}`)
  }
  return changed
}

interface Pair {
  column: Column
  now: Column
}

/** Values of another type are cast to the old one, where that is possible. */
async function readBack(
  client: pg.Client,
  table: string,
  pairs: readonly Pair[],
): Promise<(string | null)[][]> {
  const read = async (expressions: readonly string[]) =>
    (
      await client.query<(string | null)[]>({
        text: `select ${expressions.join(', ')} from ${table}`,
        rowMode: 'array',
      })
    ).rows
  const casts: string[] = []
  for (const { column, now } of pairs) {
    const plain = `${now.name}::text`
    const cast = `(${now.name}::${column.type})::text`
    const isCastable =
      now.type !== column.type &&
      (await read([cast]).then(
        () => true,
        () => false,
      ))
    casts.push(isCastable ? cast : plain)
  }
  return read(casts)
}

const pick = (rows: readonly (readonly (string | null)[])[], place: number) =>
  rows.map((row) => [row[place] ?? null])

function sameRows(
  one: readonly (readonly (string | null)[])[],
  other: readonly (readonly (string | null)[])[],
): boolean {
  const sorted = (rows: readonly (readonly (string | null)[])[]) =>
    rows.map((row) => JSON.stringify(row)).sort()
  const [left, right] = [sorted(one), sorted(other)]
  return left.length === right.length && left.every((row, index) => row === right[index])
}

async function readColumns(client: pg.Client): Promise<Map<number, { name: string; columns: Column[] }>> {
  const { rows } = await queryClosed<Column & { oid: number; table: string; number: number | null }>(
    client,
    `
    select pg_class.oid::integer as oid, pg_class.oid::regclass::text as table, attnum::integer as number, quote_ident(attname) as name,
      format_type(atttypid, atttypmod) as type, attgenerated <> '' as "isGenerated",
      (select oid::integer from pg_type where oid = atttypid and typtype = 'e') as "enumType",
      (select string_agg(part.attname || format_type(part.atttypid, part.atttypmod), ',' order by part.attnum) from pg_type
       left join pg_type as element on element.oid = pg_type.typelem
       join pg_attribute as part on part.attrelid in (nullif(pg_type.typrelid, 0), nullif(element.typrelid, 0)) and not part.attisdropped
       where pg_type.oid = pg_attribute.atttypid) as attributes
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    left join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
    where relkind in ('r', 'p') and not relispartition and ${OWN_NAMESPACES} and ${notOfExtension('pg_class', 'pg_class.oid')}
    order by 2, attnum`,
  )
  const tables = new Map<number, { name: string; columns: Column[] }>()
  for (const { oid, table, ...column } of rows) {
    const known = tables.get(oid) ?? { name: table, columns: [] }
    if (column.number !== null) known.columns.push(column)
    tables.set(oid, known)
  }
  return tables
}
