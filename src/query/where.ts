import type { RawBuilder, SqlBool } from 'kysely'
import { InvalidInputError, nested, unknownField } from '../errors/index.ts'
import { isObject, listOf, type Reader } from '../input/index.ts'
import { sql } from '../kysely/index.ts'

/** The bounds of a range, and `not: null` for any value. Conditions are combined with `and`. */
export interface Range<T> {
  /** This value or a greater one. */
  gte?: T | undefined
  /** A greater value. */
  gt?: T | undefined
  /** This value or a smaller one. */
  lte?: T | undefined
  /** A smaller value. */
  lt?: T | undefined
  /** Not null. */
  not?: null | undefined
}

/** The condition on a list of texts, such as tags. Conditions are combined with `and`. */
export interface ListCondition {
  /** This text is in the list. */
  has?: string | undefined
  /** All of these texts are in the list. */
  hasAll?: readonly string[] | undefined
  /** At least one of these texts is in the list. */
  hasAny?: readonly string[] | undefined
  /** The list is not null. */
  not?: null | undefined
}

/** The condition on an object of JSON, such as attributes. Conditions are combined with `and`. */
export interface JsonCondition {
  /**
   * Fields that the object has with these values. Of an object within it, the fields that are named are compared; a list has to
   * contain the items that are named.
   */
  contains?: Readonly<Record<string, unknown>> | undefined
  /** The object is not null. */
  not?: null | undefined
}

/** The condition on a column: a value, one of a list, within a range; null where the column may be null. */
export type Condition<T> = [NonNullable<T>] extends [readonly string[]]
  ? ListCondition | Extract<T, null>
  : [NonNullable<T>] extends [Date | string | number | boolean]
    ? PlainCondition<T>
    : JsonCondition | Extract<T, null>

type PlainCondition<T> =
  | NonNullable<T>
  | readonly (T | Extract<T, null>)[]
  | Range<NonNullable<T>>
  | Extract<T, null>

/** Conditions on the columns of a row, combined with `and`. */
export type Where<Row> = {
  readonly [Column in keyof Row]?: Condition<Row[Column]> | undefined
} & {
  /** All of these. */
  readonly and?: readonly Where<Row>[] | undefined
  /** At least one of these. */
  readonly or?: readonly Where<Row>[] | undefined
}

/** A column by which a list can be filtered. */
export interface FilterColumn {
  readonly column: string
  /** Reads a value to compare with; a text of a list, or an object of JSON. */
  readonly read: Reader<unknown>
  /** The kind of a column whose contents are compared, instead of its value. */
  readonly holds?: 'texts' | 'json'
  /** The function of schema/ that finds the keys for an actor: under row security no index of such a column is used. */
  readonly find?: string
}

type Compare = '=' | '>=' | '>' | '<=' | '<'

type Node =
  | { readonly kind: 'and' | 'or'; readonly nodes: readonly Node[] }
  | {
      readonly kind: 'compare'
      readonly column: string
      readonly operator: Compare
      readonly parameter: string
    }
  | { readonly kind: 'any'; readonly column: string; readonly parameter: string }
  | { readonly kind: 'null' | 'not null'; readonly column: string }
  | {
      readonly kind: 'contains'
      readonly column: string
      readonly find: string | undefined
      readonly operator: '@>' | '&&'
      readonly parameter: string
    }

type Placeholders = Readonly<Record<string, RawBuilder<unknown>>>

/** How the conditions of an actor are written. */
export interface ForActor {
  /** The column of the key that functions find. */
  readonly key: string
}

/** Conditions that were read: their shape, on which the statement depends, and their values. */
export interface ReadWhere {
  /** Equal for conditions of the same shape. */
  readonly key: string
  /** Values by the names of their placeholders. */
  readonly values: Readonly<Record<string, unknown>>
  build($: Placeholders, actor?: ForActor): RawBuilder<SqlBool>
}

const MAX_DEPTH = 5
const MAX_CONDITIONS = 50
const OPERATORS = { gte: '>=', gt: '>', lte: '<=', lt: '<' } as const
const RANGE = [...Object.keys(OPERATORS), 'not']

/**
 * Reads the conditions of a request.
 *
 * @throws {InvalidInputError} a column, an operator or a value is not valid; the field is its path, as `where.status[1]`.
 */
export function readWhere(where: unknown, columns: Readonly<Record<string, FilterColumn>>): ReadWhere {
  const reader = new WhereReader(columns)
  const node = reader.read(where, 'where', 0)
  return {
    key: keyOf(node),
    values: reader.values,
    build: ($, actor) => toSql(node, $, actor),
  }
}

/** Conditions that must both hold. */
export function bothOf(first: ReadWhere | undefined, second: ReadWhere): ReadWhere {
  if (first === undefined) return second
  // The names of the first ones get a prefix, so that those of the second ones remain.
  const renamed = Object.entries(first.values).map(([name, value]) => [`given_${name}`, value] as const)
  const placeholders = ($: Placeholders) =>
    new Proxy($, { get: (target, name) => target[`given_${String(name)}`] })
  return {
    key: `${first.key} ${second.key}`,
    values: { ...Object.fromEntries(renamed), ...second.values },
    build: ($, actor) => sql`(${first.build(placeholders($), actor)} and ${second.build($, actor)})`,
  }
}

class WhereReader {
  readonly #columns: Readonly<Record<string, FilterColumn>>
  readonly values: Record<string, unknown> = {}
  #conditions = 0

  constructor(columns: Readonly<Record<string, FilterColumn>>) {
    this.#columns = columns
  }

