import type { Node } from 'libpg-query'

/** An expression as data. src/validation/ evaluates it; src/validation/rules.ts lists the operations. */
export interface Tree {
  readonly op: string
  readonly [part: string]: unknown
}

/** An expression with its type. */
export interface Typed {
  tree: Tree
  /** A type's name in pg_catalog, `citext`, `array`, an enum's qualified name, or `unknown` for a bare literal. */
  type: string
  /** True if the collation may treat different strings as equal. citext does so in any case. */
  isLoose?: boolean
}

/** The columns and enums that an expression may refer to. */
export interface CheckScope {
  column(name: string): { type: string; isLoose: boolean; isComputed?: boolean } | undefined
  /** Labels by name: `mood`, `crm.mood`. */
  enums: ReadonlyMap<string, readonly string[]>
}

/** Thrown and caught while an expression is translated; the message is a clause that says why it has no tree. */
export class Inexpressible extends Error {}

const WHOLE = ['int2', 'int4', 'int8']
/** Types of numbers. */
export const NUMBERS = new Set([...WHOLE, 'oid', 'numeric', 'float4', 'float8'])
/** Integer types that are numbers in JavaScript. */
const SMALL = new Set(['int2', 'int4', 'oid'])
/** Types of floating-point numbers. */
export const FLOATS = new Set(['float4', 'float8'])
/** Types of text that compare by their characters. */
export const TEXTS = new Set(['text', 'varchar'])
/** All types of text. */
export const TEXT_LIKE = new Set([...TEXTS, 'bpchar', 'citext'])
/** Types whose values the interpreter can order. */
export const ORDERED = new Set([...NUMBERS, 'bool', 'uuid', 'date', 'timestamp', 'timestamptz'])

/** A boolean expression. */
export function bool(tree: Tree): Typed {
  return { tree, type: 'bool' }
}

/** The negation of an expression. */
export function not(of: Tree): Tree {
  return { op: 'not', of }
}

/** A literal: a number, a string, a boolean or null. */
export function constant({
  A_Const: { isnull, ival, fval, sval, boolval },
}: Extract<Node, { A_Const: unknown }>): Typed {
  const typed = (kind: string, value: string | number | boolean): Typed => ({
    tree: { op: 'constant', type: { kind }, value },
    type: kind,
  })
  if (isnull) return { tree: { op: 'constant', type: { kind: 'text' }, value: null }, type: 'unknown' }
  if (ival) return typed('int4', ival.ival ?? 0)
  if (boolval) return typed('bool', boolval.boolval ?? false)
  if (fval) {
    const text = fval.fval ?? ''
    return typed(/^\d{1,18}$/.test(text) ? 'int8' : 'numeric', text)
  }
  return { tree: { op: 'constant', type: { kind: 'text' }, value: sval?.sval ?? '' }, type: 'unknown' }
}

/** Converts text to a number or a boolean for the types that are stored as such in a tree. */
function literal(value: unknown, type: string): unknown {
  if (typeof value !== 'string') return value
  if (type === 'bool') return /^[ty1]|^on$/i.test(value)
  return SMALL.has(type) ? Number(value) : value
}

/**
 * A negative number.
 *
 * @throws {Inexpressible} the operator is not a minus, or its operand is not a number.
 */
export function negative(operator: string, { tree, type }: Typed): Typed {
  const { op, value } = tree
  if (operator !== '-' || op !== 'constant' || !NUMBERS.has(type))
    throw new Inexpressible(`it uses the operator ${operator}`)
  return { tree: { ...tree, value: typeof value === 'number' ? -value : `-${value}` }, type }
}

/**
 * Casts an expression to a type, as PostgreSQL would, given the labels of enums by name.
 *
 * @throws {Inexpressible} the cast changes values in a way that validators do not reproduce.
 */
export function convert(value: Typed, to: string, enums: CheckScope['enums']): Typed {
  const { tree, type } = value
  const labels = enums.get(to)
  if (type === 'unknown') {
    if (!labels && !TEXT_LIKE.has(to) && !ORDERED.has(to))
      throw new Inexpressible(`it has a constant of type ${to}`)
    const kind = labels ? { kind: 'enum', labels } : { kind: to }
    return { tree: { ...tree, type: kind, value: literal(tree.value, to) }, type: to }
  }
  const isText = TEXT_LIKE.has(type) || enums.has(type)
  if (type === to || (isText && (TEXTS.has(to) || (to === 'citext' && type !== 'bpchar')))) {
    return { ...value, type: to }
  }
  if (tree.op === 'constant' && FLOATS.has(to) && NUMBERS.has(type)) {
    return { tree: { ...tree, type: { kind: to } }, type: to }
  }
  const isWider =
    NUMBERS.has(type) &&
    WHOLE.includes(to) &&
    WHOLE.indexOf(type) !== -1 &&
    WHOLE.indexOf(type) < WHOLE.indexOf(to)
  if (isWider || (to === 'numeric' && WHOLE.includes(type))) return { tree, type: to }
  if (FLOATS.has(to) && NUMBERS.has(type) && !(to === 'float4' && type !== 'int2' && type !== 'int4')) {
    return { tree: type === 'float4' || type === to ? tree : { op: to, of: tree }, type: to }
  }
  throw new Inexpressible(`it casts ${type} to ${to}`)
}
