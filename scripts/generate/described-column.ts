import {
  type Catalog,
  type Column,
  isView,
  type JsonType,
  qualified,
  type Relation,
  resolveType,
  type Type,
} from './catalog.ts'
import { forDocComment } from './escape.ts'
import type { Facts, Value } from './facts.ts'
import type { NamedTypes } from './named-types.ts'
import type { RowColumn } from './rows.ts'
import type { ViewColumn } from './view-columns.ts'

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

/** Whether only the server writes a column. */
const isOfServer = ({ generated, identity }: Column) => generated !== null || identity === 'a'

/** One column: kysely-codegen's metadata if that suffices, otherwise with its type written out. */
export class DescribedColumn {
  readonly warnings: string[] = []
  readonly #column: Column
  readonly #isView: boolean
  /** Whether a select can return null, and whether a new row may hold it. */
  readonly #isNullable: Readonly<Record<keyof TypeScript, boolean>>
  /** 0 for a value that is no array in JavaScript. */
  readonly #dimensions: number
  readonly #typeName: string
  readonly #labels: string[] | null
  readonly #values: Readonly<Record<keyof TypeScript, readonly Value[] | undefined>>
  readonly #types: TypeScript
  /** The name that a tag gives the type; it replaces that of PostgreSQL's. */
  readonly #isNamed: boolean
  /** The type without its tag. */
  readonly #own: TypeScript
  readonly #hasDefault: boolean
  /** Whether only the server writes it. */
  readonly #isReadOnly: boolean
  /** Whether a write of each kind can name it, and whether it can be set to null; undefined for a kind that cannot. */
  readonly #writes: Readonly<Record<'insert' | 'update', { readonly isNullable: boolean } | undefined>>

