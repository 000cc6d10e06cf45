import { type A_Expr, type BoolExpr, type FuncCall, type Node, parseSync, type TypeCast } from 'libpg-query'
import pg from 'pg'

/** A rule that a CHECK states about one column. Literals remain text as printed by PostgreSQL until a type is known. */
export interface CheckFact {
  column: string
  /** The constrained quantity: the value, its length in characters, or its length after trimming. */
  of: 'value' | 'length' | 'trimmed length'
  /** The type that a cast compares the value as. The column's own type decides whether the rule still means the same. */
  as?: string
  rule:
    | { kind: 'one of'; values: string[] }
    | { kind: 'bound'; operator: '<' | '<=' | '>' | '>='; value: string }
    | { kind: 'pattern'; pattern: string; ignoreCase: boolean }
}

/** The rules about single columns that were read from one CHECK. */
export interface CheckFacts {
  facts: CheckFact[]
  /** True if the facts cover the whole CHECK. */
  complete: boolean
}

/**
 * Reads a CHECK as printed by PostgreSQL: `in` as `= any (array[…])`, `between` as two comparisons, and explicit casts.
 * Requires loadModule() of libpg-query.
 */
export function readCheck(expression: string): CheckFacts {
  return read(parseExpression(expression))
}

/** Parses an SQL expression. Requires loadModule() of libpg-query. */
export function parseExpression(expression: string): Node {
  const { stmts = [] } = parseSync(`select ${expression}`)
  const statement = stmts[0]?.stmt
  const target = statement && 'SelectStmt' in statement ? statement.SelectStmt.targetList?.[0] : undefined
  if (!target || !('ResTarget' in target) || !target.ResTarget.val)
    throw new Error(`Not an expression: ${expression}`)
  return target.ResTarget.val
}

const NOTHING: CheckFacts = { facts: [], complete: false }

function read(node: Node): CheckFacts {
  if ('BoolExpr' in node)
    return node.BoolExpr.boolop === 'AND_EXPR' ? readAll(node.BoolExpr) : readEither(node.BoolExpr)
  if ('A_Expr' in node) return readComparison(node.A_Expr)
  // A bare boolean column must be true.
  const subject = readSubject(node)
  return subject
    ? { facts: [{ ...subject, rule: { kind: 'one of', values: ['true'] } }], complete: true }
    : NOTHING
}

function readAll({ args = [] }: BoolExpr): CheckFacts {
  const parts = args.map(read)
  return { facts: parts.flatMap(({ facts }) => facts), complete: parts.every(({ complete }) => complete) }
}

/** `x is null or …` means the same as `…`, because a CHECK accepts null anyway; `x = 1 or x = 2` is a list of values. */
function readEither({ boolop, args = [] }: BoolExpr): CheckFacts {
  if (boolop !== 'OR_EXPR') return NOTHING
  const nullable = args.flatMap((arg) => isNullTest(arg) ?? [])
  const parts = args.filter((arg) => isNullTest(arg) === undefined).map(read)
  const facts = parts.flatMap((part) => part.facts)
  const columns = new Set([...facts.map(({ column }) => column), ...nullable])
  if (columns.size !== 1 || !parts.every(({ complete }) => complete)) return NOTHING
  if (parts.length === 1) return parts[0] ?? NOTHING
  const lists = facts.map(({ of, rule }) =>
    of === 'value' && rule.kind === 'one of' ? rule.values : undefined,
  )
  const first = facts[0]
  if (!first || lists.includes(undefined) || facts.length !== parts.length) return NOTHING
  if (facts.some((fact) => fact.as !== first.as)) return NOTHING
  return {
    facts: [
      { ...first, rule: { kind: 'one of', values: [...new Set(lists.flatMap((list) => list ?? []))] } },
    ],
    complete: true,
  }
}

function isNullTest(node: Node): string | undefined {
  if (!('NullTest' in node) || node.NullTest.nulltesttype !== 'IS_NULL' || !node.NullTest.arg)
    return undefined
  const subject = readSubject(node.NullTest.arg)
  return subject?.of === 'value' ? subject.column : undefined
}

const FLIPPED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=' }

function readComparison({ kind, name = [], lexpr, rexpr }: A_Expr): CheckFacts {
  const [symbol] = name
  const operator = symbol && 'String' in symbol ? (symbol.String.sval ?? '') : ''
  if (!lexpr || !rexpr) return NOTHING
  if (kind === 'AEXPR_OP_ANY') {
    const subject = readSubject(lexpr)
    const values = readList(rexpr)
    return operator === '=' && subject && values ? fact(subject, { kind: 'one of', values }) : NOTHING
  }
  if (kind !== 'AEXPR_OP') return NOTHING
  const straight = readSubject(lexpr)
  if (straight) return compare(straight, operator, readLiteral(rexpr))
  const flipped = readSubject(rexpr)
  return flipped ? compare(flipped, FLIPPED[operator] ?? '', readLiteral(lexpr)) : NOTHING
}

type Subject = Omit<CheckFact, 'rule'>

function fact(subject: Subject, rule: CheckFact['rule']): CheckFacts {
  return { facts: [{ ...subject, rule }], complete: true }
}

function compare(subject: Subject, operator: string, value: string | undefined): CheckFacts {
  if (value === undefined) return NOTHING
  if (operator === '=') return fact(subject, { kind: 'one of', values: [value] })
  if (operator === '<' || operator === '<=' || operator === '>' || operator === '>=') {
    return fact(subject, { kind: 'bound', operator, value })
  }
  if ((operator === '~' || operator === '~*') && subject.of === 'value' && isPortable(value)) {
    return fact(subject, { kind: 'pattern', pattern: value, ignoreCase: operator === '~*' })
  }
  return NOTHING
}

