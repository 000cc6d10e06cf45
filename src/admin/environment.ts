import pg from 'pg'
import { oneOf } from '../input/index.ts'
import { DEV_CLUSTER, TEST_CONNECTION_LIMIT } from '../package/index.ts'
import { queryClosed } from './closed-query.ts'
import { AdminError } from './errors.ts'
import { ensureToolSchema, findToolTables, TOOL_SCHEMA } from './tool-schema.ts'

/** The use of a database. It is recorded in the database, and the record is valid for that database only. */
export type Environment = 'development' | 'test' | 'production'

export const ENVIRONMENTS: readonly Environment[] = ['development', 'test', 'production']

/** The environment that a database holds a record of. */
export interface RecordedEnvironment {
  readonly environment: Environment
  /** False for a copy: the record was made for another database, or for this one under another name. */
  readonly isBound: boolean
  /** The name of the database that the record was made for; null in records of earlier versions. */
  readonly madeFor: string | null
  /** True if the database held data when a command recorded its environment in passing. */
  readonly requiresConfirmation: boolean
}

/** The environment that a caller states, and where it was stated. */
export interface StatedEnvironment {
  readonly environment: Environment
  readonly source: string
}

/** SQLSTATE insufficient_privilege. */
const INSUFFICIENT_PRIVILEGE = '42501'

/** Facts that a copy of a database does not share: its server, its OID, and the OID of the table with the record. */
async function identityOf(client: pg.ClientBase): Promise<string> {
  const { rows } = await queryClosed<{ may: boolean }>(
    client,
    `select has_function_privilege('pg_control_system()', 'execute') as may`,
  )
  // PostgreSQL checks the privilege even where a CASE does not reach the call.
  const systemIdentifier = rows[0]?.may
    ? '(select system_identifier::text from pg_control_system())'
    : 'null::text'
  return `select ${systemIdentifier} as system_identifier,
    (select oid from pg_database where datname = current_database()) as database_oid,
    (select pg_class.oid from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where nspname = '${TOOL_SCHEMA}' and relname = 'environment') as table_oid,
    (select datconnlimit = ${TEST_CONNECTION_LIMIT} and datname ~ '^scratch_' from pg_database
     where datname = current_database()) as is_test_database`
}

/**
 * Reads the record of the environment; undefined where the database has none.
 *
 * @param lock whether the record must not change before the transaction ends; it waits for a change under way.
 * @throws {AdminError} there is a record that the role may not read.
 */
export async function readEnvironment(
  client: pg.ClientBase,
  { lock = false } = {},
): Promise<RecordedEnvironment | undefined> {
  const tables = await findToolTables(client)
  try {
    if (tables.has('environment')) return await readRecord(client, lock)
    if (tables.has('marker')) return await readOldRecord(client)
    return undefined
  } catch (error) {
    if ((error as { code?: string }).code !== INSUFFICIENT_PRIVILEGE) throw error
    throw new AdminError(
      `This role may not read the environment of the database. Grant it usage on schema ${TOOL_SCHEMA} and select on its tables.`,
      { cause: error },
    )
  }
}

async function readRecord(client: pg.ClientBase, lock: boolean): Promise<RecordedEnvironment | undefined> {
  const lockClause = lock && (await mayLock(client)) ? 'for share of record' : ''
  const { rows } = await queryClosed<RecordedEnvironment>(
    client,
    `select record.environment, record.database_name as "madeFor",
       record.requires_confirmation as "requiresConfirmation",
       coalesce(record.database_name = current_database() and record.database_oid = here.database_oid
         and record.table_oid = here.table_oid
         and (record.system_identifier is null or record.system_identifier = here.system_identifier), false)
         -- Test databases are copies of a template, which keep its record.
         or record.environment = 'test' and here.is_test_database as "isBound"
     from ${TOOL_SCHEMA}.environment as record, (${await identityOf(client)}) as here
     ${lockClause}`,
  )
  return rows[0]
}

/** Whether the role may lock the record. */
async function mayLock(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await queryClosed<{ may: boolean }>(
    client,
    `select has_table_privilege('${TOOL_SCHEMA}.environment', 'update') as may`,
  )
  return rows[0]?.may === true
}

/** Written by a version that did not bind the environment to a database. */
async function readOldRecord(client: pg.ClientBase): Promise<RecordedEnvironment | undefined> {
  const { rows } = await queryClosed<{ environment: Environment }>(
    client,
    `select environment from ${TOOL_SCHEMA}.marker`,
  )
  return rows[0] && { ...rows[0], isBound: false, madeFor: null, requiresConfirmation: false }
}

/**
 * Records the environment of this database, in place of any earlier record.
 *
 * @param name the name of the database, where it is created under another one and renamed.
 */
export async function writeEnvironment(
  client: pg.ClientBase,
  environment: Environment,
  { requiresConfirmation, name }: { requiresConfirmation: boolean; name?: string | undefined },
): Promise<void> {
  await ensureToolSchema(client)
  const database = name === undefined ? 'current_database()' : pg.escapeLiteral(name)
  const values = `${pg.escapeLiteral(environment)}, ${requiresConfirmation}, ${database},
    here.system_identifier, here.database_oid, here.table_oid`
  const columns =
    'environment, requires_confirmation, database_name, system_identifier, database_oid, table_oid'
  const here = `(${await identityOf(client)}) as here`
  // An update, if there is a row: a command that waits for it then sees the new values.
  await queryClosed(
    client,
    `
    update ${TOOL_SCHEMA}.environment set (${columns}) = (select ${values} from ${here});
    insert into ${TOOL_SCHEMA}.environment (${columns}) select ${values} from ${here}
      where not exists (select from ${TOOL_SCHEMA}.environment)`,
  )
}

/** Whether the database is on the embedded server of a project, which needs no statement of its environment. */
export async function isOnDevServer(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await queryClosed<{ cluster: string }>(
    client,
    `select current_setting('cluster_name') as cluster`,
  )
  return rows[0]?.cluster === DEV_CLUSTER
}

/**
 * The environment that the caller states: by the option `environment`, the variable DATABASE_ENVIRONMENT, or
 * NODE_ENV=production.
 *
 * @throws {AdminError} two of them contradict each other.
 * @throws {InvalidInputError} DATABASE_ENVIRONMENT is no environment.
 */
export function statedEnvironment(option: Environment | undefined): StatedEnvironment | undefined {
  const { DATABASE_ENVIRONMENT: variable, NODE_ENV: nodeEnvironment } = process.env
  const statements: StatedEnvironment[] = []
  if (option) statements.push({ environment: option, source: '--environment' })
  if (variable)
    statements.push({
      environment: oneOf(ENVIRONMENTS)(variable, 'DATABASE_ENVIRONMENT'),
      source: 'DATABASE_ENVIRONMENT',
    })
  if (nodeEnvironment === 'production') statements.push({ environment: 'production', source: 'NODE_ENV' })
  const [first] = statements
  const other = statements.find(({ environment }) => environment !== first?.environment)
  if (first && other) {
    throw new AdminError(
      `The environment is stated twice: ${first.source} says ${first.environment}, ${other.source} says ${other.environment}. Nothing was changed. Correct the one that is wrong.`,
    )
  }
  return first
}
