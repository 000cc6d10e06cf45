-- Reads the catalog of a database for the studio, as one JSON value.
with relation as (
  select *, oid::regclass::text as label
  from pg_class
  where relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'norberts_spark_db')
    and relnamespace::regnamespace::text not like 'pg\_toast%'
    and relpersistence <> 't'
    and not exists (
      select from pg_depend
      where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype = 'e'
    )
),
described_column as (
  select
    attrelid,
    attnum,
    json_build_object(
      'name', attname,
      'type', format_type(atttypid, atttypmod),
      'isRequired', attnotnull,
      'default', (
        select pg_get_expr(adbin, adrelid, true) from pg_attrdef where adrelid = attrelid and adnum = attnum
      ),
      'isKey', exists (
        select from pg_constraint where conrelid = attrelid and contype = 'p' and attnum = any (conkey)
      ),
      'references', (
        select confrelid::regclass::text from pg_constraint
        where conrelid = attrelid and contype = 'f' and attnum = any (conkey)
        order by cardinality(conkey), conname
        limit 1
      ),
      'comment', col_description(attrelid, attnum)
    ) as description
  from pg_attribute
  where attnum > 0 and not attisdropped
),
described_table as (
  select
    label,
    json_build_object(
      'name', label,
      'kind', case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
      'comment', obj_description(oid, 'pg_class'),
      'rows', reltuples::float8,
      'size', pg_size_pretty(pg_total_relation_size(oid)),
      'columns', coalesce(
        (select json_agg(description order by attnum) from described_column where attrelid = oid), '[]')
    ) as description
  from relation
  where relkind in ('r', 'p', 'v', 'm', 'f')
),
key_columns as (
  select
    pg_constraint.oid,
    array_agg(referencing.attname order by place) filter (where referencing.attname is not null) as columns,
    array_agg(referenced.attname order by place) filter (where referenced.attname is not null) as referenced_columns
  from pg_constraint
  cross join lateral unnest(conkey, confkey) with ordinality as key (number, referenced_number, place)
  left join pg_attribute as referencing on referencing.attrelid = conrelid and referencing.attnum = number
  left join pg_attribute as referenced on referenced.attrelid = confrelid and referenced.attnum = referenced_number
  group by pg_constraint.oid
),
described_constraint as (
  select
    label,
    contype,
    conname,
    json_build_object(
      'table', label,
      'name', conname,
      'kind', case contype
        when 'p' then 'primary key'
        when 'u' then 'unique'
        when 'f' then 'foreign key'
        when 'c' then 'check'
        when 'n' then 'not null'
        else 'exclusion'
      end,
      'definition', pg_get_constraintdef(pg_constraint.oid, true),
      'comment', obj_description(pg_constraint.oid, 'pg_constraint'),
      'columns', coalesce(columns, '{}'),
      'references', nullif(confrelid, 0)::regclass::text,
      'referencedColumns', coalesce(referenced_columns, '{}')
    ) as description
  from relation
  join pg_constraint on conrelid = relation.oid
  left join key_columns on key_columns.oid = pg_constraint.oid
  where contype <> 't'
),
described_index as (
  select
    indrelid::regclass::text as label,
    relation.relname,
    json_build_object(
      'table', indrelid::regclass::text,
      'name', relation.relname,
      'definition', pg_get_indexdef(pg_index.indexrelid, 0, true),
      'isUnique', indisunique,
      'isValid', indisvalid,
      'size', pg_size_pretty(pg_relation_size(pg_index.indexrelid)),
      'scans', coalesce(idx_scan, 0)::float8,
      -- PostgreSQL 15 has no such column.
      'lastUsed', to_jsonb(used) ->> 'last_idx_scan'
    ) as description
  from relation
  join pg_index on pg_index.indexrelid = relation.oid
  left join pg_stat_all_indexes as used on used.indexrelid = pg_index.indexrelid
),
described_enum as (
  select
    oid::regtype::text as label,
    json_build_object(
      'name', oid::regtype::text,
      'comment', obj_description(oid, 'pg_type'),
      'values', array(select enumlabel from pg_enum where enumtypid = pg_type.oid order by enumsortorder)
    ) as description
  from pg_type
  where typtype = 'e'
    and not exists (
      select from pg_depend
      where classid = 'pg_type'::regclass and objid = pg_type.oid and deptype = 'e'
    )
)
select json_build_object(
  'tables', coalesce((select json_agg(description order by label) from described_table), '[]'),
  'constraints', coalesce(
    (select json_agg(description order by label, contype, conname) from described_constraint), '[]'),
  'indexes', coalesce((select json_agg(description order by label, relname) from described_index), '[]'),
  'enums', coalesce((select json_agg(description order by label) from described_enum), '[]')
) as catalog
