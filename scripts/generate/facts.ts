import { mayBacktrack } from './backtracking.ts'
import {
  type Catalog,
  type Column,
  type Constraint,
  ofOwner,
  qualified,
  type Relation,
  type ResolvedType,
  resolveType,
} from './catalog.ts'
import { type CheckFact, type CheckFacts, readCheck } from './check-expression.ts'
import { translatePattern } from './pattern.ts'
import { staleBounds, staleNames } from './stale-message.ts'

/** A literal value of a column. */
export type Value = string | number | boolean

/** Limits on a column beyond its type. Lengths are in characters (code points). */
export interface Bounds {
  minLength?: number
  maxLength?: number
  /** Lengths are measured after trimming leading and trailing spaces. */
  trimmed?: true
  min?: number
  max?: number
  exclusiveMin?: number
  exclusiveMax?: number
  /** numeric(precision, scale): the number of digits in total and after the decimal point. */
  precision?: number
  scale?: number
  /** A regular expression for the flags `s` and `u`, in addition to patternFlags. */
  pattern?: string
  patternFlags?: 'i'
}

/** The rules about one column. */
export interface ColumnFacts {
  /** All values that a select can return, in the order of the CHECK, if it lists them. */
  values: Value[] | undefined
  /** All values that new rows may hold: fewer, if the CHECK is NOT VALID or if tables that inherit from this one lack it. */
  accepted: Value[] | undefined
  bounds: Bounds
}

/** The rules about all columns of a catalog. */
export interface Facts {
  /** The rules about a column; none for a column of another catalog. */
  of(relation: Relation, column: string): ColumnFacts
  warnings: string[]
}

const NONE: ColumnFacts = { values: undefined, accepted: undefined, bounds: {} }

/** Reads the rules that CHECKs, varchar and numeric state about single columns. */
export function readFacts(catalog: Catalog): Facts {
  const warnings: string[] = []
  const checks = new Map<Constraint, CheckFacts>()
  for (const check of catalog.constraints.filter(({ kind, isPartition }) => kind === 'c' && !isPartition)) {
    checks.set(check, readCheck(check.expression ?? ''))
  }
  const columns = new Map(
    [...catalog.relations, ...(catalog.addedColumns ?? [])]
      .filter(({ isPartition }) => !isPartition)
      .map((relation) => [
        relation,
        new Map(
          relation.columns.map((column) => [
            column.name,
            readColumn(catalog, checks, relation, column, warnings),
          ]),
        ),
      ]),
  )
  return { of: (relation, column) => columns.get(relation)?.get(column) ?? NONE, warnings }
}

