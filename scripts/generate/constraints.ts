import pluralize from 'pluralize'
import { BANNER } from './banner.ts'
import {
  type Catalog,
  type Column,
  type Constraint,
  isView,
  ofOwner,
  qualified,
  type Relation,
  visibleRelations,
} from './catalog.ts'
import { checkSentence } from './check-sentence.ts'
import { forDocComment, forLine } from './escape.ts'
import type { Bounds, Facts, Value } from './facts.ts'
import { notNullName } from './not-null-name.ts'

/** An entry of CONSTRAINTS. Properties are printed in this order. */
interface Entry {
  kind: string
  columns: readonly string[]
  references?: { table: string; columns: readonly string[] }
  message?: string
}

const KINDS: Readonly<Record<Constraint['kind'], string>> = {
  c: 'check',
  f: 'foreign-key',
  n: 'not-null',
  p: 'primary-key',
  t: 'check',
  u: 'unique',
  x: 'exclusion',
}

/** Generates generated/catalog.ts: constraints, value lists and bounds as values that src/ and services import. */
export function emitCatalog(catalog: Catalog, facts: Facts): { text: string; warnings: string[] } {
  const { lists, warnings } = valueLists(catalog, facts)
  const tables = visibleRelations(catalog).filter((relation) => !isView(relation))
  const constraints = new Map(tables.map((table) => [qualified(table), constraintsOf(catalog, table)]))
  for (const table of catalog.additions ?? []) {
    const added = constraintsOf(catalog, table)
    if (added.size > 0) constraints.set(qualified(table), added)
  }
  const domains = domainConstraints(catalog)
  const sections = [
    BANNER,
    `/** Every table by its SQL name. Partitions are not listed. */\nexport const TABLES = ${print(tables.map(qualified))} as const\nexport type TableName = (typeof TABLES)[number]`,
    `/** Every constraint and unique index, by table and name. The messages are their SQL comments, written for people. */\nexport const CONSTRAINTS = ${print(constraints)} as const`,
    `/** The partitioned table of each partition. PostgreSQL's errors name the partition. */\nexport const PARTITIONS = ${print(partitions(catalog))} as const`,
    `/** Constraints of domains, by domain and name. */\nexport const DOMAIN_CONSTRAINTS = ${print(domains)} as const`,
    `/** The constraint of the whole table for each constraint that PostgreSQL reports from a partition, by the partition's name. */\nexport const PARTITION_CONSTRAINTS = ${print(partitionConstraints(catalog))} as const`,
    `export type ConstraintName =${printUnion([...constraints.values(), ...domains.values()].flatMap((entries) => [...entries.keys()]))}`,
    ...lists.map(
      ({ name, origin, values }) =>
        `/** The values of ${forLine(forDocComment(origin))}, in declared order. */\nexport const ${name} = ${print(values)} as const`,
    ),
    `/** Limits on columns beyond their types, by table and column. Lengths are in characters; patterns use the flags s and u. */\nexport const BOUNDS = ${print(bounds(catalog, facts))} as const`,
  ]
  return { text: `${sections.join('\n\n')}\n`, warnings }
}

function constraintsOf(
  catalog: Catalog,
  table: { schema: string; name: string; columns: Column[] },
): Map<string, Entry> {
  const own = ofOwner(catalog.constraints, table).filter(({ isPartition }) => !isPartition)
  const entries = own.map((constraint): [string, Entry] => [constraint.name, entryOf(constraint)])
  const unnamed = table.columns.filter(
    ({ name, notNull }) => notNull && !own.some(({ kind, columns }) => kind === 'n' && columns[0] === name),
  )
  for (const { name } of unnamed)
    entries.push([notNullName(table.name, name), { kind: 'not-null', columns: [name] }])
  const indexes = ofOwner(catalog.indexes, table)
  for (const index of indexes.filter(({ isUnique, ofConstraint }) => isUnique && !ofConstraint)) {
    entries.push([
      index.name,
      { kind: 'unique', columns: index.columns, ...(index.comment && { message: index.comment }) },
    ])
  }
  return new Map(entries.sort(byKey))
}

function entryOf(constraint: Constraint): Entry {
  const { kind, columns, references, comment } = constraint
  const message = kind === 'c' ? checkSentence(constraint) : comment
  return {
    kind: KINDS[kind],
    columns,
    ...(references && {
      references: {
        table: qualified({ schema: references.schema, name: references.table }),
        columns: references.columns,
      },
    }),
    ...(message && { message }),
  }
}

function domainConstraints({ constraints, types }: Catalog): Map<string, Map<string, Entry>> {
  const domains = types.filter(({ kind, isOurs }) => kind === 'd' && isOurs)
  const found = domains.map(({ schema, name, notNull }): [string, Map<string, Entry>] => {
    const own = ofOwner(constraints, { schema, name })
    const entries = own.map((constraint): [string, Entry] => [constraint.name, entryOf(constraint)])
    // PostgreSQL before version 17 stores no names for these either.
    if (notNull && !own.some(({ kind }) => kind === 'n'))
      entries.push([`${name}_not_null`, { kind: 'not-null', columns: [] }])
    return [qualified({ schema, name }), new Map(entries.sort(byKey))]
  })
  return new Map(found.filter(([, entries]) => entries.size > 0).sort(byKey))
}

function partitions({ relations }: Catalog): Map<string, string> {
  const found = relations.flatMap((relation) =>
    relation.partitionOf ? [[qualified(relation), qualified(relation.partitionOf)] as const] : [],
  )
  return new Map(found.sort(byKey))
}

