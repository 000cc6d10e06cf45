import type { A_Expr, FuncCall, Node, SelectStmt, SubLink } from 'libpg-query'
import type { SourceColumn } from './view-nullability.ts'

/** What an expression's query knows of columns and of itself. */
export interface Lookup {
  column(path: string[]): SourceColumn | undefined
  isGrouped: boolean
  hasGroupingSets: boolean
  subquery(query: SelectStmt): SourceColumn[]
}

/** Whether an expression of a query can be null; in doubt it can. */
export function isNullableExpression(node: Node, scope: Lookup): boolean {
  const isNullable = (each: Node | undefined) => each === undefined || isNullableExpression(each, scope)
  const some = (nodes: Node[] = []) => nodes.some(isNullable)

  if ('ColumnRef' in node)
    return scope.hasGroupingSets || (scope.column(columnPath(node) ?? [])?.isNullable ?? true)
  if ('A_Const' in node) return node.A_Const.isnull === true
  if ('TypeCast' in node) return isNullable(node.TypeCast.arg) || isJson(node.TypeCast.arg, scope)
  if ('CollateClause' in node) return isNullable(node.CollateClause.arg)
  if ('BoolExpr' in node) return some(node.BoolExpr.args)
  if ('NullTest' in node || 'BooleanTest' in node || 'A_ArrayExpr' in node || 'RowExpr' in node) return false
  if ('CoalesceExpr' in node) return (node.CoalesceExpr.args ?? []).every(isNullable)
  if ('MinMaxExpr' in node) return (node.MinMaxExpr.args ?? []).every(isNullable)
  if ('SQLValueFunction' in node) return node.SQLValueFunction.op === 'SVFOP_CURRENT_SCHEMA'
  if ('SubLink' in node) return isNullableSubLink(node.SubLink, scope)
  if ('CaseExpr' in node) {
    const results = (node.CaseExpr.args ?? []).map((arm) =>
      'CaseWhen' in arm ? arm.CaseWhen.result : undefined,
    )
    return isNullable(node.CaseExpr.defresult) || results.some(isNullable)
  }
  if ('A_Expr' in node) return isNullableOperation(node.A_Expr, isNullable)
  if ('FuncCall' in node) return isNullableCall(node.FuncCall, scope, some)
  return true
}

/** From PostgreSQL 18 on, a json null casts to an SQL null. */
function isJson(node: Node | undefined, scope: Lookup): boolean {
  const path = node && columnPath(node)
  return path !== undefined && /^jsonb?$/.test(scope.column(path)?.type ?? '')
}

/** Built-in operators that give null only for null. */
const OPERATORS = new Set('+ - * / % || = <> < <= > >= ~~ !~~ ~~* !~~* ~ !~ ~* !~*'.split(' '))

function isNullableOperation(
  { kind, name, lexpr, rexpr }: A_Expr,
  isNullable: (node?: Node) => boolean,
): boolean {
  if (kind === 'AEXPR_DISTINCT' || kind === 'AEXPR_NOT_DISTINCT') return false
  const operator = nameOf(name?.at(-1)) ?? ''
  if (!OPERATORS.has(operator)) return true
  if (kind === 'AEXPR_OP') return (lexpr !== undefined && isNullable(lexpr)) || isNullable(rexpr)
  if (kind !== 'AEXPR_OP_ANY' && kind !== 'AEXPR_OP_ALL') return true
  // A null among the elements makes the answer unknown.
  const elements = rexpr && elementsOf(rexpr)
  return isNullable(lexpr) || elements === undefined || elements.some(isNullable)
}

function elementsOf(node: Node): Node[] | undefined {
  if ('TypeCast' in node && node.TypeCast.arg) return elementsOf(node.TypeCast.arg)
  return 'A_ArrayExpr' in node ? (node.A_ArrayExpr.elements ?? []) : undefined
}

function isNullableSubLink({ subLinkType, subselect }: SubLink, scope: Lookup): boolean {
  if (subLinkType === 'EXISTS_SUBLINK' || subLinkType === 'ARRAY_SUBLINK') return false
  if (subLinkType !== 'EXPR_SUBLINK' || !subselect || !('SelectStmt' in subselect)) return true
  // A count without GROUP BY or HAVING always has a row; any other subquery may have none.
  const { targetList = [], groupClause, havingClause, limitCount, limitOffset, op } = subselect.SelectStmt
  const target = targetList[0] && 'ResTarget' in targetList[0] ? targetList[0].ResTarget.val : undefined
  const isCount = target !== undefined && 'FuncCall' in target && functionName(target.FuncCall) === 'count'
  return !isCount || groupClause || havingClause || limitCount || limitOffset || op !== 'SETOP_NONE'
    ? true
    : (scope.subquery(subselect.SelectStmt)[0]?.isNullable ?? true)
}

/** Never null, whatever their arguments. */
const NEVER_NULL = new Set(
  `count row_number rank dense_rank percent_rank cume_dist concat json_build_object json_build_array jsonb_build_object
   jsonb_build_array now clock_timestamp statement_timestamp transaction_timestamp gen_random_uuid uuidv7 random pg_backend_pid`.split(
    /\s+/,
  ),
)

/** Null only for a null argument. */
const STRICT = new Set(
  `lower upper initcap length char_length character_length octet_length btrim ltrim rtrim left right lpad rpad replace reverse
   repeat strpos position abs ceil ceiling floor round trunc sign sqrt power mod md5 date_trunc to_json to_jsonb row_to_json
   cardinality concat_ws starts_with`.split(/\s+/),
)

/** Aggregates: null for a group without rows or, but for the lists, without a value that is not null. */
const AGGREGATES = new Set('sum min max avg bool_and bool_or every string_agg'.split(' '))
const LIST_AGGREGATES = new Set('array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg'.split(' '))

function isNullableCall(call: FuncCall, scope: Lookup, some: (nodes?: Node[]) => boolean): boolean {
  const name = functionName(call)
  // A user's function may go by the same name.
  const schema = (call.funcname ?? []).length > 1 ? nameOf(call.funcname?.[0]) : 'pg_catalog'
  if (schema !== 'pg_catalog') return true
  if (NEVER_NULL.has(name)) return false
  if (STRICT.has(name)) return some(call.args)
  const hasRows = scope.isGrouped && !scope.hasGroupingSets && !call.agg_filter && !call.over
  if (LIST_AGGREGATES.has(name)) return !hasRows
  return !AGGREGATES.has(name) || !hasRows || some(call.args)
}

function functionName({ funcname }: FuncCall): string {
  return nameOf(funcname?.at(-1)) ?? ''
}

/** `a.b` as its parts; undefined for what is no column. */
export function columnPath(node: Node): string[] | undefined {
  if (!('ColumnRef' in node)) return undefined
  const parts = (node.ColumnRef.fields ?? []).map(nameOf)
  return parts.every((part) => part !== undefined) ? parts : undefined
}

export function nameOf(node: Node | undefined): string | undefined {
  return node && 'String' in node ? (node.String.sval ?? '') : undefined
}

export function listOf(node: Node): Node[] {
  return 'List' in node ? (node.List.items ?? []) : []
}
