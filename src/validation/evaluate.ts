import { toFloat } from './numbers.ts'
import { readConstant } from './read-scalar.ts'
import type { Expression } from './rules.ts'
import { TextPattern } from './text-pattern.ts'
import { isAscii, lengthOf, octetsOf, trim } from './texts.ts'
import { daysOfToday } from './times.ts'
import { isDecimal, isToday, order, UNKNOWN, type Value } from './values.ts'

/** The row's value of a column; UNKNOWN if only the database knows it. */
type Row = (column: string) => Value

/**
 * The value of an expression. A CHECK refuses a row if it is false: null and UNKNOWN pass. An expression is UNKNOWN if an
 * UNKNOWN part could change its value, so that no row is refused which the database would accept.
 */
export function evaluate(expression: Expression, row: Row): Value {
  switch (expression.op) {
    case 'column':
      return row(expression.name)
    case 'constant':
      return constant(expression)
    case 'today':
      return { daysFromToday: 0 }
    case 'and':
      return all(expression.of, row, false)
    case 'or':
      return all(expression.of, row, true)
    case 'not':
      return known(evaluate(expression.of, row), (value) => (value === null ? null : !value))
    case 'is null':
      return known(evaluate(expression.of, row), (value) => value === null)
    case 'is true':
      return known(evaluate(expression.of, row), (value) => value === true)
    case 'is false':
      return known(evaluate(expression.of, row), (value) => value === false)
    case 'count nulls':
    case 'count values': {
      const values = expression.of.map((each) => evaluate(each, row))
      if (values.includes(UNKNOWN)) return UNKNOWN
      return values.filter((value) => (value === null) === (expression.op === 'count nulls')).length
    }
    case 'coalesce':
      return expression.of.map((each) => evaluate(each, row)).find((value) => value !== null) ?? null
    case 'in':
      return isIn(expression, row)
    case 'is distinct from': {
      const [left, right] = [evaluate(expression.left, row), evaluate(expression.right, row)]
      if (left === UNKNOWN || right === UNKNOWN) return UNKNOWN
      if (left === null || right === null) return left !== right
      return compare('<>', left, right, expression.ignoreCase)
    }
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const { op, ignoreCase } = expression
      const [left, right] = [evaluate(expression.left, row), evaluate(expression.right, row)]
      if (left === null || right === null) return null
      return compare(op, left, right, ignoreCase)
    }
    default:
      return given(evaluate(expression.of, row), (value) => derive(expression, value))
  }
}

type Unary = Extract<
  Expression,
  { op: 'length' | 'octets' | 'cardinality' | 'lower' | 'upper' | 'trim' | 'matches' | 'float4' | 'float8' }
>

/** Evaluates a function of a value that is neither null nor UNKNOWN. */
function derive(expression: Unary, value: Value): Value {
  const text = typeof value === 'string' ? value : ''
  switch (expression.op) {
    case 'length':
      return lengthOf(text)
    case 'octets':
      return octetsOf(text)
    case 'cardinality':
      return typeof value === 'object' && value !== null && 'elements' in value ? value.elements : UNKNOWN
    case 'lower':
      return isAscii(text) ? text.toLowerCase() : UNKNOWN
    case 'upper':
      return isAscii(text) ? text.toUpperCase() : UNKNOWN
    case 'trim':
      return trim(text, expression.characters, expression.side)
    case 'matches':
      if (expression.ascii && !isAscii(text)) return UNKNOWN
      return patternOf(expression.pattern).test(text)
    case 'float4':
      return Math.fround(Number(value))
    case 'float8':
      return isDecimal(value) ? toFloat(value) : Number(value)
  }
}

/** `and` ends with the first false, `or` with the first true; otherwise a part that is null or UNKNOWN decides. */
function all(parts: readonly Expression[], row: Row, end: boolean): Value {
  let result: Value = !end
  for (const part of parts) {
    const value = evaluate(part, row)
    if (value === end) return end
    if (value === UNKNOWN || (value === null && result !== UNKNOWN)) result = value
  }
  return result
}

function isIn({ of, values, ignoreCase }: Extract<Expression, { op: 'in' }>, row: Row): Value {
  const value = evaluate(of, row)
  if (value === null) return null
  const found = values.map((each) => {
    const candidate = evaluate(each, row)
    return candidate === null ? null : compare('=', value, candidate, ignoreCase)
  })
  if (found.includes(true)) return true
  if (found.includes(UNKNOWN)) return UNKNOWN
  return found.includes(null) ? null : false
}

type Operator = '=' | '<>' | '<' | '<=' | '>' | '>='

function compare(operator: Operator, left: Value, right: Value, ignoreCase = false): Value {
  if (left === UNKNOWN || right === UNKNOWN) return UNKNOWN
  if (isToday(left) || isToday(right)) return compareDays(operator, left, right)
  if (ignoreCase) return compareFolded(operator, String(left), String(right))
  return holds(operator, order(left, right))
}

function holds(operator: Operator, order: number): boolean {
  switch (operator) {
    case '=':
      return order === 0
    case '<>':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
  }
}

/** The result if it is the same for every day that today can be, else UNKNOWN. */
function compareDays(operator: Operator, left: Value, right: Value): Value {
  const results = daysOfToday().map((today) => {
    const dayOf = (value: Value) => (isToday(value) ? today + value.daysFromToday : value)
    return holds(operator, order(dayOf(left), dayOf(right)))
  })
  return results.every((each) => each === results[0]) ? (results[0] ?? UNKNOWN) : UNKNOWN
}

/** Compares citext. Beyond ASCII, the server's locale decides which letters differ in case alone. */
function compareFolded(operator: Operator, left: string, right: string): Value {
  if (left !== right && !(isAscii(left) && isAscii(right))) return UNKNOWN
  const isSame = left === right || left.toLowerCase() === right.toLowerCase()
  return operator === '=' ? isSame : operator === '<>' ? !isSame : UNKNOWN
}

function known(value: Value, then: (value: Value) => Value): Value {
  return value === UNKNOWN ? UNKNOWN : then(value)
}

function given(value: Value, then: (value: Value) => Value): Value {
  return value === UNKNOWN || value === null ? value : then(value)
}

const constants = new WeakMap<Expression, Value>()

function constant(expression: Extract<Expression, { op: 'constant' }>): Value {
  const value = constants.get(expression) ?? readConstant(expression.value, expression.type)
  constants.set(expression, value)
  return value
}

const patterns = new Map<string, TextPattern>()

function patternOf(source: string): TextPattern {
  const pattern = patterns.get(source) ?? new TextPattern(source)
  patterns.set(source, pattern)
  return pattern
}
