import type { A_Expr, BoolExpr, FuncCall, Node, TypeCast, TypeName } from 'libpg-query'
import { parseExpression, readArrayLiteral } from './check-expression.ts'
import { translateLike, translatePattern } from './pattern.ts'
import { listOf, nameOf } from './query-scope.ts'
import {
  bool,
  type CheckScope,
  constant,
  convert,
  FLOATS,
  Inexpressible,
  NUMBERS,
  negative,
  not,
  ORDERED,
  TEXT_LIKE,
  TEXTS,
  type Tree,
  type Typed,
} from './typed-tree.ts'

/** The result of translating an expression. */
export interface CheckTree {
  tree: Tree | undefined
  /** Why there is no tree, or which rows the tree does not decide about, so that only the database checks them. */
  reasons: readonly string[]
}

/** Translates a CHECK or a constant default as printed by PostgreSQL. Requires loadModule() of libpg-query. */
export function readTree(expression: string, scope: CheckScope): CheckTree {
  const compiler = new Compiler(scope)
  try {
    const { tree } = compiler.compile(parseExpression(expression))
    return { tree, reasons: [...compiler.limitations] }
  } catch (error) {
    if (!(error instanceof Inexpressible)) throw error
    return { tree: undefined, reasons: [error.message] }
  }
}

const LOOSE = 'its collation treats different strings as equal'
const ELEMENTS = 'it reads the elements of an array'
const BEYOND_ASCII = "the server's locale decides about letters, digits and spaces beyond ASCII"
const WITHOUT_OFFSET =
  'the time zone of the session decides about times that are sent as text without an offset'
const COMPARISONS = new Set(['=', '<>', '<', '<=', '>', '>='])
const LENGTHS = new Set(['length', 'char_length', 'character_length'])
const TRIMS: Readonly<Record<string, string>> = { btrim: 'both', ltrim: 'start', rtrim: 'end' }

class Compiler {
  readonly limitations = new Set<string>()
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
    throw new Inexpressible('it uses an expression that validators do not support')
  }

  #column(path: (string | undefined)[]): Typed {
    const name = path.at(-1) ?? ''
    const found = this.#scope.column(name)
    if (!found) throw new Inexpressible('it refers to something other than a column')
    if (found.isComputed) this.limitations.add(`only the database computes ${name}`)
    if (found.type === 'timestamptz') this.limitations.add(WITHOUT_OFFSET)
    return { tree: { op: 'column', name }, type: found.type, isLoose: found.isLoose }
  }

  #boolean(node: Node): Tree {
    const { tree, type } = this.compile(node)
    if (type !== 'bool' && type !== 'unknown') throw new Inexpressible(`it uses ${type} as a condition`)
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
    if (!first || all.some(({ type }) => type !== first.type))
      throw new Inexpressible('its coalesce mixes types')
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
    if (kind !== 'AEXPR_OP') throw new Inexpressible('it uses an expression that validators do not support')
    return bool(
      COMPARISONS.has(operator) ? this.#compare(operator, left, right) : this.#match(operator, left, right),
    )
  }

  #compare(operator: string, left: Typed, right: Typed): Tree {
    const ignoreCase = this.#ignoresCase(operator, left, right)
    return { op: operator, left: left.tree, right: right.tree, ...(ignoreCase && { ignoreCase }) }
  }

  /** Whether the comparison ignores case. Rejects comparisons that the interpreter would evaluate differently. */
  #ignoresCase(operator: string, left: Typed, right: Typed): boolean {
    const isEquality = operator === '=' || operator === '<>'
    const types = [left.type, right.type]
    const both = (set: ReadonlySet<string>) => types.every((type) => set.has(type))
    if (both(NUMBERS)) {
      // PostgreSQL compares these as float8 and casts the other operand implicitly, so no cast is printed.
      const isMixed =
        types.some((type) => FLOATS.has(type)) && types.some((type) => type === 'int8' || type === 'numeric')
      if (isMixed) throw new Inexpressible(`it compares ${left.type} with ${right.type}`)
      return false
    }
    if (left.type === right.type && ORDERED.has(left.type)) return false
    if (left.isLoose || right.isLoose) throw new Inexpressible(LOOSE)
    const isText =
      both(TEXTS) ||
      (left.type === right.type && (left.type === 'bpchar' || this.#scope.enums.has(left.type)))
    if (isText && isEquality) return false
    if (isText) throw new Inexpressible('the order of text depends on the collation')
    if (left.type !== 'citext' || right.type !== 'citext' || !isEquality) {
      throw new Inexpressible(`it compares ${left.type} with ${right.type}`)
    }
    this.limitations.add(BEYOND_ASCII)
    return true
  }

  /** `= any (array[…])`, which is how PostgreSQL prints `in`, and `<> all (array[…])`. */
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
      throw new Inexpressible(ELEMENTS)
    }
    const { arg, typeName } = node.TypeCast
    const type = this.#typeOf(typeName)
    if (!('A_Const' in arg))
      return this.#elements(arg).map((element) => convert(element, type, this.#scope.enums))
    return readArrayLiteral(arg).map((element) => {
      if (typeof element !== 'string' && element !== null) throw new Inexpressible(ELEMENTS)
      return convert({ tree: { op: 'constant', value: element }, type: 'unknown' }, type, this.#scope.enums)
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
    if (left.isLoose) throw new Inexpressible(LOOSE)
    const ignoreCase = sign.endsWith('*') || left.type === 'citext'
    const isLike = sign.startsWith('~~')
    const pattern = isLike ? translateLike(value, ignoreCase) : translatePattern(value, ignoreCase)
    if (!pattern) throw new Inexpressible('its pattern has no equivalent in JavaScript')
    if (pattern.isAscii) this.limitations.add(BEYOND_ASCII)
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
      this.limitations.add(BEYOND_ASCII)
      return { ...first, tree: { op: name, of: first.tree }, type: 'text' }
    }
    const side = TRIMS[name]
    const characters = second ? second.tree.value : ' '
    if (!side || typeof characters !== 'string') throw refusal
    return { ...first, tree: { op: 'trim', side, of: first.tree, characters }, type: 'text' }
  }

  #cast({ arg, typeName }: TypeCast): Typed {
    if (!arg || (typeName?.typmods ?? []).length > 0)
      throw new Inexpressible('it casts to a type that truncates or rounds')
    if (typeName?.arrayBounds) throw new Inexpressible(ELEMENTS)
    return convert(this.compile(arg), this.#typeOf(typeName), this.#scope.enums)
  }

  /** The name of a type, as printed with the search path `public`. */
  #typeOf(typeName: TypeName | undefined): string {
    const names = (typeName?.names ?? [])
      .map(nameOf)
      .filter((name) => name !== 'pg_catalog' && name !== 'public')
    return names.join('.')
  }
}
