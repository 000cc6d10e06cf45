import type { A_Expr, BoolExpr, FuncCall, Node, TypeCast, TypeName } from 'libpg-query'
import { parseExpression, readArrayLiteral } from './check-expression.ts'
import { translateLike, translatePattern } from './pattern.ts'
import { listOf, nameOf } from './query-scope.ts'

/** An expression as data, for src/validation/ to evaluate; src/validation/rules.ts says what there is. */
export interface Tree {
  readonly op: string
  readonly [part: string]: unknown
}

/** What an expression is, besides what it says. */
interface Typed {
  tree: Tree
  /** A type's name in pg_catalog; `citext`, `array`, or an enum's qualified name; `unknown` of a bare literal. */
  type: string
  /** A collation may call different strings equal, as citext does by itself. */
  isLoose?: boolean
}

/** Where an expression stands: its columns, and the enums there are. */
export interface CheckScope {
  column(name: string): { type: string; isLoose: boolean } | undefined
  /** Labels by name: `mood`, `crm.mood`. */
  enums: ReadonlyMap<string, readonly string[]>
}

export interface CheckTree {
  tree: Tree | undefined
  /** Why there is no tree, or what it leaves to the database. */
  reason: string | undefined
}

class Inexpressible extends Error {}

/** A CHECK or a constant default, as PostgreSQL prints it. Call libpg-query's loadModule first. */
export function readTree(expression: string, scope: CheckScope): CheckTree {
  const compiler = new Compiler(scope)
  try {
    const { tree } = compiler.compile(parseExpression(expression))
    return { tree, reason: compiler.leaves }
  } catch (error) {
    if (!(error instanceof Inexpressible)) throw error
    return { tree: undefined, reason: error.message }
  }
}

const WHOLE = ['int2', 'int4', 'int8']
const NUMBERS = new Set([...WHOLE, 'oid', 'numeric', 'float4', 'float8'])
/** Whole numbers that are numbers in JavaScript. */
const SMALL = new Set(['int2', 'int4', 'oid'])
const FLOATS = new Set(['float4', 'float8'])
const TEXTS = new Set(['text', 'varchar'])
const TEXT_LIKE = new Set([...TEXTS, 'bpchar', 'citext'])
/** Types whose values the interpreter puts in order. */
const ORDERED = new Set([...NUMBERS, 'bool', 'uuid', 'date', 'timestamp', 'timestamptz'])

const BEYOND_ASCII = "letters, digits and spaces beyond ASCII are the server's locale's to know"
const COMPARISONS = new Set(['=', '<>', '<', '<=', '>', '>='])
const LENGTHS = new Set(['length', 'char_length', 'character_length'])
const TRIMS: Readonly<Record<string, string>> = { btrim: 'both', ltrim: 'start', rtrim: 'end' }

class Compiler {
  /** What the tree leaves to the database. */
  leaves: string | undefined
  readonly #scope: CheckScope

  constructor(scope: CheckScope) {
    this.#scope = scope
  }

  compile(node: Node): Typed {
    if ('A_Const' in node) return constant(node)
    if ('TypeCast' in node) return this.#cast(node.TypeCast)
    if ('ColumnRef' in node) return this.#column(node.ColumnRef.fields?.map(nameOf) ?? [])
    if ('BoolExpr' in node) return this.#logic(node.BoolExpr)
    if ('A_Expr' in node) return this.#operation(node.A_Expr)
    if ('FuncCall' in node) return this.#call(node.FuncCall)
    if ('NullTest' in node && node.NullTest.arg) {
      const tree = { op: 'is null', of: this.compile(node.NullTest.arg).tree }
      return bool(node.NullTest.nulltesttype === 'IS_NULL' ? tree : not(tree))
    }
    if ('BooleanTest' in node && node.BooleanTest.arg) {
      const of = this.#boolean(node.BooleanTest.arg)
      const [, no, test = ''] =
        /^IS_(NOT_)?(TRUE|FALSE|UNKNOWN)$/.exec(node.BooleanTest.booltesttype ?? '') ?? []
      const tree = { op: test === 'UNKNOWN' ? 'is null' : `is ${test.toLowerCase()}`, of }
      return bool(no ? not(tree) : tree)
    }
    if ('CoalesceExpr' in node) return this.#coalesce(node.CoalesceExpr.args ?? [])
    if ('SQLValueFunction' in node && node.SQLValueFunction.op === 'SVFOP_CURRENT_DATE') {
      return { tree: { op: 'today' }, type: 'date' }
    }
    throw new Inexpressible('it computes what no validator does')
  }