/** Names of indexes are unique in a schema, those of other constraints in a table: two tables may have the same ones. */
function partitionConstraints({ constraints, indexes }: Catalog): Map<string, Map<string, string>> {
  const reported = [...constraints, ...indexes.filter(({ isUnique }) => isUnique)]
  const parents = new Map(
    reported.flatMap(({ parent, ...part }) => (parent ? [[keyOf(part), parent] as const] : [])),
  )
  const rootOf = (part: Part): Part => {
    const parent = parents.get(keyOf(part))
    return parent ? rootOf(parent) : part
  }
  const found = new Map<string, Map<string, string>>()
  for (const part of reported) {
    const root = rootOf(part)
    if (part.table === null || root.name === part.name) continue
    const table = qualified({ schema: part.schema, name: part.table })
    found.set(table, (found.get(table) ?? new Map<string, string>()).set(part.name, root.name))
  }
  return new Map([...found].sort(byKey).map(([table, names]) => [table, new Map([...names].sort(byKey))]))
}

interface Part {
  schema: string
  table: string | null
  name: string
}

function keyOf({ schema, table, name }: Part): string {
  return JSON.stringify([schema, table, name])
}

interface ValueList {
  name: string
  origin: string
  values: readonly Value[]
}

/** USER_ROLES from the CHECK on users.role, CUSTOMER_STATUSES from the enum customer_status. */
function valueLists(catalog: Catalog, facts: Facts): { lists: ValueList[]; warnings: string[] } {
  const found: ValueList[] = catalog.types
    .filter(({ kind, isOurs }) => kind === 'e' && isOurs)
    .map((type) => ({
      name: constantName(pluralize(type.name)),
      origin: `the enum ${qualified(type)}`,
      values: type.labels ?? [],
    }))
  for (const relation of tablesWithColumns(catalog)) {
    for (const { name } of relation.columns) {
      const { accepted: values } = facts.of(relation, name)
      if (!values) continue
      const constant = constantName(`${pluralize.singular(relation.name)}_${pluralize(name)}`)
      found.push({ name: constant, origin: `${qualified(relation)}.${name}`, values })
    }
  }
  const warnings: string[] = []
  const taken = new Set(
    'TABLES CONSTRAINTS DOMAIN_CONSTRAINTS PARTITIONS PARTITION_CONSTRAINTS BOUNDS'.split(' '),
  )
  const lists = found.map((list) => {
    let { name } = list
    for (let count = 2; taken.has(name); count += 1) name = `${list.name}_${count}`
    if (name !== list.name)
      warnings.push(`${list.origin}: its list of values is named ${name}, because ${list.name} is taken`)
    taken.add(name)
    return { ...list, name }
  })
  return { lists: lists.sort((a, b) => (a.name < b.name ? -1 : 1)), warnings }
}

/** The tables, and those of the package with the columns that a service adds to them. */
function tablesWithColumns(catalog: Catalog): Relation[] {
  const tables = visibleRelations(catalog).filter((relation) => !isView(relation))
  return [...tables, ...(catalog.addedColumns ?? [])]
}

function constantName(words: string): string {
  const name = words
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1_$2')
    .replace(/[^\p{ID_Continue}]+/gu, '_')
    .toUpperCase()
  return /^[\p{ID_Start}_]/u.test(name) ? name : `_${name}`
}

function bounds(catalog: Catalog, facts: Facts): Map<string, Map<string, object>> {
  const found = tablesWithColumns(catalog).map((table): [string, Map<string, object>] => {
    const columns = table.columns.map(({ name }): [string, object] => [
      name,
      inOrder(facts.of(table, name).bounds),
    ])
    return [qualified(table), new Map(columns.filter(([, each]) => Object.keys(each).length > 0).sort(byKey))]
  })
  return new Map(found.filter(([, columns]) => columns.size > 0))
}

const ORDER: readonly (keyof Bounds)[] = [
  'minLength',
  'maxLength',
  'trimmed',
  'precision',
  'scale',
  'min',
  'exclusiveMin',
  'max',
  'exclusiveMax',
  'pattern',
  'patternFlags',
]

function inOrder(found: Bounds): object {
  return Object.fromEntries(ORDER.flatMap((key) => (found[key] === undefined ? [] : [[key, found[key]]])))
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function printUnion(names: string[]): string {
  const members = [...new Set(names)].sort()
  return members.length > 0
    ? `\n${members.map((name) => `  | ${JSON.stringify(name)}`).join('\n')}`
    : ' never'
}

/** Prints a value as a TypeScript expression, on one line if it fits. */
export function print(value: unknown, indent = ''): string {
  const deeper = `${indent}  `
  if (Array.isArray(value)) {
    const items = value.map((item) => print(item, deeper))
    const line = `[${items.join(', ')}]`
    return line.length + indent.length <= 100
      ? line
      : `[\n${items.map((item) => `${deeper}${item},\n`).join('')}${indent}]`
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const isMap = value instanceof Map
  const entries: [string, unknown][] = isMap ? [...value] : Object.entries(value)
  const printed = entries.map(([key, item]) => `${printKey(key)}: ${print(item, deeper)}`)
  if (printed.length === 0) return '{}'
  if (!isMap) return `{ ${printed.join(', ')} }`
  return `{\n${printed.map((item) => `${deeper}${item},\n`).join('')}${indent}}`
}

/** A key of an object or an interface. */
export function printKey(key: string): string {
  // A plain __proto__ would set the prototype instead of a property.
  if (key === '__proto__') return '["__proto__"]'
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)
}
