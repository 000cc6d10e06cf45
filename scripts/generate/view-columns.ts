import { type JoinExpr, type Node, parseSync, type RangeVar, type SelectStmt } from 'libpg-query'
import { type Catalog, type Column, isView, type Relation, resolveType } from './catalog.ts'
import { kindOf, kindOfType } from './expression-kind.ts'
import { isNullableExpression } from './expression-nullability.ts'
import { columnPath, keyOf, listOf, nameOf, type QueryScope, type SourceColumn } from './query-scope.ts'

/** An item of FROM under its alias; it has no columns if they are unknown. */
interface Source {
  alias: string
  columns: SourceColumn[]
}

type Ctes = ReadonlyMap<string, SourceColumn[]>

/** Facts about a column of a view that PostgreSQL does not report. */
export type ViewColumn = Pick<SourceColumn, 'isNullable' | 'dimensions' | 'origin'>

/**
 * Reads from the queries of views what PostgreSQL does not report about their columns. A column is not nullable if it comes
 * from a NOT NULL column without an outer join, or is a count, a constant, or a coalesce that ends in one of these. If
 * unknown, a column is nullable. A column of an array that is selected as it is has the dimensions of that array.
 */
export function viewColumns(catalog: Catalog): (view: Relation, column: Column) => ViewColumn {
  const reader = new ViewReader(catalog)
  return (view, column) => {
    const index = view.columns.indexOf(column)
    return reader.columnsOf(view)[index] ?? { isNullable: true, dimensions: 0, origin: undefined }
  }
}

class ViewReader {
  readonly #catalog: Catalog
  readonly #relations: ReadonlyMap<string, Relation>
  readonly #known = new Map<Relation, SourceColumn[]>()

