import type { A_Expr, FuncCall, Node, SubLink } from 'libpg-query'
import { isTotalCast, kindOf } from './expression-kind.ts'
import { keyOf, nameOf, type QueryScope } from './query-scope.ts'
import {
  AGGREGATES,
  AGGREGATES_OF_ANY,
  COMPARISONS,
  LIST_AGGREGATES,
  NEVER_NULL,
  OPERATORS,
  STRICT,
  STRICT_OF_ANY,
} from './trusted-functions.ts'

/** Whether an expression of a query can be null. If unknown, it can. */
export function isNullableExpression(node: Node, scope: QueryScope): boolean {
  const isNullable = (each: Node | undefined) => each === undefined || isNullableExpression(each, scope)
  const some = (nodes: Node[] = []) => nodes.some(isNullable)

  if (scope.groupingSets && ('ColumnRef' in node || scope.groupingSets.has(keyOf(node)))) return true
  if ('ColumnRef' in node) return scope.column(node)?.isNullable ?? true
  if ('A_Const' in node) return node.A_Const.isnull === true
  if ('TypeCast' in node) return isNullable(node.TypeCast.arg) || !isTotalCast(node.TypeCast, scope)
  if ('CollateClause' in node) return isNullable(node.CollateClause.arg)
  if ('BoolExpr' in node) return some(node.BoolExpr.args)
  if ('NullTest' in node || 'BooleanTest' in node || 'GroupingFunc' in node) return false
  if ('A_ArrayExpr' in node || 'RowExpr' in node) return false
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
  if ('A_Expr' in node) return isNullableOperation(node.A_Expr, scope, isNullable)
  if ('FuncCall' in node) return isNullableCall(node.FuncCall, scope, some)
  return true
}

function isNullableOperation(
  { kind, name, lexpr, rexpr }: A_Expr,
  scope: QueryScope,
  isNullable: (node?: Node) => boolean,
): boolean {
  if (kind === 'AEXPR_DISTINCT' || kind === 'AEXPR_NOT_DISTINCT') return false
  const operator = nameOf(name?.at(-1)) ?? ''
  if (kind === 'AEXPR_OP') {
    const operands = lexpr ? [lexpr, rexpr] : [rexpr]
    const isTrusted =
      COMPARISONS.has(operator) ||
      (OPERATORS.has(operator) && operands.every((operand) => kindOf(operand, scope)))
    // Rows are compared field by field up to the first null.
    return !isTrusted || operands.flatMap((operand) => fieldsOf(operand) ?? [operand]).some(isNullable)
  }
  if (kind !== 'AEXPR_OP_ANY' && kind !== 'AEXPR_OP_ALL') return true
  // A null among the elements makes the result null.
  const elements = rexpr && elementsOf(rexpr)
  return (
    !COMPARISONS.has(operator) || isNullable(lexpr) || elements === undefined || elements.some(isNullable)
  )
}

function fieldsOf(node: Node | undefined): Node[] | undefined {
  return node && 'RowExpr' in node ? node.RowExpr.args : undefined
}

function elementsOf(node: Node): Node[] | undefined {
  if ('TypeCast' in node && node.TypeCast.arg) return elementsOf(node.TypeCast.arg)
  return 'A_ArrayExpr' in node ? (node.A_ArrayExpr.elements ?? []) : undefined
}

function isNullableSubLink({ subLinkType, subselect }: SubLink, scope: QueryScope): boolean {
  if (subLinkType === 'EXISTS_SUBLINK' || subLinkType === 'ARRAY_SUBLINK') return false
  if (subLinkType !== 'EXPR_SUBLINK' || !subselect || !('SelectStmt' in subselect)) return true
  // count(*) without GROUP BY or HAVING always returns a row; any other subquery may return none.
  const { targetList = [], groupClause, havingClause, limitCount, limitOffset, op } = subselect.SelectStmt
  const target = targetList[0] && 'ResTarget' in targetList[0] ? targetList[0].ResTarget.val : undefined
  const isCount = target !== undefined && 'FuncCall' in target && isCountOfRows(target.FuncCall)
  return !isCount || groupClause || havingClause || limitCount || limitOffset || op !== 'SETOP_NONE'
    ? true
    : (scope.subquery(subselect.SelectStmt)[0]?.isNullable ?? true)
}

/** Whether a count is over its own query's rows. With an argument or a filter it may aggregate rows of the outer query. */
function isCountOfRows(call: FuncCall): boolean {
  return functionName(call) === 'count' && call.agg_star === true && !call.agg_filter && !call.over
}

function isNullableCall(call: FuncCall, scope: QueryScope, some: (nodes?: Node[]) => boolean): boolean {
  const name = functionName(call)
  // A user's function may have the same name.
  const schema = (call.funcname ?? []).length > 1 ? nameOf(call.funcname?.[0]) : 'pg_catalog'
  if (schema !== 'pg_catalog') return true
  if (NEVER_NULL.has(name)) return false
  const areKnown = (call.args ?? []).every((arg) => kindOf(arg, scope))
  if (STRICT_OF_ANY.has(name) || (STRICT.has(name) && areKnown)) return some(call.args)
  const hasRows = scope.isGrouped && !scope.groupingSets && !call.agg_filter && !call.over
  if (LIST_AGGREGATES.has(name)) return !hasRows
  const isAggregate = AGGREGATES_OF_ANY.has(name) || (AGGREGATES.has(name) && areKnown)
  return !isAggregate || !hasRows || some(call.args)
}

function functionName({ funcname }: FuncCall): string {
  return nameOf(funcname?.at(-1)) ?? ''
}
