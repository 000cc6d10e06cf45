-- Reads the catalog of a database for the studio, as one JSON value.
with relation as (
  select *, oid::regclass::text as label
  from pg_class
  where relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'norberts_spark_db')
    and relnamespace::regnamespace::text not like 'pg\_toast%'
    and relpersistence <> 't'
    -- Partitions are reached through their table.
    and not relispartition
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
      'rows', case when relkind = 'p'
        then (select sum(greatest(part.reltuples, 0)) from pg_partition_tree(oid) join pg_class as part on part.oid = relid where isleaf)
        else reltuples end::float8,
      'size', pg_size_pretty(case when relkind = 'p'
        then (select sum(pg_total_relation_size(relid)) from pg_partition_tree(oid))::bigint
        else pg_total_relation_size(oid) end),
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
      'referencedColumns', coalesce(referenced_columns, '{}'),
      'onDelete', case when contype = 'f' then
        case confdeltype when 'c' then 'cascade' when 'n' then 'set null' when 'd' then 'set default' else 'restrict' end
      end,
      -- Of a foreign key: whether a row may do without the other, and whether at most one row refers to the other.
      'isOptional', contype = 'f' and exists (
        select from pg_attribute where attrelid = conrelid and attnum = any (conkey) and not attnotnull
      ),
      'isUnique', contype = 'f' and exists (
        select from pg_index
        where indrelid = conrelid and indisunique and indpred is null and indexprs is null
          and (indkey::int2[])[0:indnkeyatts - 1] <@ conkey
      )
    ) as description
  from relation
  join pg_constraint on conrelid = relation.oid
  left join key_columns on key_columns.oid = pg_constraint.oid
  where contype <> 't'
),
-- The columns of each index, with operator class, order and collation.
index_keys as (
  select pg_index.*, relname, relam,
    pg_get_expr(indpred, indrelid) as predicate,
    array(
      select concat_ws(' ', pg_get_indexdef(indexrelid, place, true), indclass[place - 1], indoption[place - 1], indcollation[place - 1])
      from generate_series(1, indnkeyatts) as place
    ) as keys
  from relation join pg_index on indexrelid = relation.oid
),
described_index as (
  select
    indrelid::regclass::text as label,
    relname,
    json_build_object(
      'table', indrelid::regclass::text,
      'name', relname,
      'definition', pg_get_indexdef(indexrelid, 0, true),
      'isUnique', indisunique,
      'isValid', indisvalid,
      'size', pg_size_pretty(size),
      -- The scans of a partitioned index are those of its partitions.
      'scans', coalesce(scans, 0)::float8,
      'lastUsed', last_used,
      'isConstraint', exists (select from pg_constraint where conrelid = indrelid and conindid = indexrelid and contype in ('p', 'u', 'x')),
      'redundantWith', (
        select json_build_object('index', other.relname, 'isSame', other.keys = index_keys.keys)
        from index_keys as other
        where other.indrelid = index_keys.indrelid and other.indexrelid <> index_keys.indexrelid
          and other.relam = index_keys.relam and other.indisvalid
          and other.predicate is not distinct from index_keys.predicate
          and index_keys.indnatts = index_keys.indnkeyatts
          and case
            -- Of two that are the same, the one that enforces more or is older stays.
            when other.keys = index_keys.keys
              then (other.indisunique, -other.indexrelid::bigint) > (index_keys.indisunique, -index_keys.indexrelid::bigint)
            else not index_keys.indisunique
              and (select amname from pg_am where oid = other.relam) = 'btree'
              and other.keys[1:cardinality(index_keys.keys)] = index_keys.keys
          end
        order by other.keys = index_keys.keys desc, other.relname
        limit 1
      )
    ) as description
  from index_keys
  cross join lateral (
    select sum(pg_relation_size(index_oid)) as size, sum(idx_scan) as scans,
      -- PostgreSQL 15 has no such column.
      max(to_jsonb(used) ->> 'last_idx_scan') as last_used
    from (
      select tree.relid from pg_partition_tree(index_keys.indexrelid) as tree
      union select index_keys.indexrelid
    ) as part (index_oid)
    left join pg_stat_all_indexes as used on used.indexrelid = part.index_oid
  ) as use
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
  'enums', coalesce((select json_agg(description order by label) from described_enum), '[]'),
  -- Scans are counted from then on; null if they were never reset.
  'statisticsSince', (select stats_reset from pg_stat_database where datname = current_database())
) as catalog
