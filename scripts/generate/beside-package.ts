import { CONSTRAINTS, PARTITIONS, TABLES } from '../../generated/catalog.ts'
import { type Catalog, type Relation, type Routine, resolveType } from './catalog.ts'
import { notNullName } from './not-null-name.ts'
import type { Schema } from './schema-files.ts'

const OURS: ReadonlySet<string> = new Set([...TABLES, ...Object.keys(PARTITIONS)])
const OUR_CONSTRAINTS: Readonly<Record<string, object>> = CONSTRAINTS

/**
 * Whether a service's SQL needs the package's tables: it names one of them, in a foreign key or a view, and creates none.
 */
export function needsPackage({ files }: Schema): boolean {
  const statements = files.flatMap((file) => file.statements)
  const created = statements
    .filter(({ kind }) => kind === 'CreateStmt')
    .flatMap(({ relations }) => relations.slice(0, 1))
  return (
    !created.some((name) => OURS.has(name)) &&
    statements.some(({ relations }) => relations.some((name) => OURS.has(name)))
  )
}

/** Whether a database has the package's tables. */
export function hasPackage({ relations }: Catalog): boolean {
  return TABLES.every((name) => relations.some((each) => each.schema === 'public' && each.name === name))
}

/**
 * The catalog without the tables and functions of the package, whose types and constraints the package itself exports. Its tables
 * are among the additions, with the constraints of the service and the columns that it adds.
 *
 * @param owned what the package creates: `function find_user_by_email(citext)`, `column users.email`.
 */
export function withoutPackage(catalog: Catalog, owned: ReadonlySet<string>): Catalog {
  const isOurs = ({ schema, name }: { schema: string; name: string | null }) =>
    (schema === 'public' && OURS.has(name ?? '')) || schema === 'norberts_spark_db'
  const isOfOurs = (relation: Relation) =>
    isOurs(relation) || (relation.partitionOf !== null && isOurs(relation.partitionOf))
  const [ours, others] = [
    catalog.relations.filter(isOfOurs),
    catalog.relations.filter((each) => !isOfOurs(each)),
  ]
  const extended = ours.filter(({ schema, name }) => schema === 'public' && name in OUR_CONSTRAINTS)
  const columnsOf = (table: Relation, isChosen: (isOwned: boolean) => boolean) => ({
    ...table,
    columns: table.columns.filter(({ name }) => isChosen(owned.has(`column ${table.name}.${name}`))),
  })
  const addedColumns = extended
    .map((table) => columnsOf(table, (isOwned) => !isOwned))
    .filter(({ columns }) => columns.length > 0)
  const typesOf = (relations: readonly Relation[]) =>
    new Set(
      relations.flatMap(({ columns }) =>
        columns.flatMap((column) => {
          const { type, domains } = resolveType(catalog, column)
          return [type, ...domains].map(({ id }) => id)
        }),
      ),
    )
  const [used, usedByOthers] = [
    typesOf(ours.map((table) => columnsOf(table, (isOwned) => isOwned))),
    typesOf([...others, ...addedColumns]),
  ]
  const names = new Set(others.map(({ schema, name }) => JSON.stringify([schema, name])))
  const isKept = ({ schema, table }: { schema: string; table: string | null }) =>
    table === null || names.has(JSON.stringify([schema, table]))
  const isAdded = (table: string, constraint: string) => !(constraint in (OUR_CONSTRAINTS[table] ?? {}))
  const isKeptOrAdded = (object: { schema: string; table: string | null; name: string }) =>
    isKept(object) ||
    extended.some(
      ({ schema, name }) => object.schema === schema && object.table === name && isAdded(name, object.name),
    )
  return {
    ...catalog,
    relations: others,
    additions: extended.map((table) => ({
      ...table,
      columns: table.columns.filter(({ name }) => isAdded(table.name, notNullName(table.name, name))),
    })),
    addedColumns,
    types: catalog.types.map((type) =>
      used.has(type.id) && !usedByOthers.has(type.id) ? { ...type, isOurs: false, labels: null } : type,
    ),
    constraints: catalog.constraints.filter(isKeptOrAdded),
    indexes: catalog.indexes.filter(isKeptOrAdded),
    triggers: catalog.triggers.filter(isKept),
    policies: catalog.policies.filter(isKept),
    routines: catalog.routines.filter(
      (routine) =>
        !isOurs({ schema: routine.schema, name: null }) && !owned.has(`function ${signatureOf(routine)}`),
    ),
  }
}

function signatureOf({ schema, name, types }: Routine): string {
  return `${schema === 'public' ? '' : `${schema}.`}${name}(${types.join(',')})`
}
