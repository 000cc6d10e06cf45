import type { Difference } from '../../src/admin.ts'
import { loadStatements } from '../generate/load-statements.ts'
import { nodeOf, tokensOf } from './sql.ts'

/** A statement of a repository that names what changes. */
export interface Touching {
  /** The name of a statement, such as `chats.rename`. */
  readonly statement: string
  /** The changed tables and columns that it names: `chats.title`. */
  readonly names: readonly string[]
  readonly sql: string
}

/** The statements of the repositories that name a changed column, one of `others`, or the table of which something else changes. */
export async function statementsTouching(
  differences: readonly Difference[],
  others: readonly string[] = [],
): Promise<Touching[]> {
  const changed = new Set([...changedNames(differences), ...others])
  const touching: Touching[] = []
  for (const { name, sql, formatted } of await loadStatements()) {
    const { tables, columns, wholeTables } = namesIn(sql)
    const names = [...changed].filter((each) => {
      const [table = '', column] = each.split('.')
      return tables.has(table) && (column === undefined || wholeTables.has(table) || columns.has(column))
    })
    if (names.length > 0) touching.push({ statement: name, names, sql: formatted })
  }
  return touching
}

/** `chats.title` for a column or a constraint on it; `chats` for a trigger, policy or rule of a table. */
function changedNames(differences: readonly Difference[]): Set<string> {
  const names = new Set<string>()
  for (const { object, fact, schema, database } of differences) {
    if (fact === 'comment' || fact === 'grants') continue
    const [, kind, name = ''] = /^(\w+) (.+)$/.exec(object) ?? []
    const table = name.split('.')[0] as string
    if (kind === 'column' || kind === 'table' || kind === 'view') names.add(name)
    else if (kind === 'trigger' || kind === 'policy' || kind === 'rule') names.add(table)
    else if (kind === 'constraint') {
      for (const column of columnsOf(schema ?? database ?? '')) names.add(`${table}.${column}`)
    }
  }
  // A table that is new or gone stands for all of its columns.
  return new Set([...names].filter((name) => !name.includes('.') || !names.has(name.split('.')[0] as string)))
}

/** Of a constraint's definition. */
function columnsOf(definition: string): Set<string> {
  try {
    const found: Names = { tables: new Set(), columns: new Set(), wholeTables: new Set() }
    collect(nodeOf(`alter table t add constraint c ${definition}`), found)
    return found.columns
  } catch {
    // PostgreSQL 18 says `NOT NULL column`, which its parser does not take there.
    const name = tokensOf(definition).at(-1)?.text.replaceAll('"', '')
    return new Set(name === undefined ? [] : [name])
  }
}

interface Names {
  tables: Set<string>
  columns: Set<string>
  /** Those of which a `*` takes all columns. */
  wholeTables: Set<string>
}

function namesIn(sql: string): Names {
  const found: Names = { tables: new Set(), columns: new Set(), wholeTables: new Set() }
  collect(nodeOf(sql), found)
  return found
}

function collect(node: unknown, found: Names): void {
  if (Array.isArray(node)) {
    for (const each of node) collect(each, found)
    return
  }
  if (typeof node !== 'object' || node === null) return
  const { RangeVar, relation, ColumnRef, ResTarget, SelectStmt, Constraint } = node as Nodes
  for (const table of [RangeVar, relation]) if (table?.relname) found.tables.add(table.relname)
  if (ResTarget?.name) found.columns.add(ResTarget.name)
  const last = ColumnRef?.fields?.at(-1)
  if (last?.String) found.columns.add(last.String.sval)
  for (const key of [...(Constraint?.keys ?? []), ...(Constraint?.fk_attrs ?? [])])
    found.columns.add(key.String.sval)
  if (SelectStmt && takesAll(SelectStmt)) {
    for (const { RangeVar } of SelectStmt.fromClause ?? [])
      if (RangeVar?.relname) found.wholeTables.add(RangeVar.relname)
  }
  for (const value of Object.values(node)) collect(value, found)
}

/** The fields that are read from a tree of libpg-query. */
interface Nodes {
  RangeVar?: { relname?: string }
  relation?: { relname?: string }
  ColumnRef?: { fields?: Field[] }
  ResTarget?: { name?: string }
  Constraint?: { keys?: Key[]; fk_attrs?: Key[] }
  SelectStmt?: Select
}

interface Field {
  String?: { sval: string }
  A_Star?: object
}

interface Key {
  String: { sval: string }
}

interface Select {
  targetList?: { ResTarget?: { val?: { ColumnRef?: { fields?: Field[] } } } }[]
  fromClause?: { RangeVar?: { relname?: string } }[]
}

function takesAll({ targetList = [] }: Select): boolean {
  return targetList.some(({ ResTarget }) => ResTarget?.val?.ColumnRef?.fields?.some(({ A_Star }) => A_Star))
}
