import type pg from 'pg'

/** Everything that a schema's objects are, in words: a kind and a name lead to facts, such as a column's type. */
export type Snapshot = ReadonlyMap<string, Facts>

export type Facts = Readonly<Record<string, string>>

/**
 * Describes the objects of one namespace, as its search_path sees them: two namespaces with the same objects have the
 * same snapshot, on the same server.
 */
export async function readSnapshot(client: pg.ClientBase, namespace: string): Promise<Snapshot> {
  const { rows } = await client.query<{ kind: string; name: string; facts: Record<string, unknown> }>(
    `with ${COMMON} ${Object.entries(KINDS)
      .map(([kind, query]) => `select '${kind}' as kind, described.* from (${query}) as described`)
      .join('\nunion all\n')}`,
    [namespace],
  )
  return new Map(
    rows.map(({ kind, name, facts }) => [
      `${kind} ${name}`,
      Object.fromEntries(
        Object.entries(facts).flatMap(([fact, value]) => (value === null ? [] : [[fact, words(value)]])),
      ),
    ]),
  )
}

const words = (value: unknown) => (Array.isArray(value) ? value.join(', ') : String(value))

/** What extensions bring is theirs; what PostgreSQL makes for its own use has a counterpart that is described. */
const isOurs = (catalog: string, oid: string) =>
  `not exists (select from pg_depend where classid = '${catalog}'::regclass and objid = ${oid} and deptype in ('e'))`

/** Who may do what, the owner apart, whose name does not matter. */
const grants = (acl: string, owner: string, kind: string) => `(
  select array_agg(format('%s to %s%s', privilege_type, case when grantee = 0 then 'public' when grantee = ${owner} then 'the owner' else grantee::regrole::text end,
    case when is_grantable then ' with grant option' end) order by grantee = ${owner} desc, grantee, privilege_type)
  from aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))))`

/** In whatever order they were set. */
const sorted = (options: string) =>
  `(select array_agg(option order by option) from unnest(${options}) as option)`

const comment = (catalog: string, oid: string, column = '0') =>
  `(select description from pg_description where classoid = '${catalog}'::regclass and objoid = ${oid} and objsubid = ${column})`

const COMMON = `
  namespace as (select oid from pg_namespace where nspname = $1),
  relation as (
    select pg_class.* from pg_class join namespace on relnamespace = namespace.oid
    where ${isOurs('pg_class', 'pg_class.oid')}
  )`

const RELATION = (kinds: string) => `
    select relname as name, json_build_object(
      'kind', case relkind when 'p' then 'partitioned' when 'f' then 'foreign' end,
      'persistence', case relpersistence when 'u' then 'unlogged' end,
      'access method', (select amname from pg_am where pg_am.oid = relam),
      'options', ${sorted('reloptions')},
      'row level security', case when relforcerowsecurity and relrowsecurity then 'forced' when relrowsecurity then 'enabled' when relforcerowsecurity then 'forced, not enabled' end,
      'replica identity', nullif(relreplident, 'd'),
      'partition key', pg_get_partkeydef(oid),
      'partition bound', pg_get_expr(relpartbound, oid, true),
      'parents', (select array_agg(inhparent::regclass::text order by inhseqno) from pg_inherits where inhrelid = relation.oid),
      'definition', case when relkind in ('v', 'm') then pg_get_viewdef(oid, true) end,
      'grants', ${grants('relacl', 'relowner', 'r')},
      'comment', ${comment('pg_class', 'relation.oid')}) as facts
    from relation where relkind in (${kinds})`

