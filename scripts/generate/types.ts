import codegen, { type Definitions, type Overrides, type Scalars } from 'kysely-codegen'
import { BANNER } from './banner.ts'
import {
  type Catalog,
  type Column,
  isView,
  qualified,
  type Relation,
  resolveType,
  type Type,
  visibleRelations,
} from './catalog.ts'
import { type Declared, serialize } from './declarations.ts'
import type { Facts, Value } from './facts.ts'
import { TypeNames } from './type-names.ts'

const {
  Adapter,
  ColumnTypeNode,
  DatabaseMetadata,
  EnumCollection,
  GLOBAL_DEFINITIONS,
  GLOBAL_IMPORTS,
  IdentifierNode,
  PostgresAdapter,
  PostgresDialect,
  toKyselyPascalCase,
  UnionExpressionNode,
} = codegen

/** The types that src/connection/codec.ts returns and pg accepts, for types that are not text in both directions. */
interface TypeScript {
  select: string
  insert: string
}

const TEXT: TypeScript = { select: 'string', insert: 'string' }
const NUMBER: TypeScript = { select: 'number', insert: 'number' }

const TYPES: Readonly<Record<string, TypeScript>> = {
  bool: { select: 'boolean', insert: 'boolean' },
  int2: NUMBER,
  int4: NUMBER,
  oid: NUMBER,
  float4: NUMBER,
  float8: NUMBER,
  int8: { select: 'string', insert: 'string | number | bigint' },
  numeric: { select: 'string', insert: 'string | number' },
  money: { select: 'string', insert: 'string | number' },
  timestamptz: { select: 'Date', insert: 'Date | string' },
  json: { select: 'JsonValue', insert: 'string' },
  jsonb: { select: 'JsonValue', insert: 'string' },
  bytea: { select: 'Buffer', insert: 'Buffer' },
}

/** Built-in types whose arrays src/connection/codec.ts parses. box is missing, because its delimiter is a semicolon. */
export const ELEMENTS = new Set([
  ...Object.keys(TYPES),
  ...`char name text bpchar varchar date time timetz timestamp interval uuid inet cidr macaddr macaddr8 bit varbit xml
    tsvector tsquery pg_lsn jsonpath point lseg path polygon line circle int4range numrange tsrange tstzrange daterange
    int8range int4multirange nummultirange tsmultirange tstzmultirange datemultirange int8multirange`.split(
    /\s+/,
  ),
])

/** Generates generated/database.ts with kysely-codegen, corrected to what PostgreSQL really accepts and returns. */
export function emitTypes(
  catalog: Catalog,
  facts: Facts,
  isNullable: (view: Relation, column: Column) => boolean,
): { text: string; warnings: string[] } {
  const adapter = new OurAdapter()
  const names = new TypeNames([
    // The file's own interface, and the globals that columns use.
    ...['DB', 'Date', 'Buffer'],
    ...Object.keys({ ...GLOBAL_DEFINITIONS, ...GLOBAL_IMPORTS, ...adapter.definitions, ...IMPORTS }),
  ])
  const warnings: string[] = []
  const visible = visibleRelations(catalog).filter((relation, _, all) => {
    // In Kysely's types and queries, a dot ends the schema's name.
    const isHidden = relation.name.includes('.') && all.some((each) => isNamesake(each, relation))
    if (isHidden)
      warnings.push(`${qualified(relation)}: has no type, because another table has the same name in Kysely`)
    return !isHidden
  })
  const relations = visible.map((relation) => ({ relation, name: names.take(qualified(relation)) }))
  const enums = new OrderedEnums()
  const enumNames = new Map<Type, string>()
  for (const type of catalog.types) {
    if (!type.labels) continue
    // kysely-codegen looks up enums by their names in lower case.
    const name = names.take(qualified(type).toLowerCase())
    enumNames.set(type, name)
    enums.set(`public.${name}`, type.labels)
  }

  const columns: NonNullable<Overrides['columns']> = {}
  const tables = relations.map(({ relation, name }) => ({
    schema: 'public',
    name,
    isView: isView(relation),
    columns: relation.columns.map((column) => {
      const described = new DescribedColumn(catalog, facts, enumNames, relation, column, isNullable)
      const override = described.override()
      if (override) columns[`public.${name}.${column.name}`] = override
      warnings.push(...described.warnings)
      return described.metadata()
    }),
  }))
  const declared = new Map<string, Declared>(
    relations.map(({ relation, name }) => [
      toKyselyPascalCase(name),
      {
        key: qualified(relation),
        comment: relation.comment === null ? null : escapeComment(relation.comment),
      },
    ]),
  )
  const text = serialize(
    {
      dialect: Object.assign(new PostgresDialect(), { adapter }),
      metadata: new DatabaseMetadata({ enums, tables }),
      overrides: { columns },
      customImports: IMPORTS,
    },
    declared,
  )
  return { text: `${BANNER}\n\n${text}`, warnings }
}

function isNamesake(one: Relation, other: Relation): boolean {
  return one !== other && qualified(one) === qualified(other)
}

const IMPORTS = { GeneratedAlways: 'kysely#GeneratedAlways' }

