-- Undo of an import: rows that it created are deleted, rows that it changed get the values from before, which the history has. The
-- functions run as their caller, so that row security applies: to undo an import, its actor or an administrator has to see its entries.

-- Ids of the rows of an entity that an import has changed.
create function changed_by_import(of_import uuid, of_entity text) returns setof uuid
  language sql stable
begin atomic
  select entity_id::uuid from audit_log
    where import_id = of_import and entity_type = of_entity and action = 'update' and is_history;
end;

-- Rows of an import that another transaction changed whose time is the same, before or after it: times do not tell. It runs as its
-- owner, because changes of other users count, too.
create function changed_beside_import(of_import uuid) returns table (entity text, id uuid)
  language sql stable security definer
begin atomic
  with beside as materialized (
    select entity_type, entity_id, entity_id::uuid as id from audit_log
    where created_at = (select pg_catalog.min(created_at) from audit_log where import_id = of_import and is_history)
      and is_history and import_id is distinct from of_import and entity_type in ('customer', 'person', 'contact')
  )
  select entity_type, beside.id from beside
    where exists (select from audit_log where import_id = of_import and audit_log.entity_type = beside.entity_type
        and audit_log.entity_id = beside.entity_id and is_history)
      or entity_type = 'customer' and exists (select from customers where customer_id = beside.id and import_id = of_import)
      or entity_type = 'person' and exists (select from people where person_id = beside.id and import_id = of_import)
      or entity_type = 'contact' and exists (select from customer_people where customer_person_id = beside.id and import_id = of_import);
end;

-- Rows of an import that were changed after it. The times of one transaction are equal.
create function changed_since_import(of_import uuid) returns table (entity text, id uuid)
  language sql stable
begin atomic
  select 'customer' as entity, customer_id as id from customers where import_id = of_import and updated_at <> created_at
  union select 'person' as entity, person_id as id from people where import_id = of_import and updated_at <> created_at
  union select 'contact' as entity, customer_person_id as id from customer_people where import_id = of_import and updated_at <> created_at
  -- Contacts of others, which would be deleted with the customer or the person.
  union select 'customer' as entity, customers.customer_id as id from customers join customer_people using (customer_id)
    where customers.import_id = of_import and customer_people.import_id is distinct from of_import
  union select 'person' as entity, people.person_id as id from people join customer_people using (person_id)
    where people.import_id = of_import and customer_people.import_id is distinct from of_import
  union select 'customer' as entity, customer_id as id from audit_log join customers on customer_id = entity_id::uuid
    where audit_log.import_id = of_import and entity_type = 'customer' and action = 'update' and is_history and updated_at <> audit_log.created_at
  union select 'person' as entity, person_id as id from audit_log join people on person_id = entity_id::uuid
    where audit_log.import_id = of_import and entity_type = 'person' and action = 'update' and is_history and updated_at <> audit_log.created_at
  union select 'contact' as entity, customer_person_id as id from audit_log join customer_people on customer_person_id = entity_id::uuid
    where audit_log.import_id = of_import and entity_type = 'contact' and action = 'update' and is_history and updated_at <> audit_log.created_at
  union select entity, id from changed_beside_import(of_import);
end;

-- Gives rows that an import changed the values that they had before, except those in `kept` and those that it created, and returns
-- their number.
create function restore_before_import(of_table regclass, key text, of_entity text, of_import uuid, kept uuid[]) returns bigint
  language plpgsql as $$
declare
  columns text;
  restored bigint;
