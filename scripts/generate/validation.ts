import { camelCase } from '../../src/sentences/index.ts'
import { BANNER } from './banner.ts'
import {
  type Catalog,
  type Column,
  type Constraint,
  isView,
  ofOwner,
  qualified,
  type Relation,
  resolveType,
  type Type,
  visibleRelations,
} from './catalog.ts'
import { checkSentence } from './check-sentence.ts'
import { readTree } from './check-tree.ts'
import { print } from './constraints.ts'
import { ELEMENTS } from './described-column.ts'
import type { Bounds, Facts } from './facts.ts'
import type { CheckScope, Tree } from './typed-tree.ts'

/** The generated file, warnings for the developer, and the limits of the validators. */
export interface Validation {
  text: string
  warnings: string[]
  /** Constraints that validators do not check, or not completely, with the reasons. */
  unchecked: ReadonlyMap<Constraint, string>
}

/** Generates generated/validation.ts: what each table accepts, as data for src/validation/, and what that leaves unchecked. */
export function emitValidation(catalog: Catalog, facts: Facts): Validation {
  const described = new DescribedTables(catalog, facts)
  const tables = visibleRelations(catalog).filter((relation) => !isView(relation))
  const rules = new Map(tables.map((table) => [qualified(table), described.table(table)]))
  const names = tables.map((table) => camelCase(qualified(table)))
  for (const name of names.filter((each, at) => names.indexOf(each) < at)) {
    described.warnings.push(`two tables have the same validator name, ${name}`)
  }
  const sections = [
    BANNER,
    `/** What each table accepts: its columns, and its CHECKs as trees. Read by src/validation/. */\nexport const TABLE_RULES = ${print(rules)} as const`,
    `/** What only the database checks, with the reasons: tables, \`table.column\`, and \`table.constraint\` or \`domain.constraint\`. Keys and triggers are not listed. */\nexport const UNCHECKED: Readonly<Record<string, string>> = ${print(new Map([...described.reasons].sort()))}`,
  ]
  return { text: `${sections.join('\n\n')}\n`, warnings: described.warnings, unchecked: described.unchecked }
}

/** Types that src/validation/ reads in the same way as PostgreSQL. */
const READ = new Set(
  `text citext varchar bpchar uuid int2 int4 oid int8 float4 float8 numeric bool date timestamp timestamptz json jsonb inet
    cidr bytea`.split(/\s+/),
)

class DescribedTables {
  readonly unchecked = new Map<Constraint, string>()
  readonly reasons = new Map<string, string>()
  readonly warnings: string[] = []
  readonly #catalog: Catalog
  readonly #facts: Facts
  readonly #enums: ReadonlyMap<string, readonly string[]>

