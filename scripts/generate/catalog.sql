-- Reads the catalog in one query: everything the emitters need, as one JSON value, ordered by names only.
-- Objects of extensions are not part of the schema.
with ours as (
  select oid, nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
),
of_extension as (
  select classid, objid from pg_depend where deptype = 'e'
),
relation as (
  select c.oid, n.nspname, c.relname, c.relkind, c.relispartition, pg_partition_root(c.oid) as root
  from pg_class c join ours n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f')
    and (('pg_class'::regclass)::oid, c.oid) not in (select classid, objid from of_extension)
),
-- Tables that inherit from a table: a select of the table returns their rows too. Partitions have the constraints of their table.
heir as (
  select root.oid as parent, h.inhrelid as child
  from relation root join lateral (
    with recursive below as (
      select i.inhrelid from pg_inherits i where i.inhparent = root.oid
      union select i.inhrelid from pg_inherits i join below b on i.inhparent = b.inhrelid
    ) select inhrelid from below) h on true
  where root.relkind in ('r', 'f')
),
attribute as (
  select a.attrelid, json_agg(json_build_object(
      'name', a.attname,
      'typeId', a.atttypid::int8,
      'type', format_type(a.atttypid, a.atttypmod),
      'modifier', a.atttypmod,
      'notNull', a.attnotnull and not exists (
        select from pg_constraint o
        where o.conrelid = a.attrelid and o.contype = 'n' and o.conkey[1] = a.attnum and not o.convalidated)
        and not (a.attrelid in (select parent from heir) and exists (
          select from heir join pg_attribute c on c.attrelid = heir.child and c.attname = a.attname
          left join pg_constraint o on o.conrelid = c.attrelid and o.contype = 'n' and o.conkey[1] = c.attnum
          where heir.parent = a.attrelid and not (c.attnotnull and coalesce(o.convalidated, true)))),
      'refusesNull', a.attnotnull,
      'dimensions', a.attndims,
      'isWritable', pg_column_is_updatable(a.attrelid, a.attnum, true),
      'identity', nullif(a.attidentity::text, ''),
      'generated', nullif(a.attgenerated::text, ''),
      'default', pg_get_expr(d.adbin, d.adrelid),
      'deterministic', coalesce(l.collisdeterministic, true),
      'comment', col_description(a.attrelid, a.attnum)
    ) order by a.attnum) as columns
  from pg_attribute a
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  left join pg_collation l on l.oid = a.attcollation
  where a.attnum > 0 and not a.attisdropped and a.attrelid in (select oid from relation)
  group by a.attrelid
)
select json_build_object(
  'relations', (
    select coalesce(json_agg(json_build_object(
        'schema', r.nspname,
        'name', r.relname,
        'kind', r.relkind,
        'isPartition', r.relispartition,
        'partitionOf', case when r.relispartition then (
          select json_build_object('schema', n.nspname, 'name', c.relname)
          from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = r.root) end,
        'bound', case when r.relispartition then (select pg_get_expr(c.relpartbound, c.oid) from pg_class c where c.oid = r.oid) end,
        'comment', obj_description(r.oid, 'pg_class'),
        -- 8 is INSERT, 4 is UPDATE: https://www.postgresql.org/docs/current/functions-info.html
        'isInsertable', pg_relation_is_updatable(r.oid, true) & 8 = 8,
        'isUpdatable', pg_relation_is_updatable(r.oid, true) & 4 = 4,
        'insertsByTrigger', exists (select from pg_trigger g where g.tgrelid = r.oid and g.tgtype & 68 = 68)
          or r.relkind = 'v' and exists (select from pg_rewrite w where w.ev_class = r.oid and w.ev_type = '3' and w.is_instead),
        'updatesByTrigger', exists (select from pg_trigger g where g.tgrelid = r.oid and g.tgtype & 80 = 80)
          or r.relkind = 'v' and exists (select from pg_rewrite w where w.ev_class = r.oid and w.ev_type = '2' and w.is_instead),
        'definition', case when r.relkind in ('v', 'm') then pg_get_viewdef(r.oid) end,
        'partitionKey', case when r.relkind = 'p' then pg_get_partkeydef(r.oid) end,
        'columns', coalesce(a.columns, '[]')
      ) order by r.nspname collate "C", r.relname collate "C"), '[]')
    from relation r left join attribute a on a.attrelid = r.oid
  ),
  'types', (
    select json_agg(json_build_object(
        'id', t.oid::int8,
        'schema', n.nspname,
        'name', t.typname,
        'kind', t.typtype,
        -- The elements of int2vector and oidvector, too, but as an array neither is sent nor taken.
        'elementId', (select e.oid::int8 from pg_type e where e.oid = t.typelem and e.typarray = t.oid),
        'baseId', nullif(t.typbasetype, 0)::int8,
        'baseType', case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end,
        'modifier', t.typtypmod,
        'dimensions', t.typndims,
        'notNull', t.typnotnull,
        'default', t.typdefault,
        'isOurs', t.typnamespace in (select oid from ours)
          and (('pg_type'::regclass)::oid, t.oid) not in (select classid, objid from of_extension),
        'labels', (select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid),
        'comment', obj_description(t.oid, 'pg_type')
      ) order by n.nspname collate "C", t.typname collate "C")
    from pg_type t join pg_namespace n on n.oid = t.typnamespace
  ),
  'constraints', (
    select coalesce(json_agg(json_build_object(
        'name', o.conname,
        'kind', o.contype,
        'schema', coalesce(r.nspname, n.nspname),
        'table', r.relname,
        'domain', t.typname,
        'isPartition', coalesce(r.relispartition, false) or o.conparentid <> 0,
        'parent', case when p.oid is not null then json_build_object('name', p.conname,
          'schema', (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = p.conrelid),
          'table', (select c.relname from pg_class c where c.oid = p.conrelid)) end,
        'columns', (
          select coalesce(json_agg(a.attname order by k.place), '[]')
          from unnest(o.conkey) with ordinality as k (number, place)
          join pg_attribute a on a.attrelid = o.conrelid and a.attnum = k.number
        ),
        'references', case when o.contype = 'f' then json_build_object(
          'schema', fn.nspname, 'table', f.relname,
          'columns', (
            select json_agg(a.attname order by k.place)
            from unnest(o.confkey) with ordinality as k (number, place)
            join pg_attribute a on a.attrelid = o.confrelid and a.attnum = k.number
          )) end,
        'definition', case when o.contype <> 't' then pg_get_constraintdef(o.oid)
          else (select pg_get_triggerdef(g.oid) from pg_trigger g where g.tgconstraint = o.oid) end,
        'expression', pg_get_expr(o.conbin, o.conrelid),
        'isEnforced', coalesce((to_jsonb(o) ->> 'conenforced')::boolean, true),
        'holds', o.convalidated and coalesce((to_jsonb(o) ->> 'conenforced')::boolean, true)
          and not (o.connoinherit and o.conrelid in (select parent from heir)),
        'comment', coalesce(obj_description(o.oid, 'pg_constraint'),
          (select obj_description(g.oid, 'pg_trigger') from pg_trigger g where g.tgconstraint = o.oid and o.contype = 't'))
      ) order by coalesce(r.nspname, n.nspname) collate "C", r.relname collate "C", t.typname collate "C", o.conname collate "C"), '[]')
    from pg_constraint o
    join ours n on n.oid = o.connamespace
    left join relation r on r.oid = o.conrelid
    left join pg_type t on t.oid = o.contypid
    left join pg_constraint p on p.oid = o.conparentid
    left join pg_class f on f.oid = o.confrelid
    left join pg_namespace fn on fn.oid = f.relnamespace
    where (r.oid is not null or t.oid is not null)
      and (t.oid is null or (('pg_type'::regclass)::oid, t.oid) not in (select classid, objid from of_extension))
  ),
  'indexes', (
    select coalesce(json_agg(json_build_object(
        'name', c.relname,
        'schema', r.nspname,
        'table', r.relname,
        'isPartition', r.relispartition,
        'parent', case when pc.oid is not null then json_build_object('name', pc.relname,
          'schema', (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = pi.indrelid),
          'table', (select c.relname from pg_class c where c.oid = pi.indrelid)) end,
        'isUnique', i.indisunique,
        -- No index serves conindid alone: without conrelid each index reads all of pg_constraint.
        'ofConstraint', exists (select from pg_constraint o
          where o.conrelid = i.indrelid and o.conindid = i.indexrelid and o.contype in ('p', 'u', 'x')),
        'columns', (
          select coalesce(json_agg(a.attname order by array_position(i.indkey::int2[], a.attnum), a.attnum), '[]')
          from pg_attribute a
          where a.attrelid = i.indrelid and a.attnum > 0 and case when i.indexprs is null
            then a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1])
            else exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
              and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid and d.refobjsubid = a.attnum) end
        ),
        'definition', pg_get_indexdef(i.indexrelid),
        'comment', obj_description(i.indexrelid, 'pg_class')
      ) order by r.nspname collate "C", r.relname collate "C", c.relname collate "C"), '[]')
    from pg_index i
    join relation r on r.oid = i.indrelid
    join pg_class c on c.oid = i.indexrelid
    left join pg_inherits h on h.inhrelid = i.indexrelid
    left join pg_class pc on pc.oid = h.inhparent
    left join pg_index pi on pi.indexrelid = h.inhparent
  ),
  'triggers', (
    select coalesce(json_agg(json_build_object(
        'name', g.tgname,
        'schema', r.nspname,
        'table', r.relname,
        'definition', pg_get_triggerdef(g.oid),
        'comment', obj_description(g.oid, 'pg_trigger')
      ) order by r.nspname collate "C", r.relname collate "C", g.tgname collate "C"), '[]')
    from pg_trigger g join relation r on r.oid = g.tgrelid
    where not g.tgisinternal and not r.relispartition
  ),
  'policies', (
    select coalesce(json_agg(json_build_object(
        'name', p.polname,
        'schema', r.nspname,
        'table', r.relname,
        'definition', concat_ws(' ',
          case when not p.polpermissive then 'as restrictive' end,
          'for ' || case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
          'using (' || pg_get_expr(p.polqual, p.polrelid) || ')',
          'with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'),
        'comment', obj_description(p.oid, 'pg_policy')
      ) order by r.nspname collate "C", r.relname collate "C", p.polname collate "C"), '[]')
    from pg_policy p join relation r on r.oid = p.polrelid
    where not r.relispartition
  ),
  'routines', (
    select coalesce(json_agg(json_build_object(
        'schema', n.nspname,
        'name', p.proname,
        'kind', p.prokind,
        'types', coalesce((select json_agg(format_type(t, null) order by place) from unnest(p.proargtypes::oid[]) with ordinality as a (t, place)), '[]'),
        'isStrict', p.proisstrict,
        'isVolatile', p.provolatile = 'v',
        'returnsSet', p.proretset,
        'resultId', p.prorettype::int8,
        'result', format_type(p.prorettype, null),
        'defaults', p.pronargdefaults,
        'arguments', (
          select coalesce(json_agg(json_build_object(
              'name', nullif(a.name, ''),
              'mode', coalesce(a.mode::text, 'i'),
              'typeId', a.type::int8,
              'type', format_type(a.type, null)
            ) order by a.place), '[]')
          from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargmodes, p.proargnames) with ordinality as a (type, mode, name, place)
        ),
        'columns', (
          select json_agg(json_build_object(
              'name', a.attname, 'typeId', a.atttypid::int8, 'modifier', a.atttypmod, 'dimensions', a.attndims, 'notNull', a.attnotnull
            ) order by a.attnum)
          from pg_type t join pg_attribute a on a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
          where t.oid = p.prorettype and t.typtype = 'c'
        ),
        'comment', obj_description(p.oid, 'pg_proc')
      ) order by n.nspname collate "C", p.proname collate "C", pg_get_function_identity_arguments(p.oid) collate "C"), '[]')
    from pg_proc p join ours n on n.oid = p.pronamespace
    where p.prokind in ('f', 'p') and p.prorettype not in (select t.oid from pg_type t where t.typname in ('trigger', 'event_trigger') and t.typnamespace = 'pg_catalog'::regnamespace)
      and (('pg_proc'::regclass)::oid, p.oid) not in (select classid, objid from of_extension)
  )
) as catalog