  constructor(catalog: Catalog) {
    this.#catalog = catalog
    this.#relations = new Map(
      catalog.relations.map((relation) => [JSON.stringify([relation.schema, relation.name]), relation]),
    )
  }

  columnsOf(relation: Relation): SourceColumn[] {
    const known = this.#known.get(relation)
    if (known) return known
    // PostgreSQL accepts views that read each other: until a view is read, its columns are unknown.
    this.#known.set(relation, [])
    const described = this.#describe(relation)
    this.#known.set(relation, described)
    return described
  }

  #describe(relation: Relation): SourceColumn[] {
    const results = isView(relation) && relation.definition ? this.#readView(relation.definition) : []
    return relation.columns.map((column, index) => {
      const { type, isArray, dimensions, domains } = resolveType(this.#catalog, column)
      const isNotNull = column.notNull || domains.some(({ notNull }) => notNull)
      const isNullable = isView(relation) ? (results[index]?.isNullable ?? true) : !isNotNull
      const isBuiltIn = type.schema === 'pg_catalog' && type.kind === 'b' && !isArray
      return {
        name: column.name,
        isNullable,
        kind: isBuiltIn ? kindOfType(type.name) : undefined,
        dimensions: results[index]?.dimensions || dimensions,
        origin: isView(relation) ? results[index]?.origin : { relation, column },
      }
    })
  }

  #readView(definition: string): SourceColumn[] {
    const statement = parseSync(definition).stmts?.[0]?.stmt
    return statement && 'SelectStmt' in statement ? this.#readQuery(statement.SelectStmt, new Map(), []) : []
  }

  #readQuery(query: SelectStmt, outerCtes: Ctes, outer: Source[]): SourceColumn[] {
    const ctes = this.#readCtes(query, outerCtes, outer)
    if (query.larg && query.rarg) {
      const left = this.#readQuery(query.larg, ctes, outer)
      const right = this.#readQuery(query.rarg, ctes, outer)
      if (query.op !== 'SETOP_UNION') return left
      return left.map((column, index) => ({
        ...column,
        isNullable: column.isNullable || (right[index]?.isNullable ?? true),
      }))
    }
    if (query.valuesLists) return this.#readValues(query.valuesLists)
    const sources = (query.fromClause ?? []).flatMap((item) => this.#readFrom(item, ctes, outer))
    const conditions = [query.whereClause, ...(query.fromClause ?? []).flatMap(innerConditions)]
    const proven = new Set(conditions.flatMap((condition) => (condition ? provenNotNull(condition) : [])))
    const grouping = query.groupClause ?? []
    const scope: QueryScope = {
      column: (reference) => this.#lookUp(columnPath(reference) ?? [], [sources, outer], proven),
      isGrouped: grouping.length > 0,
      groupingSets: grouping.some((node) => 'GroupingSet' in node)
        ? new Set(grouping.flatMap(groupedExpressions).map(keyOf))
        : undefined,
      subquery: (subquery) => this.#readQuery(subquery, ctes, [...sources, ...outer]),
    }
    return (query.targetList ?? []).flatMap((target) => {
      if (!('ResTarget' in target) || !target.ResTarget.val) return []
      const { name = columnPath(target.ResTarget.val)?.at(-1) ?? '', val } = target.ResTarget
      const { dimensions = 0, origin } = ('ColumnRef' in val && scope.column(val)) || {}
      return [
        { name, isNullable: isNullableExpression(val, scope), kind: kindOf(val, scope), dimensions, origin },
      ]
    })
  }

  #readCtes({ withClause }: SelectStmt, outerCtes: Ctes, outer: Source[]): Ctes {
    const ctes = new Map(outerCtes)
    for (const node of withClause?.ctes ?? []) {
      if (!('CommonTableExpr' in node)) continue
      const { ctename = '', ctequery, aliascolnames } = node.CommonTableExpr
      const query = ctequery && 'SelectStmt' in ctequery ? ctequery.SelectStmt : undefined
      // A recursive query refers to itself, so its columns are unknown.
      const columns = query && !withClause?.recursive ? this.#readQuery(query, ctes, outer) : []
      ctes.set(ctename, rename(columns, aliascolnames))
    }
    return ctes
  }

  #readValues(rows: Node[]): SourceColumn[] {
    const scope: QueryScope = {
      column: () => undefined,
      isGrouped: false,
      groupingSets: undefined,
      subquery: () => [],
    }
    const lists = rows.map(listOf)
    return (lists[0] ?? []).map((_, index) => ({
      name: `column${index + 1}`,
      isNullable: lists.some((list) => !list[index] || isNullableExpression(list[index], scope)),
      kind: undefined,
      dimensions: 0,
      origin: undefined,
    }))
  }

  #readFrom(item: Node, ctes: Ctes, outer: Source[]): Source[] {
    if ('RangeVar' in item) return [this.#readRange(item.RangeVar, ctes)]
    if ('JoinExpr' in item) return this.#readJoin(item.JoinExpr, ctes, outer)
    if ('RangeSubselect' in item) {
      const { subquery, alias } = item.RangeSubselect
      const columns =
        subquery && 'SelectStmt' in subquery ? this.#readQuery(subquery.SelectStmt, ctes, outer) : []
      return [{ alias: alias?.aliasname ?? '', columns: rename(columns, alias?.colnames) }]
    }
    const alias = 'RangeFunction' in item ? item.RangeFunction.alias?.aliasname : undefined
    return [{ alias: alias ?? '', columns: [] }]
  }

  #readRange({ schemaname, relname = '', alias }: RangeVar, ctes: Ctes): Source {
    // PostgreSQL prints a table's schema if a CTE would otherwise hide the table.
    const cte = schemaname === undefined ? ctes.get(relname) : undefined
    const relation = this.#relations.get(JSON.stringify([schemaname ?? 'public', relname]))
    const columns = cte ?? (relation ? this.columnsOf(relation) : [])
    return { alias: alias?.aliasname ?? relname, columns: rename(columns, alias?.colnames) }
  }

  #readJoin({ jointype, larg, rarg, alias }: JoinExpr, ctes: Ctes, outer: Source[]): Source[] {
    const left = larg ? this.#readFrom(larg, ctes, outer) : []
    const right = rarg ? this.#readFrom(rarg, ctes, [...left, ...outer]) : []
    if (alias) return [{ alias: alias.aliasname ?? '', columns: [] }]
    const leftIsOptional = jointype === 'JOIN_RIGHT' || jointype === 'JOIN_FULL'
    const rightIsOptional = jointype === 'JOIN_LEFT' || jointype === 'JOIN_FULL'
    return [
      ...(leftIsOptional ? left.map(asOptional) : left),
      ...(rightIsOptional ? right.map(asOptional) : right),
    ]
  }

  /** Finds a column in the innermost query that has it. If several sources have it, as after USING, any null counts. */
  #lookUp(path: string[], levels: Source[][], proven: ReadonlySet<string>): SourceColumn | undefined {
    const name = path.at(-1) ?? ''
    const alias = path.at(-2)
    for (const [depth, sources] of levels.entries()) {
      const candidates = sources.filter((source) => alias === undefined || source.alias === alias)
      const found = candidates.flatMap(({ columns }) => columns.filter((column) => column.name === name))
      if (found.length === 0 && candidates.some(({ columns }) => columns.length === 0)) return undefined
      if (found.length === 0) continue
      const isProven = depth === 0 && proven.has(path.join('.'))
      return {
        name,
        isNullable: !isProven && found.some(({ isNullable }) => isNullable),
        kind: found[0]?.kind,
        dimensions: found[0]?.dimensions ?? 0,
        origin: found.length === 1 ? found[0]?.origin : undefined,
      }
    }
    return undefined
  }
}

