import {
  type Catalog,
  type Column,
  type Constraint,
  qualified,
  type Relation,
  type ResolvedType,
  resolveType,
} from './catalog.ts'
import { type CheckFact, type CheckFacts, readCheck } from './check-expression.ts'

export type Value = string | number | boolean

/** What a column may hold, beyond its type. Lengths are in characters (code points). */
export interface Bounds {
  minLength?: number
  maxLength?: number
  /** The lengths count after leading and trailing spaces are taken off. */
  trimmed?: true
  min?: number
  max?: number
  exclusiveMin?: number
  exclusiveMax?: number
  /** numeric(precision, scale): digits in all, and behind the point. */
  precision?: number
  scale?: number
  /** A regular expression, to be read with the flags `s` and `u` besides patternFlags. */
  pattern?: string
  patternFlags?: 'i'
}

export interface ColumnFacts {
  /** In the order written, where a CHECK lists all values there are. */
  values: Value[] | undefined
  bounds: Bounds
}

export interface Facts {
  /** By `table.column`, the table as `qualified` names it. */
  columns: Map<string, ColumnFacts>
  warnings: string[]
}

/** What every CHECK, varchar and numeric of the catalog says of single columns. */
export function readFacts(catalog: Catalog): Facts {
  const facts: Facts = { columns: new Map(), warnings: [] }
  const checks = catalog.constraints
    .filter(({ kind, isPartition }) => kind === 'c' && !isPartition)
    .map((check) => ({ check, read: readCheck(check.expression ?? '') }))
  for (const relation of catalog.relations.filter((each) => !each.isPartition)) {
    for (const column of relation.columns) {
      facts.columns.set(
        `${qualified(relation)}.${column.name}`,
        readColumn(catalog, checks, relation, column, facts),
      )
    }
  }
  return facts
}

interface ReadCheck {
  check: Constraint
  read: CheckFacts
}

function readColumn(
  catalog: Catalog,
  checks: ReadCheck[],
  relation: Relation,
  column: Column,
  { warnings }: Facts,
): ColumnFacts {
  const type = resolveType(catalog, column)
  const found: ColumnFacts = { values: undefined, bounds: boundsOfType(type) }
  const name = `${qualified(relation)}.${column.name}`
  const own = checks.filter(({ check }) => check.schema === relation.schema && check.table === relation.name)
  const domains = checks.filter(({ check }) =>
    type.domains.some((domain) => domain.schema === check.schema && domain.name === check.domain),
  )
  for (const { check, read } of [...own, ...domains]) {
    const said = read.facts.filter((fact) => check.domain !== null || fact.column === column.name)
    if (said.length > 0 && !check.holds) {
      warnings.push(`${name}: ${check.name} is not valid for every row, so its type stays wide`)
      continue
    }
    for (const fact of said) {
      const problem = type.isArray ? 'it bounds an array' : add(found, fact, type, column)
      if (!problem) continue
      warnings.push(`${name}: ${check.name} narrows no type, because ${problem}`)
    }
  }
  if (found.values?.length === 0 || isEmpty(found.bounds)) {
    warnings.push(`${name}: its CHECKs contradict each other, no value passes`)
  }
  return found
}

function boundsOfType({ type, modifier, isArray }: ResolvedType): Bounds {
  if (modifier < 4 || isArray || type.schema !== 'pg_catalog') return {}
  if (type.name === 'varchar' || type.name === 'bpchar') return { maxLength: modifier - 4 }
  if (type.name !== 'numeric') return {}
  // numeric's modifier: https://github.com/postgres/postgres/blob/REL_18_0/src/backend/utils/adt/numeric.c#L929
  const scale = ((modifier - 4) & 0x7ff) ^ 0x400
  return { precision: ((modifier - 4) >> 16) & 0xffff, scale: scale - 0x400 }
}

const NUMBERS = new Set(['int2', 'int4', 'oid', 'float4', 'float8'])
const NUMERIC = new Set([...NUMBERS, 'int8', 'numeric', 'money'])
const TEXTS = new Set(['text', 'varchar'])
const TEXT_LIKE = new Set([...TEXTS, 'bpchar', 'citext'])

/** Types that hold a type's values as they are, so that comparing as one of them means the same. */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  int2: ['int4', 'int8', 'numeric', 'float4', 'float8'],
  int4: ['int8', 'numeric', 'float8'],
  int8: ['numeric'],
  oid: ['int8'],
  float4: ['float8'],
  text: ['varchar', 'citext'],
  varchar: ['text', 'citext'],
  bpchar: ['text', 'varchar'],
  citext: ['text', 'varchar'],
}