  read(where: unknown, path: string, depth: number): Node {
    if (!isObject(where)) throw new InvalidInputError(path, 'must be an object of conditions')
    if (depth > MAX_DEPTH) throw new InvalidInputError(path, `must not be nested deeper than ${MAX_DEPTH}`)
    const nodes = Object.entries(where).flatMap(([name, value]): Node[] => {
      if (value === undefined) return []
      const field = `${path}.${name}`
      if (name === 'and' || name === 'or') {
        if (!Array.isArray(value)) throw new InvalidInputError(field, 'must be an array of conditions')
        const each = value.map((item, index) => this.read(item, `${field}[${index}]`, depth + 1))
        return [{ kind: name, nodes: each }]
      }
      const offered = Object.hasOwn(this.#columns, name) ? this.#columns[name] : undefined
      if (!offered) throw nested(unknownField(name, [...Object.keys(this.#columns), 'and', 'or']), path)
      return this.#condition(offered, value, field)
    })
    return { kind: 'and', nodes }
  }

  #condition({ column, read, holds, find }: FilterColumn, value: unknown, field: string): Node[] {
    this.#conditions += 1
    if (this.#conditions > MAX_CONDITIONS) {
      throw new InvalidInputError('where', `must not have more than ${MAX_CONDITIONS} conditions`)
    }
    if (value === null) return [{ kind: 'null', column }]
    if (holds) return this.#contents({ column, read, holds, find }, value, field)
    if (Array.isArray(value)) {
      const values = value.filter((item) => item !== null)
      const items = values.map((item) => read(item, `${field}[${value.indexOf(item)}]`))
      const any: Node = { kind: 'any', column, parameter: this.#keep(items) }
      return values.length === value.length ? [any] : [{ kind: 'or', nodes: [any, { kind: 'null', column }] }]
    }
    if (!isObject(value)) {
      return [{ kind: 'compare', column, operator: '=', parameter: this.#keep(read(value, field)) }]
    }
    const bounds = Object.entries(value).flatMap(([name, bound]): Node[] => {
      if (!RANGE.includes(name)) throw nested(unknownField(name, RANGE), field)
      if (bound === undefined) return []
      if (name === 'not') return [notNull(column, bound, `${field}.not`)]
      const parameter = this.#keep(read(bound, `${field}.${name}`))
      return [{ kind: 'compare', column, operator: OPERATORS[name as keyof typeof OPERATORS], parameter }]
    })
    if (bounds.length === 0) throw new InvalidInputError(field, `must have one of ${RANGE.join(', ')}`)
    return bounds
  }

  #contents(
    { column, read, holds, find }: Omit<FilterColumn, 'find'> & { find: string | undefined },
    value: unknown,
    field: string,
  ): Node[] {
    const names = holds === 'texts' ? ['has', 'hasAll', 'hasAny', 'not'] : ['contains', 'not']
    if (!isObject(value)) throw new InvalidInputError(field, `must have one of ${names.join(', ')}`)
    const nodes = Object.entries(value).flatMap(([name, given]): Node[] => {
      if (!names.includes(name)) throw nested(unknownField(name, names), field)
      if (given === undefined) return []
      if (name === 'not') return [notNull(column, given, `${field}.not`)]
      const path = `${field}.${name}`
      const operator = name === 'hasAny' ? '&&' : '@>'
      const items =
        name === 'has' ? [read(given, path)] : name === 'contains' ? [] : listOf(read)(given, path)
      const compared = name === 'contains' ? JSON.stringify(read(given, path) ?? {}) : items
      return [{ kind: 'contains', column, find, operator, parameter: this.#keep(compared) }]
    })
    if (nodes.length === 0) throw new InvalidInputError(field, `must have one of ${names.join(', ')}`)
    return nodes
  }

  #keep(value: unknown): string {
    const name = `where${Object.keys(this.values).length}`
    this.values[name] = value
    return name
  }
}

function notNull(column: string, given: unknown, field: string): Node {
  if (given !== null) throw new InvalidInputError(field, 'must be null')
  return { kind: 'not null', column }
}

function keyOf(node: Node): string {
  if ('nodes' in node) return `${node.kind}(${node.nodes.map(keyOf).join(',')})`
  if (node.kind === 'contains') return `${node.column}${node.operator}`
  return node.kind === 'compare' ? `${node.column}${node.operator}` : `${node.column} ${node.kind}`
}

function toSql(node: Node, $: Placeholders, actor: ForActor | undefined): RawBuilder<SqlBool> {
  switch (node.kind) {
    case 'and':
    case 'or': {
      if (node.nodes.length === 0) return node.kind === 'and' ? sql`true` : sql`false`
      const conditions = node.nodes.map((each) => toSql(each, $, actor))
      return sql`(${sql.join(conditions, node.kind === 'and' ? sql` and ` : sql` or `)})`
    }
    case 'compare':
      return sql`${sql.ref(node.column)} ${sql.raw(node.operator)} ${$[node.parameter]}`
    case 'any':
      return sql`${sql.ref(node.column)} = any(${$[node.parameter]})`
    case 'contains': {
      const { column, find, operator, parameter } = node
      return actor && find
        ? sql`${sql.ref(actor.key)} in (select ${sql.id(find)}(${$[parameter]}${operator === '&&' ? sql`, true` : sql``}))`
        : sql`${sql.ref(column)} ${sql.raw(operator)} ${$[parameter]}`
    }
    case 'null':
      return sql`${sql.ref(node.column)} is null`
    default:
      return sql`${sql.ref(node.column)} is not null`
  }
}