  constructor(catalog: Catalog, facts: Facts) {
    this.#catalog = catalog
    this.#facts = facts
    this.#enums = new Map(
      catalog.types.flatMap((type) => (type.labels ? [[qualified(type), type.labels]] : [])),
    )
  }

  table(table: Relation): object {
    const name = qualified(table)
    const fields = new Map<string, string>()
    const columns = table.columns.map((column): [string, object] => {
      const field = camelCase(column.name)
      const other = fields.get(field)
      if (other !== undefined) {
        this.warnings.push(`${name}: ${other} and ${column.name} have the same validator field, ${field}`)
      }
      fields.set(field, column.name)
      return [column.name, this.#column(table, column, field)]
    })
    if (table.kind === 'p' && !this.#isCovered(table))
      this.#note(name, 'a row needs a partition that accepts it')
    const own = ofOwner(this.#catalog.constraints, table).filter(({ isPartition }) => !isPartition)
    for (const trigger of own.filter(({ kind }) => kind === 't'))
      this.#leave(trigger, 'a trigger enforces it')
    const scope = this.#scope((column) => {
      const found = table.columns.find((each) => each.name === column)
      return (
        found && {
          ...this.#typed(found, found.deterministic),
          isComputed: found.generated !== null || found.identity === 'a',
        }
      )
    })
    return new Map<string, unknown>([
      ['name', camelCase(name)],
      ['columns', new Map(columns)],
      ['checks', this.#checks(own, scope)],
    ])
  }

  /** Whether one partition accepts every row. */
  #isCovered(table: Relation): boolean {
    return this.#catalog.relations.some(
      ({ partitionOf, bound }) =>
        partitionOf?.name === table.name &&
        partitionOf.schema === table.schema &&
        (bound === 'DEFAULT' || bound === 'FOR VALUES FROM (MINVALUE) TO (MAXVALUE)'),
    )
  }

  #scope(column: CheckScope['column']): CheckScope {
    return { column, enums: this.#enums }
  }

  /** The type of a column in the terms of a CheckScope. */
  #typed(of: { typeId: number; modifier: number }, isDeterministic: boolean) {
    const { type, isArray } = resolveType(this.#catalog, of)
    const name =
      type.labels || !READ.has(type.name) ? qualified({ ...type, schema: withoutCatalog(type) }) : type.name
    return { type: isArray ? 'array' : name, isLoose: !isDeterministic }
  }

  #checks(constraints: readonly Constraint[], scope: CheckScope): object[] {
    return constraints
      .filter(({ kind, isEnforced }) => kind === 'c' && isEnforced)
      .flatMap((check) => {
        const { tree, reasons } = readTree(check.expression ?? '', scope)
        for (const reason of reasons) this.#leave(check, reason)
        if (tree === undefined) return []
        const { name, columns } = check
        return [{ name, columns, message: checkSentence(check), test: tree }]
      })
  }

  #leave(constraint: Constraint, reason: string): void {
    const { schema, table, domain, name } = constraint
    const key = `${qualified({ schema, name: table ?? domain ?? '' })}.${name}`
    this.unchecked.set(constraint, together(this.unchecked.get(constraint), reason))
    this.#note(key, reason)
    if (constraint.kind === 'c') {
      this.warnings.push(
        `${key}: validators do not check all of it, because ${reason}; the database still enforces it`,
      )
    }
  }

  /** A column and a constraint of one table may have the same name. */
  #note(key: string, reason: string): void {
    this.reasons.set(key, together(this.reasons.get(key), reason))
  }

  #column(table: Relation, column: Column, field: string): object {
    const { domains } = resolveType(this.#catalog, column)
    const expression = column.default ?? domains.find((domain) => domain.default !== null)?.default ?? null
    const isGenerated = column.generated !== null || column.identity === 'a'
    const hasDefault = !isGenerated && (expression !== null || column.identity === 'd' || column.isFilled)
    const constant = hasDefault && expression !== null ? this.#default(column, expression) : undefined
    return {
      field,
      type: this.#type(table, column),
      ...(column.refusesNull && { notNull: true }),
      ...(isGenerated && { generated: true }),
      ...(hasDefault && { hasDefault }),
      ...(constant && { default: constant }),
    }
  }

  /** The tree of a default that is a constant or the current date; the database computes all other defaults. */
  #default(column: Column, expression: string): Tree | undefined {
    const { type, isArray, modifier } = resolveType(this.#catalog, column)
    if (isArray || (type.name === 'numeric' && modifier >= 4)) return undefined
    const { tree } = readTree(
      expression,
      this.#scope(() => undefined),
    )
    return tree?.op === 'constant' || (tree?.op === 'today' && type.name === 'date') ? tree : undefined
  }

  #type(table: Relation, of: Column): object {
    const { type, isArray, domains, modifier } = resolveType(this.#catalog, of)
    const limits = isArray ? {} : this.#limits(type, modifier, this.#facts.of(table, of.name).bounds)
    const element = this.#scalar(`${qualified(table)}.${of.name}`, type, modifier, { isArray, limits })
    const base = isArray && element.kind !== 'literal' ? { kind: 'array', of: element } : element
    return domains.reduceRight<object>(
      (inner, domain) => {
        const own = ofOwner(this.#catalog.constraints, domain)
        const typed = this.#typed(of, true)
        const checks = this.#checks(
          own,
          this.#scope((name) => (name === 'value' ? typed : undefined)),
        )
        return {
          kind: 'domain',
          name: domain.name,
          of: inner,
          ...(domain.notNull && { notNull: true }),
          ...(checks.length > 0 && { checks }),
        }
      },
      base.kind === 'literal' ? { kind: 'other' } : base,
    )
  }

  #scalar(
    column: string,
    type: Type,
    modifier: number,
    { isArray, limits }: { isArray: boolean; limits: object },
  ): { kind: string } {
    const isBuiltIn = type.schema === 'pg_catalog' && type.kind !== 'e'
    if (isArray && !(isBuiltIn && ELEMENTS.has(type.name))) {
      this.#note(column, `arrays of ${type.name} are sent as text that only the database checks`)
      return { kind: 'literal' }
    }
    if (type.labels) return { kind: 'enum', ...{ labels: type.labels } }
    const isCitext = type.name === 'citext' && type.kind === 'b'
    if ((isBuiltIn && READ.has(type.name)) || isCitext)
      return {
        kind: type.name,
        ...modifiersOf(type.name, modifier),
        ...limits,
      }
    this.#note(column, `only the database checks values of type ${type.name}`)
    return { kind: isBuiltIn && type.name === 'money' ? 'money' : 'other' }
  }

  /** The bounds that the CHECKs set, for the message of a value that is not of the type. */
  #limits({ name }: Type, modifier: number, bounds: Bounds): object {
    const { min, max, exclusiveMin, exclusiveMax, maxLength } = bounds
    if (name === 'varchar' || name === 'bpchar')
      return maxLength === undefined || maxLength === modifier - 4 ? {} : { maxLength }
    const limits = Object.fromEntries(
      Object.entries({ min, max, exclusiveMin, exclusiveMax }).filter(([, value]) => value !== undefined),
    )
    return Object.keys(limits).length > 0 ? { limits } : {}
  }
}

function together(known: string | undefined, reason: string): string {
  return known === undefined || known === reason ? reason : `${known}; ${reason}`
}

function withoutCatalog({ schema, name }: Type): string {
  return name === 'citext' ? 'public' : schema
}

function modifiersOf(name: string, modifier: number): object {
  if ((name === 'varchar' || name === 'bpchar') && modifier >= 4) return { length: modifier - 4 }
  if ((name === 'timestamp' || name === 'timestamptz') && modifier >= 0) return { precision: modifier }
  if (name !== 'numeric' || modifier < 4) return {}
  // numeric's modifier: https://github.com/postgres/postgres/blob/REL_18_0/src/backend/utils/adt/numeric.c#L929
  const scale = ((modifier - 4) & 0x7ff) ^ 0x400
  return { precision: ((modifier - 4) >> 16) & 0xffff, scale: scale - 0x400 }
}
