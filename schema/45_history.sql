-- History: a statement that creates, changes or deletes rows adds an entry to the audit log for each of them, in the same
-- transaction and with the actor. `changes` is { column: [old, new] }: [null, new] of a new row, [old, null] of a deleted
-- one; columns that are null or unchanged are not in it. The rows of an import are counted in one entry.
--
-- The arguments of a trigger are the entity, the one or two columns of its key, and the columns that are left out. Those
-- whose comment ends with @secret have to be among them: `npm run generate` compares.
--
-- The functions run as their owner, so that a login without privileges on the audit log leaves its history too. The
-- functions that they call are qualified and literals have their types, because an overload for exactly these types would be preferred;
-- an operator takes a literal without a type for one of the type on its other side.

-- Counts the new rows of an import, in the entry of the transaction, or those that its undo deletes. The rows of an import can be found
-- by import_id, else by created_at, which is that of the entry. The setting lets this update pass the trigger of audit_log.
create function summarize_import(entity text, row_count bigint, acting uuid, actor jsonb, undone uuid default null) returns void
  language plpgsql security definer as $$
declare
  of_import constant text := coalesce(undone, current_import_id())::text;
  key constant text := coalesce(of_import, pg_catalog.pg_current_xact_id()::text);
  named constant text := case when undone is null then 'import' else 'undo' end;
  is_counted boolean;
begin
  -- A clause SET of the function would be refused to an owner without superuser.
  perform pg_catalog.set_config('norberts_spark.audit_log', 'unlocked', true);
  update audit_log set changes = changes || pg_catalog.jsonb_build_object(entity, coalesce((changes ->> entity)::bigint, 0) + row_count)
    where created_at = pg_catalog.now()::timestamptz(3) and entity_type = 'import'
      and entity_id = key and action = named and is_history;
  is_counted := found;
  perform pg_catalog.set_config('norberts_spark.audit_log', '', true);
  if not is_counted then
    insert into audit_log (user_id, ip_address, user_agent, request_id, system, is_history, entity_type, entity_id, action, changes)
      values (acting, (actor ->> 'ipAddress'::text)::inet, actor ->> 'userAgent'::text, actor ->> 'requestId'::text, actor ->> 'system'::text, true,
        'import', key, named, pg_catalog.jsonb_build_object(entity, row_count));
  end if;
end
$$;

-- Whether a row was created by an import and has not been changed since.
create function is_of_import(given jsonb, of_import uuid) returns boolean
  language sql immutable
  return coalesce(given ->> 'import_id'::text = of_import::text and given ->> 'updated_at'::text = given ->> 'created_at'::text, false);

-- Whether the login owns the tables; for a login that has taken another role, that role counts.
create function is_owner_of_history() returns boolean
  language sql stable security definer
  return pg_catalog.pg_has_role(
    coalesce(nullif(pg_catalog.current_setting('role'), 'none'), session_user::text)::name, current_user, 'usage');

create function record_history() returns trigger
  language plpgsql security definer as $$
declare
  entity constant text := tg_argv[0];
  keys constant text[] := pg_catalog.string_to_array(tg_argv[1], ',');
  -- These columns say no more than the entry itself.
  left_out constant text[] := pg_catalog.array_cat(array['updated_at', 'updated_by', 'version'], tg_argv[2:]);
  mode constant text := pg_catalog.current_setting('norberts_spark.history', true);
  -- The import whose rows are being deleted: those that were not changed since are counted in one entry.
  undone constant uuid := case when pg_catalog.starts_with(mode, 'undo ') then pg_catalog.substr(mode, 6)::uuid end;
  actor constant jsonb := current_actor();
  acting uuid := current_user_id();