function rename(columns: SourceColumn[], names: Node[] = []): SourceColumn[] {
  return columns.map((column, index) => ({ ...column, name: nameOf(names[index]) ?? column.name }))
}

function groupedExpressions(node: Node): Node[] {
  if ('GroupingSet' in node) return (node.GroupingSet.content ?? []).flatMap(groupedExpressions)
  return 'RowExpr' in node ? (node.RowExpr.args ?? []).flatMap(groupedExpressions) : [node]
}

function asOptional({ alias, columns }: Source): Source {
  return { alias, columns: columns.map((column) => ({ ...column, isNullable: true })) }
}

/** Conditions of inner joins outside any outer join; rows that do not satisfy them are not in the result. */
function innerConditions(item: Node): Node[] {
  if (!('JoinExpr' in item) || item.JoinExpr.jointype !== 'JOIN_INNER') return []
  const { quals, larg, rarg } = item.JoinExpr
  return [
    ...(quals ? [quals] : []),
    ...(larg ? innerConditions(larg) : []),
    ...(rarg ? innerConditions(rarg) : []),
  ]
}

const STRICT = new Set(['=', '<>', '<', '<=', '>', '>=', '~~', '~~*', '~', '~*'])

/** Columns that cannot be null where the condition is true. */
function provenNotNull(condition: Node): string[] {
  if ('BoolExpr' in condition && condition.BoolExpr.boolop === 'AND_EXPR') {
    return (condition.BoolExpr.args ?? []).flatMap(provenNotNull)
  }
  if (
    'NullTest' in condition &&
    condition.NullTest.nulltesttype === 'IS_NOT_NULL' &&
    condition.NullTest.arg
  ) {
    return pathOf(condition.NullTest.arg)
  }
  if (!('A_Expr' in condition) || !STRICT.has(nameOf(condition.A_Expr.name?.[0]) ?? '')) return []
  const { kind, lexpr, rexpr } = condition.A_Expr
  if (kind === 'AEXPR_OP_ANY') return lexpr ? pathOf(lexpr) : []
  return kind === 'AEXPR_OP' ? [lexpr, rexpr].flatMap((side) => (side ? pathOf(side) : [])) : []
}

function pathOf(node: Node): string[] {
  const path = columnPath(node)
  return path ? [path.join('.')] : []
}
