import type { A_Expr, FuncCall, Node, TypeCast } from 'libpg-query'
import { type Kind, nameOf, type QueryScope } from './query-scope.ts'
import {
  AGGREGATES,
  AGGREGATES_OF_ANY,
  COMPARISONS,
  JSON_OPERATORS,
  NEVER_NULL,
  OPERATORS,
  STRICT,
  STRICT_OF_ANY,
} from './trusted-functions.ts'

const JSON_TYPES = new Set(['json', 'jsonb'])
const TEXT_TYPES = new Set(['text', 'varchar'])
const PLAIN_TYPES = new Set([
  ...TEXT_TYPES,
  ...`bool bpchar bytea date float4 float8 inet int2 int4 int8 interval money name numeric oid time timestamp timestamptz
    timetz uuid`.split(/\s+/),
])

/** The kind of a built-in type. */
export function kindOfType(name: string): Kind {
  return JSON_TYPES.has(name) ? 'json' : 'plain'
}

/** The kind of an expression; undefined if its type is not known to be a built-in scalar. */
export function kindOf(node: Node | undefined, scope: QueryScope): Kind | undefined {
  const kindOfAll = (nodes: (Node | undefined)[] = []): Kind | undefined => {
    const kinds = nodes.map((each) => kindOf(each, scope))
    if (kinds.includes(undefined)) return undefined
    return kinds.includes('json') ? 'json' : 'plain'
  }
  if (node === undefined) return undefined
  if ('ColumnRef' in node) return scope.column(node)?.kind
  if ('TypeCast' in node) return kindOfCast(node.TypeCast)
  if ('CollateClause' in node) return kindOf(node.CollateClause.arg, scope)
  if ('CoalesceExpr' in node) return kindOfAll(node.CoalesceExpr.args)
  if ('MinMaxExpr' in node) return kindOfAll(node.MinMaxExpr.args)
  if ('CaseExpr' in node) {
    const { args = [], defresult } = node.CaseExpr
    const results = args.map((arm) => ('CaseWhen' in arm ? arm.CaseWhen.result : undefined))
    return kindOfAll(defresult ? [...results, defresult] : results)
  }
  if ('FuncCall' in node) return kindOfCall(node.FuncCall, kindOfAll)
  if ('A_Expr' in node) return kindOfOperation(node.A_Expr, kindOfAll)
  const isPlain =
    'A_Const' in node ||
    'BoolExpr' in node ||
    'NullTest' in node ||
    'BooleanTest' in node ||
    'SQLValueFunction' in node
  return isPlain ? 'plain' : undefined
}

type KindOfAll = (nodes?: (Node | undefined)[]) => Kind | undefined

function kindOfCall({ funcname = [], args }: FuncCall, kindOfAll: KindOfAll): Kind | undefined {
  const name = nameOf(funcname.at(-1)) ?? ''
  if (funcname.length > 1 && nameOf(funcname[0]) !== 'pg_catalog') return undefined
  if (/^(to_|row_to_)?jsonb?(_|$)/.test(name)) return 'json'
  if (NEVER_NULL.has(name) || STRICT_OF_ANY.has(name)) return 'plain'
  // These functions return a value of the same kind as their arguments.
  const isTrusted = STRICT.has(name) || AGGREGATES.has(name) || AGGREGATES_OF_ANY.has(name)
  return isTrusted ? kindOfAll(args) : undefined
}

function kindOfOperation({ kind, name, lexpr, rexpr }: A_Expr, kindOfAll: KindOfAll): Kind | undefined {
  const operator = nameOf(name?.at(-1)) ?? ''
  if (kind !== 'AEXPR_OP') return kind === 'AEXPR_NULLIF' ? kindOfAll([lexpr, rexpr]) : 'plain'
  if (COMPARISONS.has(operator)) return 'plain'
  if (JSON_OPERATORS.has(operator)) return 'json'
  return OPERATORS.has(operator) ? kindOfAll(lexpr ? [lexpr, rexpr] : [rexpr]) : undefined
}

function kindOfCast({ typeName }: TypeCast): Kind | undefined {
  const name = nameOf(typeName?.names?.at(-1)) ?? ''
  if (typeName?.arrayBounds || !(PLAIN_TYPES.has(name) || JSON_TYPES.has(name))) return undefined
  return kindOfType(name)
}

/** Whether a cast never turns a value into null. Casts between types of unknown kind may call a user's function. */
export function isTotalCast(cast: TypeCast, scope: QueryScope): boolean {
  const name = nameOf(cast.typeName?.names?.at(-1)) ?? ''
  if (cast.typeName?.arrayBounds || (cast.arg && 'A_Const' in cast.arg)) return true
  if (TEXT_TYPES.has(name)) return true
  const from = kindOf(cast.arg, scope)
  // From PostgreSQL 18 on, casting a JSON null gives an SQL null.
  return from === 'json' ? JSON_TYPES.has(name) : from === 'plain' && kindOfCast(cast) !== undefined
}