begin
  -- The owner may leave the history out, and could disable the triggers as well.
  if mode = 'off' and is_owner_of_history() then
    return null;
  end if;
  -- Users who have deleted themselves do not exist any more.
  if acting is not null then
    acting := (select users.user_id from users where users.user_id = acting);
  end if;
  if tg_op = 'INSERT' and mode = 'import' then
    if exists (select from new_rows) then
      perform summarize_import(entity, (select pg_catalog.count(*) from new_rows), acting, actor, null::uuid);
    end if;
  elsif tg_op = 'INSERT' then
    insert into audit_log (user_id, ip_address, user_agent, request_id, system, is_history, entity_type, entity_id, action, changes)
      select acting, (actor ->> 'ipAddress'::text)::inet, actor ->> 'userAgent'::text, actor ->> 'requestId'::text, actor ->> 'system'::text, true,
        entity, pg_catalog.concat_ws('/', after ->> keys[1], after ->> keys[2]), 'create', changes
      from new_rows, pg_catalog.to_jsonb(new_rows) as after, lateral (
        select pg_catalog.jsonb_object_agg(name, pg_catalog.jsonb_build_array(null, value)) as changes
        from pg_catalog.jsonb_each(after - left_out) as field (name, value)
        where value <> 'null') as difference;
  elsif tg_op = 'DELETE' and undone is not null then
    if exists (select from old_rows where is_of_import(pg_catalog.to_jsonb(old_rows), undone)) then
      perform summarize_import(entity,
        (select pg_catalog.count(*) from old_rows where is_of_import(pg_catalog.to_jsonb(old_rows), undone)), acting, actor, undone);
    end if;
    insert into audit_log (user_id, ip_address, user_agent, request_id, system, is_history, entity_type, entity_id, action, changes)
      select acting, (actor ->> 'ipAddress'::text)::inet, actor ->> 'userAgent'::text, actor ->> 'requestId'::text, actor ->> 'system'::text, true,
        entity, pg_catalog.concat_ws('/', before ->> keys[1], before ->> keys[2]), 'delete', changes
      from old_rows, pg_catalog.to_jsonb(old_rows) as before, lateral (
        select pg_catalog.jsonb_object_agg(name, pg_catalog.jsonb_build_array(value, null)) as changes
        from pg_catalog.jsonb_each(before - left_out) as field (name, value)
        where value <> 'null') as difference
      where not is_of_import(before, undone);
  elsif tg_op = 'DELETE' then
    insert into audit_log (user_id, ip_address, user_agent, request_id, system, is_history, entity_type, entity_id, action, changes)
      select acting, (actor ->> 'ipAddress'::text)::inet, actor ->> 'userAgent'::text, actor ->> 'requestId'::text, actor ->> 'system'::text, true,
        entity, pg_catalog.concat_ws('/', before ->> keys[1], before ->> keys[2]), 'delete', changes
      from old_rows, pg_catalog.to_jsonb(old_rows) as before, lateral (
        select pg_catalog.jsonb_object_agg(name, pg_catalog.jsonb_build_array(value, null)) as changes
        from pg_catalog.jsonb_each(before - left_out) as field (name, value)
        where value <> 'null') as difference;
  elsif tg_level = 'ROW' then
    insert into audit_log (user_id, ip_address, user_agent, request_id, system, is_history, entity_type, entity_id, action, changes)
      select acting, (actor ->> 'ipAddress'::text)::inet, actor ->> 'userAgent'::text, actor ->> 'requestId'::text, actor ->> 'system'::text, true,
        entity, pg_catalog.concat_ws('/', after ->> keys[1], after ->> keys[2]), 'update', changes
      from pg_catalog.to_jsonb(old) as before, pg_catalog.to_jsonb(new) as after, lateral (
        select pg_catalog.jsonb_object_agg(name, pg_catalog.jsonb_build_array(before -> name, value)) as changes
        from pg_catalog.jsonb_each(after - left_out) as field (name, value)
        where value::text <> (before -> name)::text) as difference
      where changes is not null;
  else
    -- The undo of an import that created no rows has an entry, too.
    if undone is not null then
      perform summarize_import(entity, 0, acting, actor, undone);
    end if;
    -- A row whose key is changed is deleted under the old one and created under the new one.
    insert into audit_log (user_id, ip_address, user_agent, request_id, system, is_history, entity_type, entity_id, action, changes)
      select acting, (actor ->> 'ipAddress'::text)::inet, actor ->> 'userAgent'::text, actor ->> 'requestId'::text, actor ->> 'system'::text, true,
        entity, coalesce(former.key, latter.key),
        case when former.key is null then 'create' when latter.key is null then 'delete' else 'update' end, changes
      from (
        select before, pg_catalog.concat_ws('/', before ->> keys[1], before ->> keys[2]) as key
        from old_rows, pg_catalog.to_jsonb(old_rows) as before
      ) as former full join (
        select after, pg_catalog.concat_ws('/', after ->> keys[1], after ->> keys[2]) as key
        from new_rows, pg_catalog.to_jsonb(new_rows) as after
      ) as latter on latter.key = former.key, lateral (
        select pg_catalog.jsonb_object_agg(name, pg_catalog.jsonb_build_array(before -> name, after -> name)) as changes
        from pg_catalog.jsonb_object_keys(coalesce(after, before) - left_out) as field (name)
        where nullif(before -> name, 'null')::text is distinct from nullif(after -> name, 'null')::text) as difference
      where changes is not null;
  end if;
  return null;
