import {
  type Catalog,
  type Column,
  isView,
  qualified,
  type Relation,
  resolveType,
  type Type,
} from './catalog.ts'
import type { Facts, Value } from './facts.ts'
import type { RowColumn } from './rows.ts'

/** The types that src/connection/codec.ts returns and pg accepts, for types that are not text in both directions. */
export interface TypeScript {
  select: string
  insert: string
}

/** The types of a value that is text in both directions. */
export const TEXT: TypeScript = { select: 'string', insert: 'string' }
const NUMBER: TypeScript = { select: 'number', insert: 'number' }

/** The types by the names of PostgreSQL. */
export const TYPES: Readonly<Record<string, TypeScript>> = {
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

/** One column: kysely-codegen's metadata if that suffices, otherwise with its type written out. */
export class DescribedColumn {
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

  /** The column as a property of a row. */
  rowColumn(): RowColumn {
    const isAlways = this.#column.generated || this.#column.identity === 'a'
    return {
      column: this.#column.name,
      comment: this.#column.comment === null ? null : escapeComment(this.#column.comment),
      select: this.#typed('select'),
      input: this.#isView || isAlways ? undefined : this.#input(),
      isOptional: this.#isNullable || this.#hasDefault,
    }
  }

  /** The type that validators accept: any JSON value, and in place of a Buffer its base class, which browsers have. */
  #input(): string {
    const { select } = this.#types
    if (select === 'JsonValue' && !this.#isArray) return this.#isNullable ? 'Json' : 'Exclude<Json, null>'
    return this.#typed('insert').replace(/\bBuffer\b/, 'Uint8Array')
  }

  /** The complete type, if kysely-codegen's metadata would lose a part of it. */
  override(): string | undefined {
    const [select, insert] = [this.#typed('select'), this.#typed('insert')]
    if (this.#isView) return `ColumnType<${select}, never, never>`
    if (this.#column.generated || this.#column.identity === 'a') return `GeneratedAlways<${select}>`
    if (this.#values) return this.#withDefault(select)
    if (!this.#isArray) return undefined
    return this.#withDefault(select === insert ? select : `ColumnType<${select}, ${insert}, ${insert}>`)
  }

  #typed(use: keyof TypeScript): string {
    const literals = this.#values ?? this.#labels
    if (literals)
      return this.#withNull(literals.map((literal) => JSON.stringify(literal)).join(' | ') || 'never')
    return this.#withNull(this.#isArray ? `(${this.#types[use]} | null)[]` : this.#types[use])
  }

  #withNull(type: string): string {
    return this.#isNullable ? `${type} | null` : type
  }

  #withDefault(type: string): string {
    return this.#hasDefault ? `Generated<${type}>` : type
  }
}

/** A comment of SQL for use in a doc comment. */
export function escapeComment(comment: string): string {
  return comment.replaceAll('*/', '*\\/').replace(/\r\n?/g, '\n')
}
