// cspell:ignore lexpr rexpr
import { loadModule, parseSync } from 'libpg-query'

/** The column that a parameter is compared with, or written to. */
export interface ComparedColumn {
  /** The place of the parameter, counted from 0. */
  readonly parameter: number
  /** The table or its alias, if the statement names it. */
  readonly table?: string
  readonly column: string
  readonly operator: string
}

/** The tables of a statement, and the columns that it compares with parameters. */
export interface StatementColumns {
  /** Tables by their names in the statement: aliases, too. */
  readonly tables: ReadonlyMap<string, string>
  readonly columns: readonly ComparedColumn[]
}

type Node = Readonly<Record<string, unknown>>

/** Reads a statement with PostgreSQL's parser. */
export async function columnsOfStatement(sql: string): Promise<StatementColumns> {
  await loadModule()
  const tables = new Map<string, string>()
  const columns: ComparedColumn[] = []
  visit(parseSync(sql).stmts)
  return { tables, columns }

  function visit(node: unknown): void {
    if (typeof node !== 'object' || node === null) return
    for (const [key, value] of Object.entries(node)) {
      if (key === 'RangeVar') addTable(value as { relname: string; alias?: { aliasname: string } })
      if (key === 'A_Expr') addComparison(value as Node)
      if (key === 'InsertStmt') addInsert(value as Node)
      if (key === 'UpdateStmt') addUpdate(value as Node)
      visit(value)
    }
  }

  function addTable({ relname, alias }: { relname: string; alias?: { aliasname: string } }): void {
    tables.set(alias?.aliasname ?? relname, relname)
  }

  function addComparison({ name, lexpr, rexpr }: Node): void {
    const [last] = [name].flat().slice(-1) as { String?: { sval: string } }[]
    const operator = last?.String?.sval ?? '='
    const [left, right] = [elements(lexpr), elements(rexpr)]
    for (const [place, one] of left.entries()) {
      const other = right[place]
      addPair(one, other, operator)
      addPair(other, one, MIRRORED[operator] ?? operator)
    }
  }

  function addPair(columnNode: unknown, parameterNode: unknown, operator: string): void {
    const parameter = parameterOf(parameterNode)
    const names = namesOf(columnNode)
    if (parameter === undefined || names.length === 0) return
    const [column, table] = names.toReversed() as [string, string?]
    columns.push({ parameter, column, operator, ...(table !== undefined && { table }) })
  }

  function addInsert(statement: Node): void {
    const { relname: table } = statement.relation as { relname: string }
    tables.set(table, table)
    const targets = (statement.cols ?? []) as { ResTarget: { name: string } }[]
    const select = (statement.selectStmt as Node | undefined)?.SelectStmt as Node | undefined
    const [first] = (select?.valuesLists ?? []) as { List: { items: unknown[] } }[]
    for (const [place, value] of (first?.List.items ?? []).entries()) {
      const parameter = parameterOf(value)
      const column = targets[place]?.ResTarget.name
      if (parameter !== undefined && column !== undefined)
        columns.push({ parameter, table, column, operator: '=' })
    }
  }

  function addUpdate(statement: Node): void {
    const { relname: table } = statement.relation as { relname: string }
    tables.set(table, table)
    for (const { ResTarget } of (statement.targetList ?? []) as {
      ResTarget: { name: string; val: unknown }
    }[]) {
      const parameter = parameterOf(ResTarget.val)
      if (parameter !== undefined) columns.push({ parameter, table, column: ResTarget.name, operator: '=' })
    }
  }
}

const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** The expressions of `(a, b)`, or the only one. */
function elements(node: unknown): unknown[] {
  const row = (node as { RowExpr?: { args: unknown[] } } | undefined)?.RowExpr
  return row ? row.args : [node]
}

function parameterOf(node: unknown): number | undefined {
  const { ParamRef, TypeCast } = (node ?? {}) as {
    ParamRef?: { number: number }
    TypeCast?: { arg: unknown }
  }
  if (TypeCast) return parameterOf(TypeCast.arg)
  return ParamRef && ParamRef.number - 1
}

function namesOf(node: unknown): string[] {
  const { ColumnRef, TypeCast } = (node ?? {}) as {
    ColumnRef?: { fields: { String?: { sval: string } }[] }
    TypeCast?: { arg: unknown }
  }
  if (TypeCast) return namesOf(TypeCast.arg)
  return (ColumnRef?.fields ?? []).flatMap(({ String: text }) => text?.sval ?? [])
}
