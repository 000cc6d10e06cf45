import pg from 'pg'
import { InvalidInputError } from '../errors/index.ts'
import { ProtectedDatabaseError } from './errors.ts'
import { LEDGER } from './ledger.ts'
import { type DatabaseObject, TOOL_SCHEMA } from './objects.ts'

/** What a database is for. It is written into the database when the schema is created there, and goes with the schema. */
export type Environment = 'development' | 'test' | 'production'

export const ENVIRONMENTS: readonly Environment[] = ['development', 'test', 'production']

export interface Marker {
  readonly environment: Environment
  /** What creating the schema made, by type and identity: also of versions of the schema that are no more. */
  readonly objects: readonly Pick<DatabaseObject, 'type' | 'identity'>[]
}

export async function readMarker(client: pg.ClientBase): Promise<Marker | undefined> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('${TOOL_SCHEMA}.marker') is not null as there`,
  )
  if (!rows[0]?.there) return undefined
  const { rows: markers } = await client.query<Marker>(`
    select environment, (
      select coalesce(json_agg(json_build_object('type', type, 'identity', identity)), '[]') from ${TOOL_SCHEMA}.objects
    ) as objects from ${TOOL_SCHEMA}.marker`)
  return markers[0]
}

export async function writeMarker(
  client: pg.ClientBase,
  environment: Environment,
  objects: readonly DatabaseObject[],
): Promise<void> {
  const rows = JSON.stringify(objects.map(({ type, identity }) => ({ type, identity })))
  await client.query(`
    create schema ${TOOL_SCHEMA};
    comment on schema ${TOOL_SCHEMA} is 'What @norberts-spark/db knows of this database.';
    create table ${TOOL_SCHEMA}.marker (
      environment text not null check (environment in ('development', 'test', 'production')),
      created_at timestamptz not null default now()
    );
    create unique index on ${TOOL_SCHEMA}.marker ((true));
    comment on table ${TOOL_SCHEMA}.marker is 'What the database is for: production is never dropped nor reset.';
    create table ${TOOL_SCHEMA}.objects (type text, identity text, primary key (type, identity));
    comment on table ${TOOL_SCHEMA}.objects is 'What creating the schema made, to be dropped with it.';
    ${LEDGER};
    insert into ${TOOL_SCHEMA}.marker (environment) values (${pg.escapeLiteral(environment)});
    insert into ${TOOL_SCHEMA}.objects select type, identity
      from json_to_recordset(${pg.escapeLiteral(rows)}) as made (type text, identity text)`)
}

export async function removeMarker(client: pg.ClientBase): Promise<void> {
  await client.query(`drop schema if exists ${TOOL_SCHEMA} cascade`)
}

/**
 * Whether a destructive command may run: on what is marked development or test; on what is not marked at all where it
 * holds no data, or with the database's own name; on what is marked production never.
 *
 * @throws {ProtectedDatabaseError}
 */
export async function checkMayDestroy(
  client: pg.ClientBase,
  marker: Marker | undefined,
  confirm: string | undefined,
): Promise<void> {
  const { rows } = await client.query<{ name: string }>('select current_database() as name')
  const { name = '' } = rows[0] ?? {}
  if (marker?.environment === 'production') {
    throw new ProtectedDatabaseError(
      `The database ${name} is marked production: no command of ours drops or resets it, whatever its flags. If the mark is wrong, as in a copy, say so in SQL: update ${TOOL_SCHEMA}.marker set environment = 'development'`,
      { database: name, canConfirm: false },
    )
  }
  if (confirm !== undefined && confirm !== name) {
    throw new InvalidInputError('confirm', `must be the database's name, ${name}, or be omitted`)
  }
  if (marker || confirm === name) return
  const table = await findData(client)
  if (table === undefined) return
  throw new ProtectedDatabaseError(
    `The database ${name} is not marked development or test, and holds data (in ${table}): repeat its name to go on, \`confirm: '${name}'\` (--confirm ${name}).`,
    { database: name, canConfirm: true },
  )
}

/** A table with rows in it, of whatever schema. */
async function findData(client: pg.ClientBase): Promise<string | undefined> {
  const { rows: tables } = await client.query<{ name: string }>(`
    select format('%I.%I', nspname, relname) as name
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind = 'r' and nspname not like 'pg\\_%' and nspname not in ('information_schema', '${TOOL_SCHEMA}')
      and relpersistence <> 't'
      and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype = 'e')
    order by relname`)
  for (const { name } of tables) {
    const { rows } = await client.query<{ some: boolean }>(`select exists (select from ${name}) as some`)
    if (rows[0]?.some) return name.replace(/^public\./, '')
  }
  return undefined
}
