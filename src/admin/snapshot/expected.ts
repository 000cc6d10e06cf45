import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { packagePath } from '../../package/index.ts'
import { queryClosed } from '../closed-query.ts'
import { AdminError } from '../errors.ts'
import { type DatabaseObject, readObjects } from '../objects.ts'
import { applySchemaFiles, readSchemaFiles, type SchemaFile } from '../schema-files.ts'
import { TOOL_SCHEMA } from '../tool-schema.ts'
import { type Extension, extensionNamespaces, readExtensions } from './extensions.ts'
import { withoutGrantees } from './grants.ts'
import { withSearchPath } from './search-path.ts'
import { readSnapshot, type Snapshot } from './snapshot.ts'

/** The objects and extensions of a database, or those that `schema/` describes. */
export interface SchemaState {
  readonly snapshot: Snapshot
  readonly extensions: readonly Extension[]
  /** The schemas that `schema/` makes beside that of its tables. */
  readonly namespaces: readonly string[]
  /** Objects that are not compared, because it is not known what they should be. */
  readonly unknown?: readonly string[]
}

/** A schema that no other session sees: the transaction that makes it is never committed. */
const TEMPORARY = 'norberts_spark_db_expected'
/** Existing schemas are renamed in that transaction, so that `schema/` can make schemas of the same names. */
const HIDDEN = 'norberts_spark_db_hidden_'

/**
 * The objects that `schema/` describes, as this server prints them: its files are applied beside the live objects, within a
 * savepoint that is rolled back. If that is not possible (a replica, a role that may only read, a name that exists
 * once in a database), they are read from generated/snapshot.json, which `npm run generate` writes.
 *
 * @param files other files than those of `schema/`, for tests.
 */
export async function readExpected(
  client: pg.ClientBase,
  main: string,
  files?: readonly SchemaFile[],
): Promise<SchemaState> {
  const schemaFiles = files ?? (await readSchemaFiles())
  if (!(await mayCreateSchemas(client))) return readGenerated(client, schemaFiles)
  try {
    return await inTemporarySchema(client, schemaFiles, async (namespaces) => {
      const snapshot = await readSnapshot(client, TEMPORARY, namespaces)
      const extensions = (await readExtensions(client)).map(({ name }) => ({
        name,
        version: 'default',
        onSearchPath: true,
      }))
      const roles = await defaultGrantees(client)
      return { snapshot: asWritten(snapshot, main, roles), extensions, namespaces }
    })
  } catch (error) {
    if (!isConflict(error)) throw error
    return readGenerated(client, schemaFiles).catch(() => {
      throw error
    })
  }
}

/** The objects that `schema/` would make in the current schema. */
export async function readSchemaObjects(
  client: pg.ClientBase,
  main: string,
): Promise<Pick<DatabaseObject, 'type' | 'identity'>[]> {
  const namespace = pg.escapeIdentifier(main).replace(/^"([a-z_][a-z0-9_]*)"$/, '$1')
  const objects = await inTemporarySchema(client, await readSchemaFiles(), () => readObjects(client))
  return objects
    .filter(({ identity }) => identity.includes(`${TEMPORARY}.`))
    .map(({ type, identity }) => ({ type, identity: identity.replaceAll(`${TEMPORARY}.`, `${namespace}.`) }))
}

async function mayCreateSchemas(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await queryClosed<{ may: boolean }>(
    client,
    `
    select not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off'
      and has_database_privilege(current_database(), 'create') as may`,
  )
  return rows[0]?.may === true
}

/** The live tables are out of sight meanwhile, so that nothing refers to them by mistake. */
async function inTemporarySchema<T>(
  client: pg.ClientBase,
  files: readonly SchemaFile[],
  read: (namespaces: readonly string[]) => Promise<T>,
): Promise<T> {
  const extensions = await extensionNamespaces(client)
  await client.query('savepoint expected')
  try {
    await hideSchemas(client, extensions)
    await client.query(`create schema ${TEMPORARY}`)
    return await withSearchPath(client, [TEMPORARY, ...extensions], async () => {
      await applySchemaFiles(client, files)
      return read(await createdSchemas(client))
    })
  } finally {
    await client.query('rollback to savepoint expected')
  }
}

/** Renames the schemas that the role owns, but those on the search_path and those of extensions. */
async function hideSchemas(client: pg.ClientBase, extensions: readonly string[]): Promise<void> {
  const { rows } = await queryClosed<{ name: string }>(
    client,
    `select nspname::text as name from pg_namespace
     where pg_catalog.pg_has_role(nspowner, 'usage') and nspname !~ '^(pg_|information_schema$)' and nspname <> all($1)
       and nspname <> all(current_schemas(false))`,
    [[TOOL_SCHEMA, ...extensions]],
  )
  for (const [number, { name }] of rows.entries())
    await client.query(`alter schema ${pg.escapeIdentifier(name)} rename to ${HIDDEN}${number}`)
}

