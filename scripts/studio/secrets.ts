// cspell:ignore elems stavalues xmlschema dblink crosstab
import { loadModule, parseSync } from 'libpg-query'
import type pg from 'pg'
import { isCount, Redaction } from '../../src/repositories/audit-log/index.ts'

/** Replaces values that must not be visible by accident. */
export const HIDDEN = '(hidden)'

const redaction = new Redaction([])

/** Whether a column of this name is hidden. */
export const isSecret = (name: string): boolean =>
  (redaction.isSecret(name) && !isCount(name)) || STATISTICS.test(name)

/** Values of any column in the statistics of the planner. */
const STATISTICS = /^(?:most_common_(?:vals|elems)|histogram_bounds|range_bounds_histogram|stavalues\d)$/

/** OIDs of types whose values hold no secret: booleans, numbers, uuid, dates and times. */
const HARMLESS_TYPES = new Set([16, 20, 21, 23, 26, 700, 701, 1700, 2950, 1082, 1083, 1114, 1184, 1266, 1186])

/**
 * The columns of a result that are hidden, by place: those of tables by their names at this moment, those that the
 * query names so, and, where the query computes with a secret or with whole rows, every computed text.
 */
export async function hiddenFields(
  client: pg.ClientBase,
  fields: readonly pg.FieldDef[],
  sql: string,
): Promise<ReadonlySet<number>> {
  const names = await columnNames(client, fields)
  const computes = await computesWithSecrets(client, sql)
  const hidden = fields.flatMap(({ name, tableID, columnID, dataTypeID }, place) => {
    if (HARMLESS_TYPES.has(dataTypeID)) return []
    const column = names.get(`${tableID}.${columnID}`)
    return isSecret(name) || (column === undefined ? computes : isSecret(column)) ? [place] : []
  })
  return new Set(hidden)
}

async function columnNames(
  client: pg.ClientBase,
  fields: readonly pg.FieldDef[],
): Promise<Map<string, string>> {
  const own = fields.filter(({ tableID, columnID }) => tableID > 0 && columnID > 0)
  if (own.length === 0) return new Map()
  const { rows } = await client.query<{ key: string; name: string }>(
    `select pg_catalog.concat(c.attrelid, '.', c.attnum) as key, c.attname as name
     from rows from (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.int2[])) as f (relation, number)
     join pg_catalog.pg_attribute as c
       on c.attrelid operator(pg_catalog.=) f.relation and c.attnum operator(pg_catalog.=) f.number`,
    [own.map(({ tableID }) => tableID), own.map(({ columnID }) => columnID)],
  )
  return new Map(rows.map(({ key, name }) => [key, name]))
}

/** Whether a query uses a secret column, or whole rows of a table that has one, in an expression or a subquery. */
export async function computesWithSecrets(client: pg.ClientBase, sql: string): Promise<boolean> {
  await loadModule()
  const found = new Found()
  try {
    for (const { stmt } of parseSync(sql).stmts ?? []) found.collect(stmt)
  } catch {
    // The server may know a syntax that the parser does not.
    return true
  }
  if (found.runsText || [...found.columns].some(isSecret)) return true
  if (!found.hasWholeRows || found.tables.size === 0) return false
  const { rows } = await client.query<{ name: string }>(
    `select a.attname as name from pg_catalog.pg_attribute as a
     join pg_catalog.pg_class as c on c.oid operator(pg_catalog.=) a.attrelid
     where c.relname operator(pg_catalog.=) any ($1::pg_catalog.name[]) and a.attnum operator(pg_catalog.>) 0::pg_catalog.int2`,
    [[...found.tables]],
  )
  return rows.some(({ name }) => isSecret(name))
}

/** The number of statements in a text; 1 for a syntax that the parser does not know. */
export async function countStatements(sql: string): Promise<number> {
  await loadModule()
  try {
    return parseSync(sql).stmts?.length ?? 0
  } catch {
    return 1
  }
}

/** Functions that run a query which they get as text, or read whole tables. */
const RUN_TEXT = /_to_xml|xmlschema|^ts_stat$|^dblink|^crosstab|^lo_get$|^pg_get_object_address$/

interface Alias {
  aliasname?: string
  colnames?: unknown[]
}

/** The names in the tree of a query, at any depth. */
class Found {
  readonly columns = new Set<string>()
  readonly tables = new Set<string>()
  /** Names without a table: a column, or the whole row of the table or subquery that is called so. */
  readonly #bareNames = new Set<string>()
  #hasStar = false
  #hasRenamedColumns = false
  runsText = false

  get hasWholeRows(): boolean {
    return (
      this.#hasStar || this.#hasRenamedColumns || [...this.#bareNames].some((name) => this.tables.has(name))
    )
  }

  collect(node: unknown, isTarget = false): void {
    if (typeof node !== 'object' || node === null) return
    for (const [key, value] of Object.entries(node)) {
      if (key === 'RangeVar') this.tables.add((value as { relname: string }).relname)
      if (key === 'alias') this.#alias(value as Alias)
      if (key === 'CommonTableExpr') this.#cte(value as { ctename: string; aliascolnames?: unknown[] })
      // A block of code may read anything.
      if (key === 'DoStmt') this.runsText = true
      if (key === 'FuncCall') this.#call(value as { funcname: readonly { String?: { sval: string } }[] })
      if (key === 'ColumnRef') this.#column(value as ColumnRef, isTarget)
      else this.collect(value, key === 'val' && isColumn(value))
    }
  }

  #alias({ aliasname, colnames }: Alias): void {
    if (aliasname) this.tables.add(aliasname)
    if (colnames) this.#hasRenamedColumns = true
  }

  #cte({ ctename, aliascolnames }: { ctename: string; aliascolnames?: unknown[] }): void {
    this.tables.add(ctename)
    if (aliascolnames) this.#hasRenamedColumns = true
  }

  #call({ funcname }: { funcname: readonly { String?: { sval: string } }[] }): void {
    if (RUN_TEXT.test(funcname.at(-1)?.String?.sval ?? '')) this.runsText = true
  }

  /** `*` in the list of a query is no expression: its columns keep their names. */
  #column({ fields }: ColumnRef, isTarget: boolean): void {
    const last = fields.at(-1)
    if (last?.A_Star) this.#hasStar ||= !isTarget
    if (!last?.String) return
    this.columns.add(last.String.sval)
    if (fields.length === 1) this.#bareNames.add(last.String.sval)
  }
}

interface ColumnRef {
  readonly fields: readonly { String?: { sval: string }; A_Star?: object }[]
}

const isColumn = (value: unknown) => typeof value === 'object' && value !== null && 'ColumnRef' in value
