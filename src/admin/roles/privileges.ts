import type pg from 'pg'
import { withSearchPath } from '../snapshot/index.ts'
import { TOOL_SCHEMA } from '../tool-schema.ts'
import type { GrantedRole, Scope } from './scope.ts'

/** A privilege that a role has, or that its kind needs. */
export interface Privilege {
  /** As in `grant`: `schema public`, `public.users`, `function public.search_words(text)`. */
  readonly target: string
  /** For people: `users`. */
  readonly name: string
  /** In lower case: `select`. */
  readonly privilege: string
  /** Null for the whole object. */
  readonly column: string | null
  readonly isWanted: boolean
  /** Whether it was granted to the role by name, on the object or on a column of it. */
  readonly isGranted: boolean
  /** Whether the role has it in any way, also as a member of another role or through PUBLIC. */
  readonly isEffective: boolean
}

/**
 * The privileges that matter to a role: those that its kind needs, and those that it has without need.
 *
 * - Tables: the commands that their policies allow to everyone, so that entries of the audit log are read and added only;
 *   all four where row security is off. For `read-only` only `select`.
 * - Views: `select`. One that reads as its owner shows rows and columns of all, and is for `system` alone.
 * - Columns whose comment ends with @secret are selected by `system` alone. Without them, `select` is granted by column.
 * - Functions that everyone may call need no grant. Where PUBLIC has lost them, `execute` is granted; not on functions that
 *   write as their owner. Those that erase, export and purge are for `system` alone: an app could name itself a job.
 */
export async function readPrivileges(
  client: pg.ClientBase,
  { oid, kind }: GrantedRole,
  { namespaces, tables, functions }: Scope,
): Promise<Privilege[]> {
  // With nothing else on the path, names are printed with their schema, and no function of others can take the place of one.
  return withSearchPath(client, ['pg_catalog'], async () => {
    const { rows } = await client.query<Privilege>(PRIVILEGES, [oid, kind, namespaces, tables, functions])
    return rows
  })
}

const granted = (acl: string, privilege: string) =>
  `exists (select from aclexplode(${acl}) where grantee = $1::oid and privilege_type = ${privilege})`

const PRIVILEGES = `
  with command (privilege, letter) as (
    values ('SELECT', 'r'), ('INSERT', 'a'), ('UPDATE', 'w'), ('DELETE', 'd'), ('TRUNCATE', null), ('REFERENCES', null), ('TRIGGER', null)),
  namespace as (
    select pg_namespace.*, nspname = '${TOOL_SCHEMA}' as is_tool from pg_namespace
    where nspname = any($3::text[]) or nspname = '${TOOL_SCHEMA}'),
  -- Partitions are reached through their table, which has the privileges.
  relation as (
    select pg_class.*, pg_catalog.format('%I.%I', nspname, relname) as target,
      exists (select from pg_options_to_table(reloptions) where option_name = 'security_invoker' and option_value::boolean) as is_invoker,
      exists (select from pg_attribute join pg_description on objoid = attrelid and objsubid = attnum
        and classoid = 'pg_class'::regclass where attrelid = pg_class.oid and description ~ '@secret$') as has_secrets
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where pg_class.oid in (select relid from unnest($4::oid[]) as given (oid), pg_partition_tree(given.oid) union select unnest($4::oid[]))),
  on_table as (
    select relation.*, privilege,
      not relispartition and privilege in ('SELECT', 'INSERT', 'UPDATE', 'DELETE') and case
        when relkind in ('v', 'm') then privilege = 'SELECT' and ($2 = 'system' or is_invoker)
        when $2 = 'read-only' then privilege = 'SELECT'
        when relrowsecurity then exists (select from pg_policy where polrelid = relation.oid and polpermissive
          and polroles = '{0}' and polcmd in ('*', letter))
        else true end as is_wanted
    from relation, command where relkind <> 'S'),
  on_column as (
    select on_table.oid, target, relname, attname, attnum, attacl,
      $2 <> 'system' and is_wanted and description ~ '@secret$' is not true as is_wanted
    from on_table join pg_attribute on attrelid = on_table.oid and attnum > 0 and not attisdropped
    left join pg_description on objoid = attrelid and objsubid = attnum and classoid = 'pg_class'::regclass
    where has_secrets and privilege = 'SELECT'),
  sequence as (
    select pg_class.*, pg_catalog.format('%I.%I', nspname, relname) as target
    from pg_depend join pg_class on pg_class.oid = objid and relkind = 'S' join pg_namespace on pg_namespace.oid = relnamespace
    where classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass and refobjid = any($4::oid[]) and deptype = 'a')
  select 'schema ' || pg_catalog.quote_ident(nspname) as target, 'schema ' || nspname as name, pg_catalog.lower(privilege) as privilege, null as column,
    not is_tool and privilege = 'USAGE' as "isWanted", ${granted('nspacl', 'privilege')} as "isGranted",
    pg_catalog.has_schema_privilege($1::oid, oid, privilege) as "isEffective"
  from namespace, unnest(array['USAGE', 'CREATE']) as privilege
  union all
  select target, relname, pg_catalog.lower(privilege), null, is_wanted and not (has_secrets and $2 <> 'system' and privilege = 'SELECT'),
    ${granted('relacl', 'privilege')} or (not is_wanted and exists (select from pg_attribute
      where attrelid = on_table.oid and ${granted('attacl', 'privilege')})),
    case when is_wanted or privilege in ('DELETE', 'TRUNCATE', 'TRIGGER') then has_table_privilege($1::oid, oid, privilege)
      else has_any_column_privilege($1::oid, oid, privilege) end
  from on_table
  union all
  select target, relname, 'select', attname, is_wanted, ${granted('attacl', "'SELECT'")}, $2 <> 'system' and has_column_privilege($1::oid, oid, attnum, 'SELECT')
  from on_column
  union all
  select 'sequence ' || target, relname, 'usage', null, $2 <> 'read-only', ${granted('relacl', "'USAGE'")},
    has_sequence_privilege($1::oid, oid, 'USAGE')
  from sequence
  union all
  select 'function ' || oid::regprocedure, oid::regprocedure::text, 'execute', null,
    case when not prosecdef then true when prosrc ~ '\\mcheck_may_erase\\M' then $2 = 'system' else provolatile <> 'v' end,
    ${granted('proacl', "'EXECUTE'")}, has_function_privilege($1::oid, oid, 'EXECUTE')
  from pg_proc
  where oid = any($5::oid[]) and prorettype <> 'trigger'::regtype
    and not exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0)
  order by target, privilege`
