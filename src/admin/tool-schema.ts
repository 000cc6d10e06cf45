import type pg from 'pg'
import { queryClosed } from './closed-query.ts'

/** The schema in which the library keeps its records of a database. */
export const TOOL_SCHEMA = 'norberts_spark_db'

/** The name under which the migration history keeps the package's own migrations. */
export const LIBRARY = '@norberts-spark/db'

/** The tables of the schema. All that they hold disappears with `drop`. */
export const TOOL_TABLES = ['environment', 'objects', 'migrations', 'grants'] as const

const TABLES = `
  create schema if not exists ${TOOL_SCHEMA};
  comment on schema ${TOOL_SCHEMA} is 'Records of @norberts-spark/db about this database.';
  create table if not exists ${TOOL_SCHEMA}.environment (
    environment text not null check (environment in ('development', 'test', 'production')),
    created_at timestamptz not null default now()
  );
  alter table ${TOOL_SCHEMA}.environment
    add column if not exists system_identifier text,
    add column if not exists database_oid oid,
    add column if not exists database_name text,
    add column if not exists table_oid oid,
    add column if not exists requires_confirmation boolean not null default false;
  create unique index if not exists environment_one_row_idx on ${TOOL_SCHEMA}.environment ((true));
  comment on table ${TOOL_SCHEMA}.environment is
    'Environment of the database that the other columns identify. A copy of that database has none. Production is never dropped, reset or seeded.';
  create table if not exists ${TOOL_SCHEMA}.objects (type text, identity text, primary key (type, identity));
  alter table ${TOOL_SCHEMA}.objects
    add column if not exists source text not null default '${LIBRARY}',
    add column if not exists object_oid oid;
  comment on table ${TOOL_SCHEMA}.objects is 'Objects that the library created and therefore owns.';
  create table if not exists ${TOOL_SCHEMA}.migrations (
    name text not null,
    checksum text not null,
    applied_at timestamptz(3),
    steps_done integer not null default 0,
    step_begun integer,
    steps_checksum text
  );
  alter table ${TOOL_SCHEMA}.migrations
    add column if not exists source text not null default '${LIBRARY}',
    drop constraint if exists migrations_pkey;
  create unique index if not exists migrations_source_name_idx on ${TOOL_SCHEMA}.migrations (source, name);
  comment on table ${TOOL_SCHEMA}.migrations is
    'Migration history: files of schema/migrations, and of the services that keep own tables here.';
  create table if not exists ${TOOL_SCHEMA}.grants (
    role text not null primary key,
    kind text not null check (kind in ('app', 'read-only', 'system'))
  );
  comment on table ${TOOL_SCHEMA}.grants is
    'Roles that \`grant\` gave privileges to. Migrations repeat them on new objects.'`

/** Versions before the environment was bound to one database had the table `marker`. */
const FROM_MARKER = `
  insert into ${TOOL_SCHEMA}.environment (environment, created_at)
    select environment, created_at from ${TOOL_SCHEMA}.marker
    where not exists (select from ${TOOL_SCHEMA}.environment);
  drop table ${TOOL_SCHEMA}.marker`

/**
 * Creates the schema and its tables, or brings those of an earlier version up to date. Takes no lock where there is
 * nothing to do: another command may be reading the tables.
 */
export async function ensureToolSchema(client: pg.ClientBase): Promise<void> {
  if (await isCurrent(client)) return
  await queryClosed(client, TABLES)
  if ((await findToolTables(client)).has('marker')) await queryClosed(client, FROM_MARKER)
}

/** Whether the tables have the columns that this version added. */
async function isCurrent(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await queryClosed<{ columns: number; old: boolean }>(
    client,
    `select count(*) filter (where (relname, attname) in
         (('environment', 'requires_confirmation'), ('objects', 'object_oid'), ('migrations', 'source'), ('grants', 'kind')))::int as columns,
       coalesce(bool_or(relname = 'marker'), false) as old
     from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     join pg_attribute on attrelid = pg_class.oid and not attisdropped
     where nspname = '${TOOL_SCHEMA}' and relkind = 'r'`,
  )
  return rows[0]?.columns === TOOL_TABLES.length && !rows[0].old
}

/**
 * The names of the tables in the schema; none where the database has no such schema. Read from the catalog, because
 * `to_regclass` fails for a role without privileges on the schema.
 */
export async function findToolTables(client: pg.ClientBase): Promise<Set<string>> {
  const { rows } = await queryClosed<{ name: string }>(
    client,
    `select relname::text as name from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where nspname = '${TOOL_SCHEMA}' and relkind = 'r'`,
  )
  return new Set(rows.map(({ name }) => name))
}

/** Drops the library's records; objects of others in the schema stay, and the schema with them. */
export async function dropToolSchema(client: pg.ClientBase): Promise<void> {
  const tables = await findToolTables(client)
  if (tables.size === 0) return
  const own = [...TOOL_TABLES, 'marker'].filter((name) => tables.has(name))
  if (own.length > 0)
    await client.query(`drop table ${own.map((name) => `${TOOL_SCHEMA}.${name}`).join(', ')} cascade`)
  await queryClosed(
    client,
    `
    do $$
    begin
      if not exists (select from pg_depend where refclassid = 'pg_namespace'::regclass and refobjid = '${TOOL_SCHEMA}'::regnamespace) then
        drop schema ${TOOL_SCHEMA};
      end if;
    end
    $$`,
  )
}

/** Whether this role may read the records: one that only reads the tables may not. */
export async function mayReadRecords(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await queryClosed<{ may: boolean | null }>(
    client,
    `select bool_and(pg_catalog.has_schema_privilege(pg_namespace.oid, 'usage') and has_table_privilege(pg_class.oid, 'select')) as may
     from pg_namespace join pg_class on relnamespace = pg_namespace.oid and relkind = 'r' where nspname = $1`,
    [TOOL_SCHEMA],
  )
  return rows[0]?.may ?? true
}