/** Beside the temporary one, which the same subtransaction has made. */
async function createdSchemas(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await queryClosed<{ name: string }>(
    client,
    `select nspname::text as name from pg_namespace
     where xmin = (select xmin from pg_namespace where nspname = $1) and nspname <> $1 and not pg_catalog.starts_with(nspname, $2)
     order by nspname`,
    [TEMPORARY, HIDDEN],
  )
  return rows.map(({ name }) => name)
}

/** The roles that new objects are granted to by `alter default privileges`, which `schema/` knows nothing of. */
async function defaultGrantees(client: pg.ClientBase): Promise<ReadonlySet<string>> {
  const { rows } = await queryClosed<{ name: string }>(
    client,
    'select distinct grantee::regrole::text as name from pg_default_acl, aclexplode(defaclacl) where grantee <> 0',
  )
  return new Set(rows.map(({ name }) => name))
}

/**
 * The snapshot as if the files had been applied in the schema of the tables, without what the database adds to new
 * objects. A function that keeps the search_path of its creation names the schema it was made in.
 */
function asWritten(snapshot: Snapshot, main: string, defaultRoles: ReadonlySet<string>): Snapshot {
  return new Map(
    [...snapshot].map(([object, { owner, grants, settings, ...facts }]) => [
      object,
      {
        ...facts,
        ...(grants !== undefined && { grants: withoutGrantees(grants, defaultRoles) }),
        ...(settings !== undefined && { settings: inSchema(settings, TEMPORARY, main) }),
      },
    ]),
  )
}

/** Settings as they are in another schema: a search_path names that one in its place, and is otherwise compared wholly. */
export function inSchema(settings: string, from: string, to: string): string {
  return settings.replace(/search_path=([^\n]*)/, (_, path: string) => {
    const names = path.split(/,\s*/).map((name) => name.replaceAll('"', ''))
    return `search_path=${names.map((name) => (name === from ? to : name)).join(', ')}`
  })
}

/** Permission denied, or a name that exists already: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const CONFLICTS = new Set(['42501', '42P04', '42P06', '42P07', '42710', '42723', '25006', '55000'])

function isConflict(error: unknown): boolean {
  const { code, cause } = error as { code?: string; cause?: unknown }
  return CONFLICTS.has(code ?? '') || (cause !== undefined && cause !== error && isConflict(cause))
}

/** generated/snapshot.json. */
interface GeneratedSnapshot {
  /** SHA-256 of the files that it was made from. */
  readonly schema: string
  readonly extensions: readonly Extension[]
  readonly namespaces: readonly string[]
  readonly objects: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** For `npm run generate`: the state of a database that holds nothing but `schema/`. */
export function snapshotFile(state: SchemaState, files: readonly SchemaFile[]): string {
  const objects = [...state.snapshot].map(([object, { owner, ...facts }]) => [object, facts] as const)
  const lines = objects
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([object, facts]) => `    ${JSON.stringify(object)}: ${JSON.stringify(facts)}`)
  return `{
  "schema": "${hashOf(files)}",
  "extensions": ${JSON.stringify(state.extensions)},
  "namespaces": ${JSON.stringify(state.namespaces)},
  "objects": {
${lines.join(',\n')}
  }
}
`
}

function hashOf(files: readonly SchemaFile[]): string {
  const hash = createHash('sha256')
  for (const { name, sql } of files) hash.update(`\0${name}\0${sql.replaceAll('\r\n', '\n')}`)
  return hash.digest('hex')
}

/** @throws {AdminError} the file belongs to another state of `schema/`. */
async function readGenerated(client: pg.ClientBase, files: readonly SchemaFile[]): Promise<SchemaState> {
  const text = await readFile(packagePath('generated/snapshot.json'), 'utf8')
  const { schema, extensions, namespaces, objects } = JSON.parse(text) as GeneratedSnapshot
  if (schema !== hashOf(files)) {
    throw new AdminError(
      'This role cannot create a schema in the database, and generated/snapshot.json does not belong to schema/: run `npm run generate`, or verify as the owner of the database.',
    )
  }
  const { rows } = await queryClosed<{ version: number }>(
    client,
    `select current_setting('server_version_num')::integer as version`,
  )
  const isOlder = (rows[0]?.version ?? 0) < 180_000
  const known = Object.entries(objects).filter(([, facts]) => !isOlder || !isNotNull(facts))
  return { snapshot: new Map(known), extensions, namespaces, unknown: isOlder ? BUILT_IN_LATER : [] }
}

/** Built in from PostgreSQL 18 on: on older servers `schema/` makes it, and the snapshot of an 18 lacks it. */
const BUILT_IN_LATER = ['function uuidv7()']

/** Before PostgreSQL 18, NOT NULL is no constraint with a name. */
const isNotNull = ({ definition = '' }: Readonly<Record<string, string>>) =>
  definition.startsWith('NOT NULL ')
