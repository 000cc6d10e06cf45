import { camelCase } from '../../src/sentences/index.ts'
import { BANNER } from './banner.ts'
import {
  type Catalog,
  type Column,
  type Constraint,
  isView,
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
  /** Constraints that validators do not check, or not completely, with the reason. */
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
    `/** Constraints and columns that only the database checks, by name, with the reason. Keys and triggers are not listed. */\nexport const UNCHECKED: Readonly<Record<string, string>> = ${print(new Map([...described.reasons].sort()))}`,
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
      return [column.name, this.#column(name, column, field)]
    })
    if (table.kind === 'p') this.reasons.set(name, 'a row needs a partition that accepts it')
    const own = this.#catalog.constraints.filter(
      ({ schema, table: of, isPartition }) => schema === table.schema && of === table.name && !isPartition,
    )
    for (const trigger of own.filter(({ kind }) => kind === 't'))
      this.#leave(trigger, 'a trigger enforces it')
    const scope = this.#scope((column) => {
      const found = table.columns.find((each) => each.name === column)
      return found && this.#typed(found, found.deterministic)
    })
    return new Map<string, unknown>([
      ['name', camelCase(name)],
      ['columns', new Map(columns)],
      ['checks', this.#checks(own, scope)],
    ])
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

  #checks(constraints: Constraint[], scope: CheckScope): object[] {
    return constraints
      .filter(({ kind, isEnforced }) => kind === 'c' && isEnforced)
      .flatMap((check) => {
        const { tree, reason } = readTree(check.expression ?? '', scope)
        if (reason !== undefined) this.#leave(check, reason)
        if (tree === undefined) return []
        const { name, columns } = check
        return [{ name, columns, message: checkSentence(check), test: tree }]
      })
  }

  #leave(constraint: Constraint, reason: string): void {
    if (this.unchecked.has(constraint)) return
    this.unchecked.set(constraint, reason)
    this.reasons.set(constraint.name, reason)
    if (constraint.kind === 'c') {
      this.warnings.push(
        `${constraint.name}: validators do not check all of it, because ${reason}; the database still enforces it`,
      )
    }
  }

  #column(table: string, column: Column, field: string): object {
    const { domains } = resolveType(this.#catalog, column)
    const expression = column.default ?? domains.find((domain) => domain.default !== null)?.default ?? null
    const isGenerated = column.generated !== null || column.identity === 'a'
    const hasDefault = !isGenerated && (expression !== null || column.identity === 'd')
    const constant = hasDefault && expression !== null ? this.#default(column, expression) : undefined
    return {
      field,
      type: this.#type(`${table}.${column.name}`, column),
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

  #type(column: string, of: { typeId: number; modifier: number }): object {
    const { type, isArray, domains, modifier } = resolveType(this.#catalog, of)
    const element = this.#scalar(column, type, modifier, isArray)
    const base = isArray && element.kind !== 'literal' ? { kind: 'array', of: element } : element
    return domains.reduceRight<object>(
      (inner, domain) => {
        const own = this.#catalog.constraints.filter(
          (each) => each.schema === domain.schema && each.domain === domain.name,
        )
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

  #scalar(column: string, type: Type, modifier: number, isArray: boolean): { kind: string } {
    const isBuiltIn = type.schema === 'pg_catalog' && type.kind !== 'e'
    if (isArray && !(isBuiltIn && ELEMENTS.has(type.name))) {
      this.reasons.set(column, `arrays of ${type.name} are sent as text that only the database checks`)
      return { kind: 'literal' }
    }
    if (type.labels) return { kind: 'enum', ...{ labels: type.labels } }
    const isCitext = type.name === 'citext' && type.kind === 'b'
    if ((isBuiltIn && READ.has(type.name)) || isCitext)
      return {
        kind: type.name,
        ...modifiersOf(type.name, modifier),
        ...(!isArray && this.#limits(column, type, modifier)),
      }
    this.reasons.set(column, `only the database checks values of type ${type.name}`)
    return { kind: isBuiltIn && type.name === 'money' ? 'money' : 'other' }
  }

  /** The bounds that the CHECKs set, for the message of a value that is not of the type. */
  #limits(column: string, { name }: Type, modifier: number): object {
    const { min, max, exclusiveMin, exclusiveMax, maxLength }: Bounds =
      this.#facts.columns.get(column)?.bounds ?? {}
    if (name === 'varchar' || name === 'bpchar')
      return maxLength === undefined || maxLength === modifier - 4 ? {} : { maxLength }
    const limits = Object.fromEntries(
      Object.entries({ min, max, exclusiveMin, exclusiveMax }).filter(([, value]) => value !== undefined),
    )
    return Object.keys(limits).length > 0 ? { limits } : {}
  }
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