function readColumn(
  catalog: Catalog,
  checks: ReadonlyMap<Constraint, CheckFacts>,
  relation: Relation,
  column: Column,
  warnings: string[],
): ColumnFacts {
  const type = resolveType(catalog, column)
  const found: ColumnFacts = { values: undefined, accepted: undefined, bounds: boundsOfType(type) }
  const name = `${qualified(relation)}.${column.name}`
  for (const check of [relation, ...type.domains].flatMap((owner) => ofOwner(catalog.constraints, owner))) {
    const facts = (checks.get(check)?.facts ?? []).filter(
      (fact) => check.domain !== null || fact.column === column.name,
    )
    if (!check.isEnforced) {
      if (facts.length > 0)
        warnings.push(`${name}: ${check.name} does not narrow the type, because it is not enforced`)
      continue
    }
    if (facts.length > 0 && !check.holds) {
      warnings.push(
        `${name}: ${check.name} narrows the type of new values alone, because existing rows may violate it`,
      )
    }
    for (const { rule } of facts) {
      if (rule.kind !== 'one of' || check.comment === null) continue
      for (const stale of staleNames(check.comment, rule.values)) {
        warnings.push(`${name}: the message of ${check.name} names "${stale}", which is not among its values`)
      }
    }
    if (facts.length > 0 && check.comment !== null) {
      for (const stale of staleBounds(check.comment, check.expression ?? ''))
        warnings.push(
          `${name}: the message of ${check.name} says ${stale}, a number that its CHECK does not have`,
        )
    }
    for (const fact of facts) {
      const problem = type.isArray ? 'it constrains an array' : add(found, fact, type, column, check.holds)
      if (!problem) continue
      warnings.push(`${name}: ${check.name} does not narrow the type, because ${problem}`)
    }
  }
  if (found.accepted?.length === 0 || isEmpty(found.bounds)) {
    warnings.push(`${name}: its CHECKs contradict each other, so no value satisfies them all`)
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

/** Wider types that hold a type's values unchanged, so that a comparison as one of them means the same. */
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

/** Adds a fact, or returns the reason why it cannot be added. */
function add(
  found: ColumnFacts,
  { of, as, rule }: CheckFact,
  { type }: ResolvedType,
  column: Column,
  holds: boolean,
): string | undefined {
  const { bounds } = found
  if (of !== 'value')
    return TEXT_LIKE.has(type.name)
      ? addLength(bounds, of, rule)
      : 'it limits the length of a value that is not text'
  const comparedAs = as ?? type.name
  const wider = type.kind === 'e' ? ['text', 'varchar'] : WIDER[type.name]
  if (comparedAs !== type.name && !wider?.includes(comparedAs)) return `it compares as ${comparedAs}`
  if (rule.kind === 'pattern') {
    if (!TEXT_LIKE.has(type.name)) return 'it applies a pattern to a value that is not text'
    if (comparedAs === 'bpchar') return 'its pattern also sees trailing blanks'
    if (bounds.pattern !== undefined) return 'a column can have only one pattern'
    const translated = translatePattern(rule.pattern, false)
    if (!translated || mayBacktrack(translated.source)) {
      return 'RegExp may take exponential time for its pattern; validators test it in linear time'
    }
    bounds.pattern = rule.pattern
    if (rule.ignoreCase || comparedAs === 'citext') bounds.patternFlags = 'i'
    return undefined
  }
  if (rule.kind === 'bound') {
    return NUMERIC.has(type.name)
      ? addBound(bounds, rule.operator, Number(rule.value))
      : 'only numbers can have bounds'
  }
  const values = readValues(rule.values, type, comparedAs, column)
  if (typeof values === 'string') return values
  const narrowed = (known: Value[] | undefined) => known?.filter((value) => values.includes(value)) ?? values
  found.accepted = narrowed(found.accepted)
  if (holds) found.values = narrowed(found.values)
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
    return numbers.every(Number.isFinite) ? numbers : 'NaN and infinity have no literal type'
  }
  if (type.name === 'bool') return values.map((value) => /^t/.test(value))
  if (comparedAs === 'citext') return 'citext ignores letter case'
  if (type.name === 'bpchar' || !TEXTS.has(comparedAs))
    return `${type.name} values are not printed as the CHECK spells them`
  return column.deterministic ? values : 'its collation treats different strings as equal'
}

function addLength(bounds: Bounds, of: CheckFact['of'], rule: CheckFact['rule']): string | undefined {
  const trimmed = of === 'trimmed length'
  const bounded = bounds.minLength ?? bounds.maxLength
  if (bounded !== undefined && (bounds.trimmed ?? false) !== trimmed)
    return 'lengths with and without trimming cannot be combined'
  if (rule.kind === 'pattern') return 'a pattern cannot apply to a length'
  if (rule.kind === 'one of') {
    const [length, ...more] = rule.values.map(Number)
    if (length === undefined || more.length > 0) return 'a column can have only one exact length'
    bounds.minLength = Math.max(length, bounds.minLength ?? length)
    bounds.maxLength = Math.min(length, bounds.maxLength ?? length)
  } else {
    const limit = Number(rule.value)
    const { operator } = rule
    if (operator === '>') bounds.minLength = Math.max(Math.floor(limit) + 1, bounds.minLength ?? 0)
    if (operator === '>=') bounds.minLength = Math.max(Math.ceil(limit), bounds.minLength ?? 0)
    if (operator === '<') bounds.maxLength = Math.min(Math.ceil(limit) - 1, bounds.maxLength ?? limit)
    if (operator === '<=') bounds.maxLength = Math.min(Math.floor(limit), bounds.maxLength ?? limit)
  }
  if (trimmed) bounds.trimmed = true
  return undefined
}

function addBound(bounds: Bounds, operator: '<' | '<=' | '>' | '>=', value: number): string | undefined {
  if (Number.isNaN(value)) return 'its bound is not a number'
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
