import pg from 'pg'
import { queryClosed } from '../closed-query.ts'
import { planHistory, planPolicies } from './row-security.ts'
import {
  type CitusState,
  DELEGATED_FUNCTIONS,
  DISTRIBUTED_TABLES,
  KEY,
  PLAN_CACHE_MODE,
  REFERENCE_TABLES,
} from './state.ts'
import { planUserKeys, USER_KEY_NAMES } from './user-keys.ts'

export interface DistributionOptions {
  /** Number of shards; default the server's citus.shard_count. */
  readonly shards?: number | undefined
}

/**
 * The statements that a database lacks to be distributed, in the order in which they run, in one transaction: none where
 * it is distributed already. Reads the catalog alone.
 */
export async function planDistribution(
  client: pg.ClientBase,
  namespace: string,
  { tables }: CitusState,
  { shards }: DistributionOptions = {},
): Promise<string[]> {
  const nameOf = (name: string) => [namespace, name].map((part) => pg.escapeIdentifier(part)).join('.')
  const isLeft = (name: string) => !tables.has(name) || tables.get(name) === 'local'
  const reference = REFERENCE_TABLES.filter(isLeft)
  const distributed = DISTRIBUTED_TABLES.filter(isLeft)
  const left = [...reference, ...distributed].map(nameOf)
  const keys = await readForeignKeys(client, DISTRIBUTED_TABLES.map(nameOf), left)
  const count = shards === undefined ? '' : `, shard_count => ${Number(shards)}`
  const first = DISTRIBUTED_TABLES[0]
  const placement = (name: string) =>
    name === first ? count : `, colocate_with => ${literal(nameOf(first))}`
  const userKeys = await planUserKeys(client, namespace)
  const statements = [
    ...userKeys.before,
    ...(await planPolicies(client, namespace)),
    ...(await planHistory(client, namespace)),
    // Tables that others refer to cannot be distributed before them, nor they before it.
    ...keys.map(({ table, name }) => `alter table ${table} drop constraint ${name}`),
    ...reference.map((name) => `select create_reference_table(${literal(nameOf(name))})`),
    ...distributed.map(
      (name) =>
        `select create_distributed_table(${literal(nameOf(name))}, ${literal(KEY)}${placement(name)})`,
    ),
    ...keys.map(({ table, name, definition }) => `alter table ${table} add constraint ${name} ${definition}`),
    ...userKeys.after,
    // Citus recreates some of the tables, without their comments.
    ...(left.length > 0 ? await readComments(client, left) : []),
    ...(await planFunctions(client, namespace, nameOf(first))),
  ]
  // Of the triggers of these tables all but that of updated_at are on the coordinator, and that one changes its own row.
  if (statements.length === 0) return []
  return [
    'set local citus.enable_unsafe_triggers = on',
    ...(await planSettings(client)),
    "set local citus.multi_shard_modify_mode = 'sequential'",
    ...statements,
  ]
}

const literal = (text: string) => pg.escapeLiteral(text)

interface ForeignKey {
  /** The table that refers to another one. */
  readonly table: string
  readonly name: string
  readonly definition: string
}

/** The foreign keys of `tables` that have an end at one of `changed`; the order is that in which they can be added. */
async function readForeignKeys(
  client: pg.ClientBase,
  tables: readonly string[],
  changed: readonly string[],
): Promise<ForeignKey[]> {
  const { rows } = await queryClosed<ForeignKey>(
    client,
    `select pg_catalog.format('%I.%I', nspname, relname) as table, pg_catalog.quote_ident(conname) as name, pg_get_constraintdef(pg_constraint.oid) as definition
     from pg_constraint join pg_class on pg_class.oid = conrelid join pg_namespace on pg_namespace.oid = relnamespace
     where contype = 'f' and conrelid = any($1::regclass[]) and (conrelid = any($2::regclass[]) or confrelid = any($2::regclass[]))
     order by pg_catalog.array_position($1::regclass[]::oid[], conrelid), conname`,
    [tables, changed],
  )
  return rows
}

/** The comments of the tables, of all that foreign keys connect with them, and of their partitions, as statements. */
async function readComments(client: pg.ClientBase, tables: readonly string[]): Promise<string[]> {
  const { rows } = await queryClosed<{ statement: string }>(client, COMMENTS, [tables, USER_KEY_NAMES])
  return rows.map(({ statement }) => statement)
}

