-- The actor: db.as(actor) makes these settings in the transaction of each call. A setting is empty once the transaction
-- that made it is over. The functions are bound at creation and do not depend on the caller's search_path.

create function current_user_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('norberts_spark.user_id', true), '')::uuid;

create function current_actor() returns jsonb
  language sql stable parallel safe
  return nullif(current_setting('norberts_spark.actor', true), '')::jsonb;

comment on function current_user_id is 'The user who acts; null for the service itself and its jobs. Policies compare it: (select current_user_id()).';
comment on function current_actor is 'The actor: userId, role, requestId, ipAddress and userAgent of a user, or system, the name of a job; null without an actor.';

-- The trigger of tables whose rows have a version: it counts changes and records who made the last one. As in
-- touch_updated_at(), an update that changes no value counts for nothing, and a null is kept, so that NOT NULL refuses it.
-- A version that the update sets is kept, too, but not if a user acts: then these columns are the trigger's alone. The setting
-- is read directly: the function must not depend on the caller's search_path, and on a worker of Citus current_user_id()
-- does not exist.
create function touch_row() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  ignored text[];
begin
  if nullif(current_setting('norberts_spark.user_id', true), '') is not null then
    -- A statement may count a change that the values do not show.
    if new.version is distinct from old.version + 1 then
      new.version := old.version;
    end if;
    new.created_at := old.created_at;
    new.created_by := old.created_by;
    new.updated_at := old.updated_at;
    new.updated_by := old.updated_by;
  end if;
  -- Columns that the trigger names do not count alone; generated ones have no value yet.
  if tg_nargs > 0 then
    ignored := tg_argv || array(select attname::text from pg_attribute where attrelid = tg_relid and attgenerated <> '');
    if to_jsonb(new) - ignored = to_jsonb(old) - ignored then
      return new;
    end if;
  end if;
  if new *<> old and new.updated_at is not null and new.version is not null then
    if new.version = old.version then
      new.version := old.version + 1;
    end if;
    new.updated_at := now();
    new.updated_by := nullif(current_setting('norberts_spark.user_id', true), '')::uuid;
  end if;
  return new;
end
$$;

-- The trigger of new rows that a user creates: their version, times and creator are not the user's to choose. Jobs and the owner
-- may set them, for example to import rows with their times.
create function stamp_row() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.version := 0;
  new.created_at := now();
  new.updated_at := new.created_at;
  new.created_by := current_setting('norberts_spark.user_id', true)::uuid;
  new.updated_by := new.created_by;
  return new;
end
$$;

comment on function touch_row is 'Counts the changes of a row and records who made the last one.';
comment on function stamp_row is 'Records who created a row, when a user acts.';