/** Each gives names and facts, null where there is nothing to say. */
const KINDS: Readonly<Record<string, string>> = {
  table: RELATION("'r', 'p', 'f'"),
  view: RELATION("'v'"),
  'materialized view': RELATION("'m'"),
  column: `
    select relname || '.' || attname, json_build_object(
      'type', format_type(atttypid, atttypmod),
      'collation', (select collname from pg_collation where pg_collation.oid = attcollation
        and attcollation <> (select typcollation from pg_type where pg_type.oid = atttypid)),
      'not null', case when attnotnull then 'yes' end,
      'identity', case attidentity when 'a' then 'always' when 'd' then 'by default' end,
      'default', case when attgenerated = '' then pg_get_expr(adbin, adrelid, true) end,
      'generated', case when attgenerated <> '' then pg_get_expr(adbin, adrelid, true) || case attgenerated when 's' then ' stored' else ' virtual' end end,
      'storage', (select nullif(attstorage, typstorage) from pg_type where pg_type.oid = atttypid),
      'compression', nullif(attcompression, ''),
      'statistics target', nullif(coalesce(attstattarget, -1), -1),
      'options', ${sorted('attoptions')},
      'grants', case when attacl is not null then ${grants('attacl', 'relowner', 'c')} end,
      'comment', ${comment('pg_class', 'relation.oid', 'attnum')})
    from relation join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where relkind in ('r', 'p', 'v', 'm', 'f', 'c')`,
  constraint: `
    select coalesce(relname, typname) || '.' || conname, json_build_object(
      'definition', pg_get_constraintdef(pg_constraint.oid, true),
      'validated', case when not convalidated then 'no' end,
      'comment', ${comment('pg_constraint', 'pg_constraint.oid')})
    from pg_constraint
    left join relation on relation.oid = conrelid
    left join pg_type on pg_type.oid = contypid
    where connamespace = (select oid from namespace) and (relation.oid is not null or contypid <> 0)
      and contype <> 't'`,
  index: `
    select format('%s.%s', (select relname from pg_class where pg_class.oid = indrelid), relname), json_build_object(
      'definition', pg_get_indexdef(indexrelid, 0, true),
      'valid', case when not indisvalid then 'no' end,
      'clustered', case when indisclustered then 'yes' end,
      'replica identity', case when indisreplident then 'yes' end,
      'options', ${sorted('reloptions')},
      'comment', ${comment('pg_class', 'relation.oid')})
    from relation join pg_index on indexrelid = relation.oid`,
  trigger: `
    select relname || '.' || tgname, json_build_object(
      'definition', pg_get_triggerdef(pg_trigger.oid, true),
      'enabled', case tgenabled when 'D' then 'no' when 'R' then 'on replicas' when 'A' then 'always' end,
      'comment', ${comment('pg_trigger', 'pg_trigger.oid')})
    from pg_trigger join relation on relation.oid = tgrelid where not tgisinternal`,
  rule: `
    select relname || '.' || rulename, json_build_object(
      'definition', pg_get_ruledef(pg_rewrite.oid, true),
      'enabled', nullif(ev_enabled, 'O'),
      'comment', ${comment('pg_rewrite', 'pg_rewrite.oid')})
    from pg_rewrite join relation on relation.oid = ev_class where rulename <> '_RETURN'`,
  policy: `
    select relname || '.' || polname, json_build_object(
      'command', case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
      'kind', case when polpermissive then 'permissive' else 'restrictive' end,
      'roles', (select array_agg(case when role = 0 then 'public' else role::regrole::text end order by role) from unnest(polroles) as role),
      'using', pg_get_expr(polqual, polrelid, true),
      'check', pg_get_expr(polwithcheck, polrelid, true),
      'comment', ${comment('pg_policy', 'pg_policy.oid')})
    from pg_policy join relation on relation.oid = polrelid`,
  statistics: `
    select stxname, json_build_object(
      'table', stxrelid::regclass,
      'kinds', stxkind::text,
      'columns', pg_get_statisticsobjdef_columns(oid),
      'comment', ${comment('pg_statistic_ext', 'pg_statistic_ext.oid')})
    from pg_statistic_ext where stxnamespace = (select oid from namespace)`,
  sequence: `
    select relname, json_build_object(
      'type', format_type(seqtypid, null), 'start', seqstart, 'increment', seqincrement, 'minimum', seqmin,
      'maximum', seqmax, 'cache', seqcache, 'cycles', case when seqcycle then 'yes' end,
      'owned by', (select format('%s.%s', refobjid::regclass, attname) from pg_depend
        join pg_attribute on attrelid = refobjid and attnum = refobjsubid
        where classid = 'pg_class'::regclass and objid = relation.oid and deptype in ('a', 'i')),
      'grants', ${grants('relacl', 'relowner', 's')},
      'comment', ${comment('pg_class', 'relation.oid')})
    from pg_sequence join relation on relation.oid = seqrelid`,
  type: `
    select typname, json_build_object(
      'kind', case typtype when 'e' then 'enum' when 'd' then 'domain' when 'r' then 'range' when 'm' then 'multirange' when 'c' then 'composite' else 'base' end,
      'values', (select array_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = pg_type.oid),
      'of', case when typtype = 'd' then format_type(typbasetype, typtypmod) end,
      'not null', case when typnotnull then 'yes' end,
      'default', typdefault,
      'collation', case when typtype = 'd' then (select collname from pg_collation where pg_collation.oid = typcollation) end,
      'subtype', (select format_type(rngsubtype, null) from pg_range where rngtypid = pg_type.oid),
      'grants', ${grants('typacl', 'typowner', 'T')},
      'comment', ${comment('pg_type', 'pg_type.oid')})
    from pg_type
    where typnamespace = (select oid from namespace) and ${isOurs('pg_type', 'pg_type.oid')} and typelem = 0
      and (typrelid = 0 or exists (select from pg_class where pg_class.oid = typrelid and relkind = 'c'))`,
  function: `
    select oid::regprocedure::text, json_build_object(
      'kind', case prokind when 'p' then 'procedure' when 'a' then 'aggregate' when 'w' then 'window function' end,
      'arguments', pg_get_function_arguments(oid),
      'result', pg_get_function_result(oid),
      'language', (select lanname from pg_language where pg_language.oid = prolang),
      'volatility', case provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
      'strict', case when proisstrict then 'yes' end,
      'security', case when prosecdef then 'definer' end,
      'leakproof', case when proleakproof then 'yes' end,
      'parallel', case proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end,
      'cost', procost, 'rows', nullif(prorows, 0),
      'settings', array_to_string(proconfig, E'\\n'),
      'body', case when prokind <> 'a' then coalesce(pg_get_function_sqlbody(oid), prosrc) end,
      'grants', ${grants('proacl', 'proowner', 'f')},
      'comment', ${comment('pg_proc', 'pg_proc.oid')})
    from pg_proc where pronamespace = (select oid from namespace) and ${isOurs('pg_proc', 'pg_proc.oid')}`,
  collation: `
    select collname, json_build_object(
      'provider', collprovider, 'deterministic', collisdeterministic, 'locale', to_jsonb(pg_collation) - 'oid' - 'collnamespace' - 'collowner' - 'collversion',
      'comment', ${comment('pg_collation', 'pg_collation.oid')})
    from pg_collation where collnamespace = (select oid from namespace) and ${isOurs('pg_collation', 'pg_collation.oid')}`,
  operator: `
    select format('%s (%s, %s)', oprname, format_type(oprleft, null), format_type(oprright, null)),
      json_build_object('function', oprcode::regprocedure, 'result', format_type(oprresult, null))
    from pg_operator where oprnamespace = (select oid from namespace) and ${isOurs('pg_operator', 'pg_operator.oid')}`,
  'text search configuration': `
    select cfgname, json_build_object('parser', cfgparser::integer, 'mappings',
      (select array_agg(format('%s %s %s', maptokentype, mapseqno, mapdict::regdictionary) order by maptokentype, mapseqno)
       from pg_ts_config_map where mapcfg = pg_ts_config.oid))
    from pg_ts_config where cfgnamespace = (select oid from namespace) and ${isOurs('pg_ts_config', 'pg_ts_config.oid')}`,
}
