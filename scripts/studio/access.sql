-- cspell:ignore userbyid
-- Reads who may do what with which table, as one JSON value. $1: the prefix of the studio's own logins.
with relation as (
  select pg_class.oid, relname, relowner, relrowsecurity, relforcerowsecurity, relkind,
    case nspname when 'public' then '' else quote_ident(nspname) || '.' end || quote_ident(relname) as label
  from pg_class join pg_namespace on pg_namespace.oid = relnamespace
  where nspname not in ('pg_catalog', 'information_schema', 'norberts_spark_db') and nspname not like 'pg\_toast%'
    and relkind in ('r', 'p', 'v', 'm', 'f') and not relispartition and relpersistence <> 't'
    and not exists (
      select from pg_depend where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype = 'e'
    )
),
person as (
  select * from pg_roles
  where not starts_with(rolname::text, 'pg_') and not starts_with(rolname::text, $1)
)
select json_build_object(
  'tables', coalesce((
    select json_agg(json_build_object(
      'name', label,
      'owner', pg_get_userbyid(relowner),
      'hasRowSecurity', relrowsecurity,
      'isForced', relforcerowsecurity
    ) order by label) from relation
  ), '[]'),
  'policies', coalesce((
    select json_agg(json_build_object(
      'table', label,
      'name', polname,
      'command', case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
      'isPermissive', polpermissive,
      'roles', (
        select json_agg(case number when 0 then 'public' else pg_get_userbyid(number)::text end) from unnest(polroles) as number
      ),
      'using', pg_get_expr(polqual, polrelid, true),
      'check', pg_get_expr(polwithcheck, polrelid, true),
      'comment', obj_description(pg_policy.oid, 'pg_policy')
    ) order by label, polname) from pg_policy join relation on relation.oid = polrelid
  ), '[]'),
  'roles', coalesce((
    select json_agg(json_build_object(
      'name', rolname,
      'canLogin', rolcanlogin,
      'isSuperuser', rolsuper,
      'bypassesRowSecurity', rolsuper or rolbypassrls,
      'creates', array(
        select word from (values
          ('tables and functions in schema public', exists (
            select from pg_namespace where nspname = 'public' and has_schema_privilege(person.oid, pg_namespace.oid, 'create'))),
          ('schemas', has_database_privilege(person.oid, current_database(), 'create')),
          ('roles', rolcreaterole or rolsuper),
          ('databases', rolcreatedb or rolsuper)
        ) as kind (word, may) where may
      ),
      'memberOf', array(
        select pg_get_userbyid(roleid) from pg_auth_members where member = person.oid order by 1
      ),
      'tables', coalesce((
        select json_agg(json_build_object(
          'table', label,
          'isOwner', pg_has_role(person.oid, relowner, 'usage'),
          'privileges', privileges,
          'columns', columns
        ) order by label)
        from relation cross join lateral (
          select
            array(
              select word from unnest(array['select', 'insert', 'update', 'delete', 'truncate']) as word
              where has_table_privilege(person.oid, relation.oid, word)
            ) as privileges,
            (
              select json_object_agg(word, names) from (
                select word, json_agg(attname order by attnum) as names
                from unnest(array['select', 'insert', 'update']) as word
                join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
                where not has_table_privilege(person.oid, relation.oid, word)
                  and has_column_privilege(person.oid, relation.oid, attnum, word)
                group by word
              ) as partial
            ) as columns
        ) as granted
        where cardinality(privileges) > 0 or columns is not null
      ), '[]')
    ) order by rolname) from person
  ), '[]')
) as access