const COMMENTS = `
  with recursive connected as (
    select unnest($1::regclass[])::oid as oid
    union
    select other from connected, lateral (
      select case when conrelid = connected.oid then confrelid else conrelid end as other
        from pg_constraint where contype = 'f' and conname <> all($2) and connected.oid in (conrelid, confrelid)
      union all
      select relid from pg_partition_tree(connected.oid)) as neighbors
  ),
  relation as (
    select pg_class.oid, pg_catalog.format('%I.%I', nspname, relname) as name, relnamespace
    from connected join pg_class using (oid) join pg_namespace on pg_namespace.oid = relnamespace
  ),
  commented as (
    select 'pg_class'::regclass as classoid, oid as objoid, 0 as objsubid, pg_catalog.format('table %s', name) as target from relation
    union all
    select 'pg_class'::regclass, attrelid, attnum, pg_catalog.format('column %s.%I', name, attname)
      from pg_attribute join relation on oid = attrelid where attnum > 0
    union all
    select 'pg_constraint'::regclass, pg_constraint.oid, 0, pg_catalog.format('constraint %I on %s', conname, name)
      from pg_constraint join relation on relation.oid = conrelid
    union all
    select 'pg_trigger'::regclass, pg_trigger.oid, 0, pg_catalog.format('trigger %I on %s', tgname, name)
      from pg_trigger join relation on relation.oid = tgrelid
    union all
    select 'pg_class'::regclass, indexrelid, 0, pg_catalog.format('index %I.%I', nspname, pg_class.relname)
      from pg_index join relation on relation.oid = indrelid join pg_class on pg_class.oid = indexrelid
      join pg_namespace on pg_namespace.oid = pg_class.relnamespace
  )
  select distinct pg_catalog.format('comment on %s is %L', target, description) as statement
  from commented join pg_description using (classoid, objoid, objsubid) order by 1`

/** Functions that workers call in a query, and those that run on a worker as a whole. */
async function planFunctions(client: pg.ClientBase, namespace: string, chats: string): Promise<string[]> {
  const { rows } = await queryClosed<{ name: string; isDelegated: boolean; isCustom: boolean }>(
    client,
    FUNCTIONS,
    [namespace, [...DELEGATED_FUNCTIONS], `plan_cache_mode=${PLAN_CACHE_MODE}`],
  )
  return rows.flatMap(({ name, isDelegated, isCustom }) => {
    if (!isDelegated) return [`select create_distributed_function(${literal(name)})`]
    const settings = isCustom ? [] : [`alter function ${name} set plan_cache_mode = ${PLAN_CACHE_MODE}`]
    return [
      ...settings,
      `select create_distributed_function(${literal(name)}, 'of_user', colocate_with => ${literal(chats)})`,
    ]
  })
}

/**
 * Those that return a row of a table belong to the table; triggers come with theirs. A function whose body PostgreSQL knows to
 * read tables of the coordinator cannot be created on the nodes, nor one that calls it.
 */
const FUNCTIONS = `
  with recursive of_coordinator as (
    select objid as oid from pg_depend where classid = 'pg_proc'::regclass and refclassid = 'pg_class'::regclass
    union
    select objid from of_coordinator join pg_depend on classid = 'pg_proc'::regclass and refclassid = 'pg_proc'::regclass and refobjid = oid
  )
  select pg_catalog.format('%I.%I(%s)', nspname, proname, types) as name,
    is_delegated as "isDelegated", coalesce($3 = any(proconfig), false) as "isCustom"
  from (
    select pg_proc.oid, nspname, proname, proconfig, proname = any($2) as is_delegated,
      (select pg_catalog.string_agg(format_type(type, null), ', ' order by place)
        from unnest(proargtypes::oid[]) with ordinality as argument (type, place)) as types
    from pg_proc join pg_namespace on pg_namespace.oid = pronamespace join pg_type on pg_type.oid = prorettype
    where nspname = $1 and prokind = 'f' and (typtype in ('b', 'd', 'e') or proname = any($2))
      and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e')
      and pg_proc.oid not in (select oid from of_coordinator)
  ) as candidate
  left join pg_dist_object on classid = 'pg_proc'::regclass and objid = oid
  where objid is null or is_delegated and (distribution_argument_index is null or not coalesce($3 = any(proconfig), false))
  order by is_delegated, 1`

/** A migration that creates a trigger needs the setting too. A copy of the database does not have it, and is distributed all the same. */
async function planSettings(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await queryClosed<{ name: string; isSet: boolean }>(
    client,
    `select pg_catalog.quote_ident(current_database()) as name, exists (
       select from pg_db_role_setting join pg_database on pg_database.oid = setdatabase
       where datname = current_database() and setrole = 0 and 'citus.enable_unsafe_triggers=on' = any(setconfig)) as "isSet"`,
  )
  const [row] = rows
  return row && !row.isSet ? [`alter database ${row.name} set citus.enable_unsafe_triggers = on`] : []
}