/** Adds a fact, or says why it cannot be added. */
function add(
  found: ColumnFacts,
  { of, as, says }: CheckFact,
  { type }: ResolvedType,
  column: Column,
): string | undefined {
  const { bounds } = found
  if (of !== 'value')
    return TEXT_LIKE.has(type.name) ? addLength(bounds, of, says) : 'it bounds the length of no text'
  const comparedAs = as ?? type.name
  const wider = type.kind === 'e' ? ['text', 'varchar'] : WIDER[type.name]
  if (comparedAs !== type.name && !wider?.includes(comparedAs)) return `it compares as ${comparedAs}`
  if (says.kind === 'pattern') {
    if (!TEXT_LIKE.has(type.name)) return 'it matches no text'
    if (comparedAs === 'bpchar') return 'it matches the blanks at the end, too'
    if (bounds.pattern !== undefined) return 'one column takes one pattern'
    bounds.pattern = says.pattern
    if (says.ignoreCase || comparedAs === 'citext') bounds.patternFlags = 'i'
    return undefined
  }
  if (says.kind === 'bound') {
    return NUMERIC.has(type.name)
      ? addBound(bounds, says.operator, Number(says.value))
      : 'only numbers have bounds'
  }
  const values = readValues(says.values, type, comparedAs, column)
  if (typeof values === 'string') return values
  found.values = found.values?.filter((value) => values.includes(value)) ?? values
  return undefined
}

function readValues(
  values: string[],
  type: ResolvedType['type'],
  comparedAs: string,
  column: Column,
): Value[] | string {
  const { labels } = type
  if (labels) return values.filter((value) => labels.includes(value))
  if (NUMBERS.has(type.name)) {
    const numbers = values.map(Number)
    return numbers.every(Number.isFinite) ? numbers : 'no type is NaN or infinity alone'
  }
  if (type.name === 'bool') return values.map((value) => /^t/.test(value))
  if (comparedAs === 'citext') return 'citext compares without letter case'
  if (type.name === 'bpchar' || !TEXTS.has(comparedAs))
    return `${type.name} does not arrive spelt as in the CHECK`
  return column.deterministic ? values : 'its collation calls different strings equal'
}

function addLength(bounds: Bounds, of: CheckFact['of'], says: CheckFact['says']): string | undefined {
  const trimmed = of === 'trimmed length'
  const bounded = bounds.minLength ?? bounds.maxLength
  if (bounded !== undefined && (bounds.trimmed ?? false) !== trimmed)
    return 'lengths with and without spaces do not mix'
  if (says.kind === 'pattern') return 'a length matches no pattern'
  if (says.kind === 'one of') {
    const [length, ...others] = says.values.map(Number)
    if (length === undefined || others.length > 0) return 'one column takes one length'
    bounds.minLength = Math.max(length, bounds.minLength ?? length)
    bounds.maxLength = Math.min(length, bounds.maxLength ?? length)
  } else {
    const limit = Number(says.value)
    const { operator } = says
    if (operator === '>') bounds.minLength = Math.max(Math.floor(limit) + 1, bounds.minLength ?? 0)
    if (operator === '>=') bounds.minLength = Math.max(Math.ceil(limit), bounds.minLength ?? 0)
    if (operator === '<') bounds.maxLength = Math.min(Math.ceil(limit) - 1, bounds.maxLength ?? limit)
    if (operator === '<=') bounds.maxLength = Math.min(Math.floor(limit), bounds.maxLength ?? limit)
  }
  if (trimmed) bounds.trimmed = true
  return undefined
}

function addBound(bounds: Bounds, operator: '<' | '<=' | '>' | '>=', value: number): string | undefined {
  if (Number.isNaN(value)) return 'its bound is no number'
  if (operator === '>=') bounds.min = Math.max(value, bounds.min ?? value)
  if (operator === '<=') bounds.max = Math.min(value, bounds.max ?? value)
  if (operator === '>') bounds.exclusiveMin = Math.max(value, bounds.exclusiveMin ?? value)
  if (operator === '<') bounds.exclusiveMax = Math.min(value, bounds.exclusiveMax ?? value)
  return undefined
}

function isEmpty({ minLength, maxLength, min, max, exclusiveMin, exclusiveMax }: Bounds): boolean {
  const least = Math.max(min ?? -Infinity, exclusiveMin ?? -Infinity)
  const most = Math.min(max ?? Infinity, exclusiveMax ?? Infinity)
  const isOpen = exclusiveMin === least || exclusiveMax === most
  return (minLength ?? 0) > (maxLength ?? Infinity) || least > most || (least === most && isOpen)
}
