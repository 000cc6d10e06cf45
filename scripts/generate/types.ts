import codegen, { type Definitions, type Overrides, type Scalars } from 'kysely-codegen'
import { BANNER } from './banner.ts'
import {
  type Catalog,
  type Column,
  isNameable,
  isView,
  qualified,
  type Relation,
  type Type,
  visibleRelations,
} from './catalog.ts'
import { type Declared, serialize } from './declarations.ts'
import { DescribedColumn, TEXT, TYPES, type TypeScript } from './described-column.ts'
import { forDocComment } from './escape.ts'
import type { Facts } from './facts.ts'
import { NamedTypes } from './named-types.ts'
import { commentOfAdded, emitInputs, emitRows, type RowColumn } from './rows.ts'
import { TypeNames } from './type-names.ts'
import type { ViewColumn } from './view-columns.ts'

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

/** Generates generated/database.ts with kysely-codegen, corrected to what PostgreSQL really accepts and returns. */
export function emitTypes(
  catalog: Catalog,
  facts: Facts,
  viewColumn: (view: Relation, column: Column) => ViewColumn,
): { text: string; rows: string; inputs: string; warnings: string[] } {
  const adapter = new OurAdapter()
  const named = new NamedTypes()
  const tagNames = NamedTypes.namesIn(
    [...catalog.relations, ...(catalog.addedColumns ?? [])].flatMap(({ columns }) => columns),
  )
  const names = new TypeNames([
    ...tagNames,
    // The file's own interface, and the globals that columns use.
    ...['DB', 'Date', 'Buffer'],
    ...Object.keys({ ...GLOBAL_DEFINITIONS, ...GLOBAL_IMPORTS, ...adapter.definitions, ...IMPORTS }),
  ])
  const warnings: string[] = []
  const visible = visibleRelations(catalog).filter(isNameable)
  for (const relation of catalog.relations.filter((each) => !each.isPartition && !isNameable(each))) {
    warnings.push(
      `${qualified(relation)}: has no type, because Kysely takes a dot for the end of a schema's name and " as " for an alias; rename it, or select from a view`,
    )
  }
  const added = new Set(catalog.addedColumns)
  const relations = [...visible, ...added].map((relation) => ({
    relation,
    name: names.take(qualified(relation)),
  }))
  for (const { name, columns } of added) warnings.push(...columns.flatMap((each) => unfilled(name, each)))
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
  const rowColumns = new Map<Relation, RowColumn[]>()
  const tables = relations.map(({ relation, name }) => {
    const described = relation.columns.map(
      (column) => new DescribedColumn(catalog, facts, enumNames, relation, column, viewColumn, named),
    )
    rowColumns.set(
      relation,
      described.map((column) => column.rowColumn()),
    )
    return {
      schema: 'public',
      name,
      isView: isView(relation),
      columns: described.map((column) => {
        const metadata = column.metadata()
        const override = column.override()
        if (override) columns[`public.${name}.${metadata.name}`] = override
        warnings.push(...column.warnings)
        return metadata
      }),
    }
  })
  const declared = new Map<string, Declared>(
    relations.map(({ relation, name }) => [
      toKyselyPascalCase(name),
      {
        key: qualified(relation),
        comment: added.has(relation)
          ? commentOfAdded(relation.name)
          : relation.comment && forDocComment(relation.comment),
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
  const rowTables = relations.map(({ relation, name }) => ({
    name: toKyselyPascalCase(name),
    table: qualified(relation),
    columns: rowColumns.get(relation) ?? [],
    isView: isView(relation),
    isAdded: added.has(relation),
  }))
  return {
    text: `${BANNER}\n\n${named.imports}${text}${named.declarations}`,
    rows: emitRows(rowTables, named),
    inputs: emitInputs(rowTables),
    warnings,
  }
}

/** A warning about a column of a service that the inserts of the package leave out. */
function unfilled(table: string, column: Column): string[] {
  const { name, refusesNull, isFilled, identity, generated } = column
  const isLeftOut =
    refusesNull && column.default === null && !isFilled && identity === null && generated === null
  return isLeftOut
    ? [
        `${table}.${name}: is NOT NULL and has no default, so that every insert of the package's own repositories fails; give it a default, or let a trigger fill it and tag it @filled`,
      ]
    : []
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