end
$$;

comment on function summarize_import is 'Counts the new rows of an import in one entry of the audit log.';
comment on function is_of_import is 'Whether a row was created by an import and has not been changed since.';
comment on function is_owner_of_history is 'Whether the login owns the tables.';
comment on function record_history is 'Writes the history of changes to the audit log: (entity, columns of its key, columns to leave out).';

-- Their names lead to the schema of their creation, never to a temporary table. No other login may execute them or make
-- them the trigger of a table of its own.
do $$
declare
  pinned regprocedure;
begin
  foreach pinned in array array['summarize_import'::regproc::regprocedure, 'record_history'::regproc::regprocedure] loop
    execute pg_catalog.format('alter function %s set search_path = %I, pg_temp', pinned, current_schema());
    execute pg_catalog.format('revoke execute on function %s from public', pinned);
  end loop;
end
$$;

create trigger users_history_insert after insert on users referencing new table as new_rows
  for each statement execute function record_history('user', 'user_id', 'password', 'last_sign_in_at');
create trigger users_history_update after update on users referencing old table as old_rows new table as new_rows
  for each statement execute function record_history('user', 'user_id', 'password', 'last_sign_in_at');
create trigger users_history_delete after delete on users referencing old table as old_rows
  for each statement execute function record_history('user', 'user_id', 'password', 'last_sign_in_at');

create trigger customers_history_insert after insert on customers referencing new table as new_rows
  for each statement execute function record_history('customer', 'customer_id');
create trigger customers_history_update after update on customers referencing old table as old_rows new table as new_rows
  for each statement execute function record_history('customer', 'customer_id');
create trigger customers_history_delete after delete on customers referencing old table as old_rows
  for each statement execute function record_history('customer', 'customer_id');

create trigger people_history_insert after insert on people referencing new table as new_rows
  for each statement execute function record_history('person', 'person_id');
create trigger people_history_update after update on people referencing old table as old_rows new table as new_rows
  for each statement execute function record_history('person', 'person_id');
create trigger people_history_delete after delete on people referencing old table as old_rows
  for each statement execute function record_history('person', 'person_id');

create trigger customer_people_history_insert after insert on customer_people referencing new table as new_rows
  for each statement execute function record_history('contact', 'customer_person_id');
create trigger customer_people_history_update after update on customer_people referencing old table as old_rows new table as new_rows
  for each statement execute function record_history('contact', 'customer_person_id');
create trigger customer_people_history_delete after delete on customer_people referencing old table as old_rows
  for each statement execute function record_history('contact', 'customer_person_id');

-- Every save changes the chat: only a new title is an entry, and only it costs something.
create trigger chats_history_insert after insert on chats referencing new table as new_rows
  for each statement execute function record_history('chat', 'user_id,id', 'next_position', 'active_stream_id');
create trigger chats_history_update after update of title on chats for each row when (old.title is distinct from new.title)
  execute function record_history('chat', 'user_id,id', 'next_position', 'active_stream_id');
create trigger chats_history_delete after delete on chats referencing old table as old_rows
  for each statement execute function record_history('chat', 'user_id,id', 'next_position', 'active_stream_id');