begin
  select pg_catalog.string_agg(pg_catalog.format('%1$I = before.%1$I', attname), ', ') into columns
    from pg_catalog.pg_attribute
    where attrelid = of_table::oid and attnum > 0 and not attisdropped
      and attname::text <> all (array[key, 'version', 'created_at', 'updated_at', 'created_by', 'updated_by', 'import_id']);
  execute pg_catalog.format('
    with changed as (
      -- The first entry has the value from before the import.
      select distinct on (entity_id, field.key) entity_id::uuid as id, field.key as name, field.value -> 0 as value
      from audit_log cross join lateral pg_catalog.jsonb_each(changes) as field
      where import_id = $1 and entity_type = $2 and action = ''update'' and is_history and entity_id::uuid <> all ($3)
      order by entity_id, field.key, created_at, audit_log.id
    ), whole as (
      select id, pg_catalog.jsonb_object_agg(name, value) as value from changed group by id
    ), before as (
      select (pg_catalog.jsonb_populate_record(given, whole.value)).*
      from whole join %1$s as given on given.%2$I = whole.id and given.import_id is distinct from $1
    )
    update %1$s as target set %3$s from before where target.%2$I = before.%2$I', of_table, key, columns)
    using of_import, of_entity, kept;
  get diagnostics restored = row_count;
  return restored;
end
$$;

-- Undoes an import and returns what it did: { outcome, … }. The outcome is missing, undone (before), changed or done.
create function undo_import(of_import uuid, keeps_changed boolean) returns jsonb
  language plpgsql as $$
declare
  former_mode constant text := coalesce(pg_catalog.current_setting('norberts_spark.history', true), '');
  changed jsonb;
  kept uuid[];
  deleted bigint[] := '{}';
  restored bigint[] := '{}';
  affected bigint;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(of_import::text, 0));
  if not exists (select from audit_log where import_id = of_import and is_history) then
    return '{"outcome": "missing"}';
  end if;
  if exists (select from audit_log where entity_type = 'import' and entity_id = of_import::text and action = 'undo' and is_history) then
    return '{"outcome": "undone"}';
  end if;
  -- Changes of these rows that are under way are seen below, later ones wait.
  perform from customers where customer_id in (select customer_id from customers where import_id = of_import
    union select id from changed_by_import(of_import, 'customer') as id) order by customer_id for update;
  perform from people where person_id in (select person_id from people where import_id = of_import
    union select id from changed_by_import(of_import, 'person') as id) order by person_id for update;
  perform from customer_people where customer_person_id in (select customer_person_id from customer_people where import_id = of_import
    union select id from changed_by_import(of_import, 'contact') as id) order by customer_person_id for update;
  select pg_catalog.array_agg(id), pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('entity', entity, 'id', id) order by entity, id) filter (where place <= 100)
    into kept, changed
    from (select *, pg_catalog.row_number() over (order by entity, id) as place from changed_since_import(of_import)) as since;
  if kept is not null and not keeps_changed then
    return pg_catalog.jsonb_build_object('outcome', 'changed', 'count', pg_catalog.cardinality(kept), 'rows', changed);
  end if;
  kept := coalesce(kept, '{}');
  perform pg_catalog.set_config('norberts_spark.history', 'undo ' || of_import::text, true);
  delete from customer_people where import_id = of_import and customer_person_id <> all (kept)
    and customer_id <> all (kept) and person_id <> all (kept);
  get diagnostics affected = row_count;
  deleted := pg_catalog.array_append(deleted, affected);
  delete from people where import_id = of_import and person_id <> all (kept)
    and not exists (select from customer_people where customer_people.person_id = people.person_id);
  get diagnostics affected = row_count;
  deleted := pg_catalog.array_append(deleted, affected);
  delete from customers where import_id = of_import and customer_id <> all (kept)
    and not exists (select from customer_people where customer_people.customer_id = customers.customer_id);
  get diagnostics affected = row_count;
  deleted := pg_catalog.array_append(deleted, affected);
  restored := array[
    restore_before_import('customer_people'::regclass, 'customer_person_id', 'contact', of_import, kept),
    restore_before_import('people'::regclass, 'person_id', 'person', of_import, kept),
    restore_before_import('customers'::regclass, 'customer_id', 'customer', of_import, kept)];
  perform pg_catalog.set_config('norberts_spark.history', former_mode, true);
  return pg_catalog.jsonb_build_object('outcome', 'done', 'kept', pg_catalog.cardinality(kept),
    'contacts', pg_catalog.jsonb_build_object('deleted', deleted[1], 'restored', restored[1]),
    'people', pg_catalog.jsonb_build_object('deleted', deleted[2], 'restored', restored[2]),
    'customers', pg_catalog.jsonb_build_object('deleted', deleted[3], 'restored', restored[3]));
end
$$;

-- The rows of a JSON array, by the names of columns, that break a CHECK of a table; the first one by name, as PostgreSQL reports it.
-- `index` is that in the array, from 0. A check is left out where the row lacks one of its columns.
create function broken_checks(of_table regclass, given jsonb) returns table (index integer, broken text)
  language plpgsql stable as $$
declare
  tests text;
begin
  select pg_catalog.string_agg(pg_catalog.format('when import_row ?& %L::text[] and (%s) is false then %L',
      columns, pg_catalog.pg_get_expr(conbin, conrelid), conname), ' ' order by conname) into tests
    from pg_catalog.pg_constraint, lateral (
      select pg_catalog.array_agg(attname::text) as columns from pg_catalog.pg_attribute where attrelid = conrelid and attnum = any (conkey)) as named
    where conrelid = of_table::oid and contype = 'c' and columns is not null;
  if tests is null then
    return;
  end if;
  return query execute pg_catalog.format('
    select import_index, import_check from (
      select (import_place - 1)::integer as import_index, case %1$s end as import_check
      from pg_catalog.jsonb_array_elements($1) with ordinality as each (import_row, import_place),
        lateral pg_catalog.jsonb_populate_record(null::%2$s, import_row) as %3$I) as tested
    where import_check is not null', tests, of_table, (select relname from pg_catalog.pg_class where oid = of_table::oid))
    using given;
end
$$;

comment on function broken_checks is 'The rows of a JSON array that break a CHECK of a table.';
comment on function changed_by_import is 'Ids of the rows of an entity that an import has changed.';
comment on function changed_beside_import is 'Rows of an import that another transaction of the same time changed.';
comment on function changed_since_import is 'Rows that an import created or changed and that were changed after it.';
comment on function restore_before_import is 'Gives the rows of a table the values from before an import.';
comment on function undo_import is 'Undoes an import, and returns what it did.';

do $$
declare
  pinned regprocedure;
begin
  foreach pinned in array array['restore_before_import'::regproc::regprocedure, 'undo_import'::regproc::regprocedure, 'broken_checks'::regproc::regprocedure] loop
    execute pg_catalog.format('alter function %s set search_path = %I, pg_temp', pinned, current_schema());
  end loop;
end
$$;