  constructor(
    catalog: Catalog,
    facts: Facts,
    enumNames: ReadonlyMap<Type, string>,
    relation: Relation,
    column: Column,
    viewColumn: (view: Relation, column: Column) => ViewColumn,
    named: NamedTypes,
  ) {
    const { type, isArray, dimensions, domains } = resolveType(catalog, column)
    const name = `${qualified(relation)}.${column.name}`
    this.#column = column
    this.#isView = isView(relation)
    const ofView = this.#isView ? viewColumn(relation, column) : undefined
    const { isInsertable, isUpdatable, insertsByTrigger, updatesByTrigger } = relation
    // A view that PostgreSQL writes through has the rules of its table's column; a trigger may do anything.
    const written = ofView?.origin ?? { relation, column }
    const base = insertsByTrigger ? column : written.column
    const isDomainNotNull = domains.some((domain) => domain.notNull)
    const write = (isPossible: boolean, isByTrigger: boolean) => {
      if (!this.#isView) return { isNullable: !(column.refusesNull || isDomainNotNull) }
      if (!isPossible) return undefined
      if (isByTrigger) return { isNullable: true }
      const isThrough = column.isWritable && !isOfServer(written.column)
      return isThrough ? { isNullable: !(written.column.refusesNull || isDomainNotNull) } : undefined
    }
    this.#writes = {
      insert: write(isInsertable, insertsByTrigger),
      update: write(isUpdatable, updatesByTrigger),
    }
    this.#isReadOnly = isOfServer(base)
    this.#isNullable = {
      select: ofView?.isNullable ?? !(column.notNull || isDomainNotNull),
      insert: insertsByTrigger || !(base.refusesNull || isDomainNotNull),
    }
    this.#hasDefault =
      insertsByTrigger ||
      base.isFilled ||
      [column, base].some((each) => each.default !== null) ||
      base.identity === 'd' ||
      domains.some((domain) => domain.default !== null)
    const isBuiltIn = type.schema === 'pg_catalog' && type.kind !== 'e'
    const arrivesAsText = isArray && !(isBuiltIn && ELEMENTS.has(type.name))
    if (arrivesAsText) {
      this.warnings.push(
        `${name}: ${column.type} is returned as PostgreSQL's text (for example {a,b}); select ${column.name}::text[] to get an array`,
      )
    }
    this.#dimensions = isArray && !arrivesAsText ? ofView?.dimensions || dimensions : 0
    if (this.#dimensions > 1) {
      this.warnings.push(
        `${name}: ${column.type} has the type of ${this.#dimensions} dimensions as declared; PostgreSQL accepts any number of them`,
      )
    }
    if (/\.| as /.test(column.name)) {
      this.warnings.push(
        `${name}: Kysely cannot name this column in a query, because it takes a dot for the end of a table's name and " as " for an alias; selectAll() and inserts include it`,
      )
    }
    this.#labels = isArray ? null : type.labels
    const { values, accepted } = facts.of(written.relation, written.column.name)
    // The values of a view's column are not read from its query.
    this.#values = { select: this.#isView ? undefined : values, insert: accepted }
    const own = (isBuiltIn && !arrivesAsText ? TYPES[type.name] : undefined) ?? TEXT
    const tagged =
      this.#labels || values || accepted
        ? undefined
        : this.#tagged(name, { own, isArray }, [column, written.column], named)
    this.#isNamed = tagged !== undefined
    this.#types = tagged ?? own
    this.#own = own
    this.#typeName = (isArray ? undefined : enumNames.get(type)) ?? (own === TEXT ? 'text' : type.name)
  }

  /** The types that a tag of the column names, or of the column that a view selects. */
  #tagged(
    name: string,
    { own, isArray }: { own: TypeScript; isArray: boolean },
    columns: readonly Column[],
    named: NamedTypes,
  ): TypeScript | undefined {
    const brand = columns.find((column) => column.brand !== null)?.brand
    const jsonType = columns.find((column) => column.jsonType !== null)?.jsonType
    const problemOfJson = (type: JsonType) =>
      own.select === 'JsonValue'
        ? named.import(type)
        : `${type.name} is a type for JSON, which it does not hold`
    if (!brand && !jsonType) return undefined
    let problem: string | undefined
    if (isArray) problem = 'it is an array'
    else if (brand) problem = named.brand(brand, own.select)
    else if (jsonType) problem = problemOfJson(jsonType)
    if (problem !== undefined) {
      this.warnings.push(`${name}: its tag is ignored, because ${problem}`)
      return undefined
    }
    if (brand) return { select: brand, insert: brand }
    return jsonType ? { select: jsonType.name, insert: own.insert } : undefined
  }

  metadata() {
    const { name, comment } = this.#column
    return {
      name,
      comment: comment === null ? null : forDocComment(comment),
      dataType: this.#typeName,
      dataTypeSchema: this.#labels ? 'public' : 'pg_catalog',
      isArray: this.#dimensions > 0,
      isNullable: this.#isNullable.select,
      hasDefaultValue: this.#hasDefault,
    }
  }

  /** The column as a property of a row. */
  rowColumn(): RowColumn {
    return {
      column: this.#column.name,
      comment: this.#column.comment === null ? null : forDocComment(this.#column.comment),
      select: this.#typed('select'),
      input: this.#isView || this.#isReadOnly ? undefined : this.#input(),
      isOptional: this.#isNullable.insert || this.#hasDefault,
    }
  }

  /** The type that validators accept: any JSON value, and in place of a Buffer its base class, which browsers have. */
  #input(): string {
    const { select } = this.#own
    if (select === 'JsonValue' && this.#dimensions === 0)
      return this.#isNullable.insert ? 'Json' : 'Exclude<Json, null>'
    return this.#typed('insert', this.#own).replace(/\bBuffer\b/, 'Uint8Array')
  }

  /** The complete type, if kysely-codegen's metadata would lose a part of it. */
  override(): string | undefined {
    const [select, insert] = [this.#typed('select'), this.#typed('insert')]
    const { insert: inserts, update: updates } = this.#writes
    if (inserts?.isNullable !== updates?.isNullable) return this.#writtenDifferently(select)
    if (!inserts) return `ColumnType<${select}, never, never>`
    if (this.#isReadOnly) return `GeneratedAlways<${select}>`
    const isNarrowed = this.#values.select !== undefined || this.#values.insert !== undefined
    const isPlain =
      this.#isNullable.select === this.#isNullable.insert && this.#dimensions === 0 && !this.#isNamed
    if (isPlain && !isNarrowed) return undefined
    return this.#withDefault(select === insert ? select : `ColumnType<${select}, ${insert}, ${insert}>`)
  }

  /** The type of a view's column that an insert takes in another way than an update. */
  #writtenDifferently(select: string): string {
    const taken = (write: { isNullable: boolean } | undefined) =>
      write ? `${this.#withoutNull('insert')}${write.isNullable ? ' | null' : ''}` : 'never'
    const { insert, update } = this.#writes
    const isOptional = insert !== undefined && this.#hasDefault
    return `ColumnType<${select}, ${taken(insert)}${isOptional ? ' | undefined' : ''}, ${taken(update)}>`
  }

  #typed(use: keyof TypeScript, types = this.#types): string {
    const type = this.#withoutNull(use, types)
    return this.#isNullable[use] ? `${type} | null` : type
  }

  #withoutNull(use: keyof TypeScript, types = this.#types): string {
    const literals = this.#values[use] ?? this.#labels
    return literals
      ? literals.map((literal) => JSON.stringify(literal)).join(' | ') || 'never'
      : this.#dimensions > 0
        ? `(${types[use]} | null)${'[]'.repeat(this.#dimensions)}`
        : types[use]
  }

  #withDefault(type: string): string {
    return this.#hasDefault ? `Generated<${type}>` : type
  }
}