  #column(path: (string | undefined)[]): Typed {
    const name = path.at(-1) ?? ''
    const found = this.#scope.column(name)
    if (!found) throw new Inexpressible('it reads what is no column')
    return { tree: { op: 'column', name }, ...found }
  }

  #boolean(node: Node): Tree {
    const { tree, type } = this.compile(node)
    if (type !== 'bool' && type !== 'unknown') throw new Inexpressible(`it asks whether ${type} is true`)
    return tree
  }

  #logic({ boolop, args = [] }: BoolExpr): Typed {
    const of = args.map((arg) => this.#boolean(arg))
    if (boolop === 'NOT_EXPR') return bool(not(of[0] ?? { op: 'and', of: [] }))
    return bool({ op: boolop === 'AND_EXPR' ? 'and' : 'or', of })
  }

  #coalesce(args: Node[]): Typed {
    const all = args.map((arg) => this.compile(arg))
    const [first] = all
    if (!first || all.some(({ type }) => type !== first.type)) throw new Inexpressible('it mixes types')
    return {
      ...first,
      tree: { op: 'coalesce', of: all.map(({ tree }) => tree) },
      isLoose: all.some((each) => each.isLoose),
    }
  }

  #operation({ kind, name = [], lexpr, rexpr }: A_Expr): Typed {
    const operator = nameOf(name.at(-1)) ?? ''
    if (name.length > 1 && nameOf(name[0]) !== 'pg_catalog')
      throw new Inexpressible(`it uses the operator ${operator}`)
    if (!rexpr) throw new Inexpressible(`it uses the operator ${operator}`)
    if (!lexpr) return negative(operator, this.compile(rexpr))
    if (kind === 'AEXPR_OP_ANY' || kind === 'AEXPR_OP_ALL') return this.#list(kind, operator, lexpr, rexpr)
    const left = this.compile(lexpr)
    const right = this.compile(rexpr)
    if (kind === 'AEXPR_DISTINCT' || kind === 'AEXPR_NOT_DISTINCT') {
      const tree = { ...this.#compare('=', left, right), op: 'is distinct from' }
      return bool(kind === 'AEXPR_DISTINCT' ? tree : not(tree))
    }
    if (kind !== 'AEXPR_OP') throw new Inexpressible('it computes what no validator does')
    return bool(
      COMPARISONS.has(operator) ? this.#compare(operator, left, right) : this.#match(operator, left, right),
    )
  }

  #compare(operator: string, left: Typed, right: Typed): Tree {
    const ignoreCase = this.#ignoresCase(operator, left, right)
    return { op: operator, left: left.tree, right: right.tree, ...(ignoreCase && { ignoreCase }) }
  }

  /** Whether letter case counts; refuses what the interpreter would compare differently. */
  #ignoresCase(operator: string, left: Typed, right: Typed): boolean {
    const isEquality = operator === '=' || operator === '<>'
    const types = [left.type, right.type]
    const both = (set: ReadonlySet<string>) => types.every((type) => set.has(type))
    if (both(NUMBERS)) {
      // PostgreSQL would compare them as float8, to which it casts what is none; here no cast is printed.
      const isMixed =
        types.some((type) => FLOATS.has(type)) && types.some((type) => type === 'int8' || type === 'numeric')
      if (isMixed) throw new Inexpressible(`it compares ${left.type} with ${right.type}`)
      return false
    }
    if (left.type === right.type && ORDERED.has(left.type)) return false
    if (left.isLoose || right.isLoose) throw new Inexpressible('its collation calls different strings equal')
    const isText =
      both(TEXTS) ||
      (left.type === right.type && (left.type === 'bpchar' || this.#scope.enums.has(left.type)))
    if (isText && isEquality) return false
    if (isText) throw new Inexpressible('the order of texts is that of a collation')
    if (left.type !== 'citext' || right.type !== 'citext' || !isEquality) {
      throw new Inexpressible(`it compares ${left.type} with ${right.type}`)
    }
    this.leaves = BEYOND_ASCII
    return true
  }

  /** `= any (array[…])`, which `in` has become, and `<> all (array[…])`. */
  #list(kind: string, operator: string, lexpr: Node, rexpr: Node): Typed {
    const isIn = kind === 'AEXPR_OP_ANY' && operator === '='
    if (!isIn && !(kind === 'AEXPR_OP_ALL' && operator === '<>')) {
      throw new Inexpressible(`it uses the operator ${operator} with a list`)
    }
    const of = this.compile(lexpr)
    const values = this.#elements(rexpr)
    const ignoreCase = values.map((value) => this.#ignoresCase('=', of, value)).includes(true)
    const tree = {
      op: 'in',
      of: of.tree,
      values: values.map((value) => value.tree),
      ...(ignoreCase && { ignoreCase }),
    }
    return bool(isIn ? tree : not(tree))
  }

  #elements(node: Node): Typed[] {
    if ('A_ArrayExpr' in node)
      return (node.A_ArrayExpr.elements ?? []).map((element) => this.compile(element))
    if ('List' in node) return listOf(node).map((element) => this.compile(element))
    if (!('TypeCast' in node) || !node.TypeCast.arg || !node.TypeCast.typeName?.arrayBounds) {
      throw new Inexpressible('it looks into an array')
    }
    const { arg, typeName } = node.TypeCast
    const type = this.#typeOf(typeName)
    if (!('A_Const' in arg)) return this.#elements(arg).map((element) => this.#convert(element, type))
    return readArrayLiteral(arg).map((element) => {
      if (typeof element !== 'string' && element !== null) throw new Inexpressible('it looks into an array')
      return this.#convert({ tree: { op: 'constant', value: element }, type: 'unknown' }, type)
    })
  }

  #match(operator: string, left: Typed, right: Typed): Tree {
    const [, no, sign = ''] = /^(!?)(~~?\*?)$/.exec(operator) ?? []
    if (no === undefined) throw new Inexpressible(`it uses the operator ${operator}`)
    const { op, value } = right.tree
    if (
      !TEXT_LIKE.has(left.type) ||
      left.type === 'bpchar' ||
      op !== 'constant' ||
      typeof value !== 'string'
    ) {
      throw new Inexpressible(`it uses the operator ${operator}`)
    }
    if (left.isLoose) throw new Inexpressible('its collation calls different strings equal')
    const ignoreCase = sign.endsWith('*') || left.type === 'citext'
    const isLike = sign.startsWith('~~')
    const pattern = isLike ? translateLike(value, ignoreCase) : translatePattern(value, ignoreCase)
    if (!pattern) throw new Inexpressible('JavaScript has nothing that means the same as its pattern')
    if (pattern.isAscii) this.leaves = BEYOND_ASCII
    const tree = {
      op: 'matches',
      of: left.tree,
      pattern: pattern.source,
      ...(pattern.isAscii && { ascii: true }),
    }
    return no ? not(tree) : tree
  }

  #call({ funcname = [], args = [] }: FuncCall): Typed {
    const name = nameOf(funcname.at(-1)) ?? ''
    const refusal = new Inexpressible(`it calls ${name}`)
    if (funcname.length > 1 && nameOf(funcname[0]) !== 'pg_catalog') throw refusal
    const all = args.map((arg) => this.compile(arg))
    const [first, second] = all
    if (!first) throw refusal
    if (name === 'num_nulls' || name === 'num_nonnulls') {
      const op = name === 'num_nulls' ? 'count nulls' : 'count values'
      return { tree: { op, of: all.map(({ tree }) => tree) }, type: 'int4' }
    }
    if (name === 'cardinality' && first.type === 'array') {
      return { tree: { op: 'cardinality', of: first.tree }, type: 'int4' }
    }
    if (!TEXT_LIKE.has(first.type)) throw refusal
    if (LENGTHS.has(name) && all.length === 1) return { tree: { op: 'length', of: first.tree }, type: 'int4' }
    if (name === 'octet_length' && first.type !== 'bpchar')
      return { tree: { op: 'octets', of: first.tree }, type: 'int4' }
    if (name === 'lower' || name === 'upper') {
      this.leaves = BEYOND_ASCII
      return { ...first, tree: { op: name, of: first.tree }, type: 'text' }
    }
    const side = TRIMS[name]
    const characters = second ? second.tree.value : ' '
    if (!side || typeof characters !== 'string') throw refusal
    return { ...first, tree: { op: 'trim', side, of: first.tree, characters }, type: 'text' }
  }

  #cast({ arg, typeName }: TypeCast): Typed {
    if (!arg || (typeName?.typmods ?? []).length > 0)
      throw new Inexpressible('it casts to a type that cuts or rounds')
    if (typeName?.arrayBounds) throw new Inexpressible('it looks into an array')
    return this.#convert(this.compile(arg), this.#typeOf(typeName))
  }

  /** A type's name, as it is printed under a search path of public. */
  #typeOf(typeName: TypeName | undefined): string {
    const names = (typeName?.names ?? [])
      .map(nameOf)
      .filter((name) => name !== 'pg_catalog' && name !== 'public')
    return names.join('.')
  }

  #convert(value: Typed, to: string): Typed {
    const { tree, type } = value
    const labels = this.#scope.enums.get(to)
    if (type === 'unknown') {
      if (!labels && !TEXT_LIKE.has(to) && !ORDERED.has(to))
        throw new Inexpressible(`it has a constant of type ${to}`)
      const kind = labels ? { kind: 'enum', labels } : { kind: to }
      return { tree: { ...tree, type: kind, value: literal(tree.value, to) }, type: to }
    }
    const isText = TEXT_LIKE.has(type) || this.#scope.enums.has(type)
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
}

function bool(tree: Tree): Typed {
  return { tree, type: 'bool' }
}

function not(of: Tree): Tree {
  return { op: 'not', of }
}

function constant({
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

/** Text as a number or a boolean where a type is read from these alone. */
function literal(value: unknown, type: string): unknown {
  if (typeof value !== 'string') return value
  if (type === 'bool') return /^[ty1]|^on$/i.test(value)
  return SMALL.has(type) ? Number(value) : value
}

function negative(operator: string, { tree, type }: Typed): Typed {
  const { op, value } = tree
  if (operator !== '-' || op !== 'constant' || !NUMBERS.has(type))
    throw new Inexpressible(`it uses the operator ${operator}`)
  return { tree: { ...tree, value: typeof value === 'number' ? -value : `-${value}` }, type }
}