/** Keeps the declared order of labels, which kysely-codegen would sort. */
class OrderedEnums extends EnumCollection {
  override get(key: string): string[] | null {
    return this.enums[key.toLowerCase()] ?? null
  }
}

/** Types that get a named alias, because the accepted type differs from the returned one. */
const NAMED: Readonly<Record<string, string>> = {
  int8: 'Int8',
  numeric: 'Numeric',
  money: 'Numeric',
  timestamptz: 'Timestamp',
  json: 'Json',
  jsonb: 'Json',
}

class OurAdapter extends Adapter {
  override readonly defaultScalar = new IdentifierNode('string')
  override readonly defaultSchemas = ['public']
  override readonly definitions: Definitions
  override readonly scalars: Scalars

  constructor() {
    super()
    const { JsonArray, JsonObject, JsonPrimitive, JsonValue } = new PostgresAdapter().definitions
    this.definitions = {
      JsonArray,
      JsonObject,
      JsonPrimitive,
      JsonValue,
      ...Object.fromEntries(
        Object.entries(NAMED).map(([type, name]) => [name, columnType(TYPES[type] ?? TEXT)]),
      ),
    }
    this.scalars = Object.fromEntries(
      Object.entries(TYPES).map(([type, { select }]) => [type, new IdentifierNode(NAMED[type] ?? select)]),
    )
  }
}

function columnType({ select, insert }: TypeScript) {
  const accepted = new UnionExpressionNode(insert.split(' | ').map((name) => new IdentifierNode(name)))
  return new ColumnTypeNode(new IdentifierNode(select), accepted, accepted)
}

/** One column: kysely-codegen's metadata if that suffices, otherwise with its type written out. */
class DescribedColumn {
  readonly warnings: string[] = []
  readonly #column: Column
  readonly #isView: boolean
  readonly #isNullable: boolean
  readonly #isArray: boolean
  readonly #typeName: string
  readonly #labels: string[] | null
  readonly #values: Value[] | undefined
  readonly #types: TypeScript
  readonly #hasDefault: boolean

  constructor(
    catalog: Catalog,
    facts: Facts,
    enumNames: ReadonlyMap<Type, string>,
    relation: Relation,
    column: Column,
    isNullable: (view: Relation, column: Column) => boolean,
  ) {
    const { type, isArray, domains } = resolveType(catalog, column)
    const name = `${qualified(relation)}.${column.name}`
    this.#column = column
    this.#isView = isView(relation)
    const notNull = column.notNull || domains.some((domain) => domain.notNull)
    this.#isNullable = this.#isView ? isNullable(relation, column) : !notNull
    this.#hasDefault =
      column.default !== null || column.identity === 'd' || domains.some((domain) => domain.default !== null)
    const isBuiltIn = type.schema === 'pg_catalog' && type.kind !== 'e'
    const arrivesAsText = isArray && !(isBuiltIn && ELEMENTS.has(type.name))
    if (arrivesAsText) {
      this.warnings.push(
        `${name}: ${column.type} is returned as PostgreSQL's text (for example {a,b}); select ${column.name}::text[] to get an array`,
      )
    }
    this.#isArray = isArray && !arrivesAsText
    this.#labels = isArray ? null : type.labels
    this.#values = facts.columns.get(name)?.values
    this.#types = (isBuiltIn && !arrivesAsText ? TYPES[type.name] : undefined) ?? TEXT
    this.#typeName =
      (isArray ? undefined : enumNames.get(type)) ?? (this.#types === TEXT ? 'text' : type.name)
  }

  metadata() {
    const { name, comment } = this.#column
    return {
      name,
      comment: comment === null ? null : escapeComment(comment),
      dataType: this.#typeName,
      dataTypeSchema: this.#labels ? 'public' : 'pg_catalog',
      isArray: this.#isArray,
      isNullable: this.#isNullable,
      hasDefaultValue: this.#hasDefault,
    }
  }

  /** The complete type, if kysely-codegen's metadata would lose a part of it. */
  override(): string | undefined {
    if (this.#isView) return `ColumnType<${this.#select()}, never, never>`
    if (this.#column.generated || this.#column.identity === 'a') return `GeneratedAlways<${this.#select()}>`
    if (this.#values) return this.#withDefault(this.#select())
    if (!this.#isArray) return undefined
    const { select, insert } = this.#types
    const list = (element: string) => this.#withNull(`(${element} | null)[]`)
    return this.#withDefault(
      select === insert ? list(select) : `ColumnType<${list(select)}, ${list(insert)}, ${list(insert)}>`,
    )
  }

  #select(): string {
    const literals = this.#values ?? this.#labels
    if (literals)
      return this.#withNull(literals.map((literal) => JSON.stringify(literal)).join(' | ') || 'never')
    return this.#withNull(this.#isArray ? `(${this.#types.select} | null)[]` : this.#types.select)
  }

  #withNull(type: string): string {
    return this.#isNullable ? `${type} | null` : type
  }

  #withDefault(type: string): string {
    return this.#hasDefault ? `Generated<${type}>` : type
  }
}

function escapeComment(comment: string): string {
  return comment.replaceAll('*/', '*\\/').replace(/\r\n?/g, '\n')
}