/**
 * Whether the regular expression means the same in JavaScript and in PostgreSQL on every server. Rejected: PostgreSQL's
 * own classes, escapes and options; \d, \s and \w, to which the locale may add characters of any language; and \b,
 * which is a backspace.
 */
function isPortable(pattern: string): boolean {
  if (/\[[^\]]*\[[:.=]|\\[aAmMyYZbBcxuUdDsSwW0-9]|^\*\*\*|\(\?|[*+?}][+]/.test(pattern)) return false
  try {
    new RegExp(pattern, 'su')
    return true
  } catch {
    return false
  }
}

/** Reads a column, its length, or its length after trimming. */
function readSubject(node: Node): Subject | undefined {
  if ('ColumnRef' in node) {
    const fields = node.ColumnRef.fields ?? []
    const last = fields.at(-1)
    return last && 'String' in last ? { column: last.String.sval ?? '', of: 'value' } : undefined
  }
  if ('TypeCast' in node) return readCast(node.TypeCast)
  if ('FuncCall' in node) return readLength(node.FuncCall)
  return undefined
}

/** Types to which a length can be cast without changing it. */
const WIDER_THAN_LENGTH = new Set(['int8', 'numeric', 'float8'])

function readCast(cast: TypeCast): Subject | undefined {
  const subject = cast.arg && readSubject(cast.arg)
  if (!subject || subject.as !== undefined || isNarrowing(cast)) return undefined
  const name = typeNameOf(cast)
  if (subject.of === 'value') return { ...subject, as: name }
  return WIDER_THAN_LENGTH.has(name) ? subject : undefined
}

/** Whether a cast truncates or rounds, such as one to char(3) or numeric(5, 2). */
function isNarrowing({ typeName }: TypeCast): boolean {
  return (typeName?.typmods ?? []).length > 0
}

function typeNameOf({ typeName }: TypeCast): string {
  const last = typeName?.names?.at(-1)
  return last && 'String' in last ? (last.String.sval ?? '') : ''
}

function functionNameOf({ funcname = [] }: FuncCall): string {
  const last = funcname.at(-1)
  return last && 'String' in last ? (last.String.sval ?? '') : ''
}

const LENGTHS = new Set(['length', 'char_length', 'character_length'])

function readLength(call: FuncCall): Subject | undefined {
  const arg = onlyArgument(call)
  if (!arg || !LENGTHS.has(functionNameOf(call))) return undefined
  const inner = uncastText(arg)
  const isTrimmed = 'FuncCall' in inner && functionNameOf(inner.FuncCall) === 'btrim'
  const measured = isTrimmed ? onlyArgument(inner.FuncCall) : inner
  const subject = measured && readSubject(uncastText(measured))
  if (subject?.of !== 'value' || subject.as !== undefined) return undefined
  return { ...subject, of: isTrimmed ? 'trimmed length' : 'length' }
}

function onlyArgument({ args = [] }: FuncCall): Node | undefined {
  return args.length === 1 ? args[0] : undefined
}

const TEXTS = new Set(['text', 'varchar'])

/** Removes casts to text, which keep the length; except from char(n), whose trailing blanks they remove. */
function uncastText(node: Node): Node {
  const isText = 'TypeCast' in node && TEXTS.has(typeNameOf(node.TypeCast)) && !isNarrowing(node.TypeCast)
  return isText && node.TypeCast.arg ? uncastText(node.TypeCast.arg) : node
}

/** A constant as text, in any notation: `'-2'::integer`, `(0)::numeric`, `- 1`. */
function readLiteral(node: Node): string | undefined {
  if ('TypeCast' in node) {
    const value = node.TypeCast.arg && readLiteral(node.TypeCast.arg)
    return value !== undefined && isUnchanged(value, node.TypeCast) ? value : undefined
  }
  if ('A_Expr' in node && !node.A_Expr.lexpr && node.A_Expr.rexpr) {
    const value = readLiteral(node.A_Expr.rexpr)
    return value === undefined ? undefined : `-${value}`
  }
  if (!('A_Const' in node) || node.A_Const.isnull) return undefined
  const { ival, fval, sval, boolval } = node.A_Const
  if (ival) return String(ival.ival ?? 0)
  if (fval) return fval.fval
  if (boolval) return String(boolval.boolval ?? false)
  return sval ? (sval.sval ?? '') : undefined
}

const INTEGERS = new Set(['int2', 'int4', 'int8'])

/** Whether a cast leaves the value unchanged; one to an integer may round it. */
function isUnchanged(value: string, cast: TypeCast): boolean {
  return !isNarrowing(cast) && (!INTEGERS.has(typeNameOf(cast)) || /^-?\d+$/.test(value))
}

const { create: arrayParser } = pg.types.arrayParser as unknown as {
  create(text: string, parse: (element: string) => string): { parse(): unknown[] }
}

function readList(node: Node): string[] | undefined {
  if ('TypeCast' in node && node.TypeCast.arg) {
    const { TypeCast: cast } = node
    const values = readList(node.TypeCast.arg)
    return values?.every((value) => isUnchanged(value, cast)) ? values : undefined
  }
  // A null in the list matches no value and makes the result unknown for all others, so every value passes.
  const elements: unknown[] =
    'A_ArrayExpr' in node ? (node.A_ArrayExpr.elements ?? []).map(readLiteral) : readArrayLiteral(node)
  const values = elements.filter((value) => typeof value === 'string')
  return values.length > 0 && values.length === elements.length ? [...new Set(values)] : undefined
}

/** The elements of an array literal such as '{a,b}'; empty for any other expression. */
export function readArrayLiteral(node: Node): unknown[] {
  const text = readLiteral(node)
  return text === undefined ? [] : arrayParser(text, (element) => element).parse()
}
