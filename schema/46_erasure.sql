-- Erasure, export and retention. Nothing else changes or deletes entries of the audit log: the functions run as its owner and
-- make the setting that its trigger demands. They serve the owner, administrators and jobs; a login other than the
-- owner needs a grant as well. The functions that they call are qualified, because an overload for exactly these types would be
-- preferred.

-- A job needs a login with the policy of jobs: any other login could name itself one.
create function check_may_erase() returns void
  language plpgsql stable as $$
begin
  if is_owner_of_history() or current_actor() ->> 'role'::text = 'admin'
      or current_actor() ->> 'system'::text is not null and has_policy_of_jobs('users'::regclass) then
    return;
  end if;
  raise exception 'Only an administrator, a job or the owner of the tables may erase, export or purge.'
    using errcode = 'insufficient_privilege', hint = 'Use db.as({ userId, role: ''admin'' }) or db.as({ system }).';
end
$$;

-- Replaces texts that contain one of the words, or every value: keys and nulls remain. The words are in lower case. Objects and lists
-- below 100 levels are replaced as a whole: the depth of calls is limited, and one entry could make every erasure fail.
create function erase_json(given jsonb, words text[], is_whole boolean, depth integer) returns jsonb
  language plpgsql immutable as $$
begin
  return case
    when depth > 100 and pg_catalog.jsonb_typeof(given) = any (array['object', 'array']) then pg_catalog.to_jsonb('[erased]'::text)
    when pg_catalog.jsonb_typeof(given) = 'object' then coalesce((
      select pg_catalog.jsonb_object_agg(
        case when pg_catalog.lower(field.key) like any(words) then '[erased]' else field.key end, erase_json(field.value, words, is_whole, depth + 1))
      from pg_catalog.jsonb_each(given) as field), given)
    when pg_catalog.jsonb_typeof(given) = 'array' then coalesce((
      select pg_catalog.jsonb_agg(erase_json(item.value, words, is_whole, depth + 1) order by item.place)
      from pg_catalog.jsonb_array_elements(given) with ordinality as item (value, place)), given)
    when pg_catalog.jsonb_typeof(given) = 'null' then given
    when is_whole or pg_catalog.lower(given #>> '{}'::text[]) like any(words) then pg_catalog.to_jsonb('[erased]'::text)
    else given
  end;
end
$$;

-- Erases one person from all entries: everything in those about the entity, and in others the texts that contain one of
-- the given ones. Reads the whole log. Returns the number of entries about the entity.
create function erase_entries(of_id text, texts text[]) returns bigint
  language plpgsql as $$
declare
  -- Shorter texts occur in too many others.
  words constant text[] := array(
    select distinct '%' || pg_catalog.regexp_replace(pg_catalog.lower(given), '([\\%_])', '\\\1', 'g') || '%'
    from pg_catalog.unnest(texts) as given where pg_catalog.char_length(given) >= 4);
  -- As JSON writes them.
  written constant text[] := array(
    select distinct '%' || pg_catalog.regexp_replace(pg_catalog.lower(pg_catalog.btrim(pg_catalog.to_jsonb(given)::text, '"')), '([\\%_])', '\\\1', 'g') || '%'
    from pg_catalog.unnest(texts) as given where pg_catalog.char_length(given) >= 4);
  entries bigint;
begin
  with erased as (
    update audit_log set
      changes = erase_json(changes, words, entity_id = of_id or pg_catalog.starts_with(entity_id, of_id || '/'), 0),
      entity_id = case when pg_catalog.lower(entity_id) like any(words) then '[erased]' else entity_id end,
      user_agent = case when pg_catalog.lower(user_agent) like any(words) then '[erased]' else user_agent end
    where entity_id = of_id or pg_catalog.starts_with(entity_id, of_id || '/') or pg_catalog.lower(changes::text) like any(written)
      or pg_catalog.lower(entity_id) like any(words) or pg_catalog.lower(user_agent) like any(words)
    returning entity_id
  )
  select pg_catalog.count(*) filter (where entity_id = of_id) into entries from erased;
  return entries;
end
$$;

-- The entry that an erasure or a purge leaves.
create function record_erasure(of_entity text, of_id text, what text, details jsonb) returns void
  language plpgsql as $$
declare
  actor constant jsonb := current_actor();
  acting constant uuid := (select users.user_id from users where users.user_id = current_user_id());
begin
  insert into audit_log (user_id, ip_address, user_agent, request_id, system, is_history, entity_type, entity_id, action, changes)
    values (acting,
      (actor ->> 'ipAddress'::text)::inet, actor ->> 'userAgent'::text, actor ->> 'requestId'::text, actor ->> 'system'::text, true,
      of_entity, of_id, what, pg_catalog.jsonb_concat(details, pg_catalog.jsonb_build_object('login', session_user)));
end
$$;

-- Every value that a column of an entity had, now and before.
create function values_in_history(of_entity text, of_id text, columns text[]) returns text[]
  language sql stable
  return array(
    select distinct item.value from audit_log, pg_catalog.jsonb_each(audit_log.changes) as field,
      pg_catalog.jsonb_array_elements_text(case pg_catalog.jsonb_typeof(field.value) when 'array' then field.value else '[]' end) as item
    where audit_log.entity_type = of_entity and audit_log.entity_id = of_id and audit_log.is_history and pg_catalog.jsonb_typeof(audit_log.changes) = 'object'
      and field.key = any(columns) and item.value is not null and item.value <> '[erased]');

-- The setting is made within the functions: a clause SET of a function would be refused to an owner without superuser.
create function erase_user(of_user uuid) returns boolean
  language plpgsql security definer as $$
declare
  texts text[];
  existed boolean;
  entries bigint;
begin
  perform check_may_erase();
  perform pg_catalog.set_config('norberts_spark.audit_log', 'unlocked', true);
  update audit_log set ip_address = null, user_agent = null
    where user_id = of_user and (ip_address is not null or user_agent is not null);
  delete from users where users.user_id = of_user;
  existed := found;
  -- The entry of the deletion has the last values.
  texts := values_in_history('user', of_user::text, array['name', 'email', 'provider_id']);
  entries := erase_entries(of_user::text, texts);
  if existed or entries > 0 then
    perform record_erasure('user', of_user::text, 'erase', '{}'::jsonb);
  end if;
  perform pg_catalog.set_config('norberts_spark.audit_log', '', true);
  return existed or entries > 0;
end
$$;

-- The ids of a person: of the winner of merges and of the people who were merged into it. Rows that do not exist any more are
-- known from the history.
create function ids_of_person(of_person uuid) returns text[]
  language plpgsql stable as $$
declare
  winner constant text := coalesce(
    (select coalesce(merged_into, person_id) from people where person_id = of_person)::text,
    (select entity_id from audit_log where entity_type = 'person' and action = 'merge' and is_history
      and changes -> 'merged'::text ->> 1 = of_person::text order by created_at desc limit 1),
    of_person::text);
begin
  return array(
    select winner union select of_person::text
    union select person_id::text from people where merged_into = winner::uuid
    union select changes -> 'merged'::text ->> 1 from audit_log
      where entity_type = 'person' and entity_id = winner and action = 'merge' and is_history
        and changes -> 'merged'::text ->> 1 <> '[erased]');
end
$$;

create function erase_person(of_person uuid) returns boolean
  language plpgsql security definer as $$
declare
  ids text[];
  texts text[] := '{}';
  existed boolean;
  entries bigint := 0;
  id text;
begin
  perform check_may_erase();
  loop
    ids := ids_of_person(of_person);
    perform from people where people.person_id = any (ids::uuid[]) order by people.person_id for update;
    -- A merge that this waited for may have led to another one.
    exit when ids_of_person(of_person) operator(pg_catalog.<@) ids;
  end loop;
  perform pg_catalog.set_config('norberts_spark.audit_log', 'unlocked', true);
  delete from people where people.person_id = any (ids::uuid[]);
  existed := found;
  foreach id in array ids loop
    texts := pg_catalog.array_cat(texts, pg_catalog.array_cat(
      values_in_history('person', id, array['email', 'phone', 'phone_e164', 'linkedin_url', 'external_id']), array(
        select pg_catalog.concat(first_name, ' ', last_name)
        from pg_catalog.unnest(values_in_history('person', id, array['first_name'])) as first_name,
          pg_catalog.unnest(values_in_history('person', id, array['last_name'])) as last_name)));
    texts := pg_catalog.array_cat(texts, array(
      select field.value
      from pg_catalog.unnest(values_in_history('person', id, array['emails', 'phones', 'addresses'])) as list,
        pg_catalog.jsonb_array_elements(list::jsonb) as item, pg_catalog.jsonb_each_text(item) as field
      where field.key = any(array['address', 'number', 'e164', 'street'])));
  end loop;
  foreach id in array ids loop
    entries := entries + erase_entries(id, texts);
  end loop;
  if existed or entries > 0 then
    perform record_erasure('person', of_person::text, 'erase', '{}'::jsonb);
  end if;
  perform pg_catalog.set_config('norberts_spark.audit_log', '', true);
  return existed or entries > 0;
end
$$;

create function export_user(of_user uuid) returns json
  language plpgsql stable security definer as $$
begin
  perform check_may_erase();
  return pg_catalog.json_build_object(
    'users', (select coalesce(pg_catalog.json_agg(pg_catalog.to_jsonb(users) - 'password'::text), '[]') from users where users.user_id = of_user),
    'chats', (select coalesce(pg_catalog.json_agg(chats order by chats.created_at, chats.id), '[]') from chats where chats.user_id = of_user),
    'messages', (select coalesce(pg_catalog.json_agg(messages order by messages.chat_id, messages.position), '[]') from messages where messages.user_id = of_user),
    'parts', (select coalesce(pg_catalog.json_agg(part order by part.chat_id, part.message_id, part.position), '[]') from (
      select chat_id, message_id, position, type, payload from parts where parts.user_id = of_user) as part),
    'ai_options', (select coalesce(pg_catalog.json_agg(ai_options order by ai_options.chat_id, ai_options.message_id), '[]') from ai_options where ai_options.user_id = of_user),
    'audit_log', (select coalesce(pg_catalog.json_agg(entry order by entry.created_at, entry.id), '[]') from (
      select * from audit_log where user_id = of_user
      union
      select * from audit_log where entity_id = of_user::text or pg_catalog.starts_with(entity_id, of_user::text || '/')) as entry));
end
$$;

create function export_person(of_person uuid) returns json
  language plpgsql stable security definer as $$
declare
  ids text[];
begin
  perform check_may_erase();
  ids := ids_of_person(of_person);
  return pg_catalog.json_build_object(
    'people', (select coalesce(pg_catalog.json_agg(people order by people.merged_into nulls first, people.person_id), '[]') from people where people.person_id = any (ids::uuid[])),
    'customer_people', (select coalesce(pg_catalog.json_agg(customer_people order by customer_people.start_date), '[]') from customer_people where customer_people.person_id = any (ids::uuid[])),
    'audit_log', (select coalesce(pg_catalog.json_agg(audit_log order by audit_log.created_at, audit_log.id), '[]') from audit_log where entity_id = any (ids)));
end
$$;

create function purge_audit_log(older_than timestamptz, is_dry_run boolean) returns bigint
  language plpgsql security definer as $$
declare
  purged bigint;
begin
  perform check_may_erase();
  if is_dry_run then
    return (select pg_catalog.count(*) from audit_log where created_at < older_than);
  end if;
  perform pg_catalog.set_config('norberts_spark.audit_log', 'unlocked', true);
  delete from audit_log where created_at < older_than;
  get diagnostics purged = row_count;
  perform pg_catalog.set_config('norberts_spark.audit_log', '', true);
  if purged > 0 then
    perform record_erasure('audit_log', 'audit_log', 'purge', pg_catalog.jsonb_build_object('olderThan', older_than, 'entries', purged));
  end if;
  return purged;
end
$$;

comment on function check_may_erase is 'Refuses everyone but the owner, administrators and jobs.';
comment on function erase_json is 'JSON with [erased] in place of the texts that contain one of the given words, or of every value.';
comment on function erase_entries is 'Erases one person from the entries of the audit log, and returns how many were about this person.';
comment on function record_erasure is 'Writes the entry that an erasure or a purge leaves.';
comment on function values_in_history is 'Every value that columns of an entity had.';
comment on function erase_user is 'Deletes a user with all chats and erases the personal data in the audit log; returns whether there was something.';
comment on function ids_of_person is 'The id of a person and of those who were merged into it.';
comment on function erase_person is 'Deletes a person, with those who were merged into it, and erases the personal data in the audit log; returns whether there was something.';
comment on function export_user is 'Every row that belongs to a user, by table.';
comment on function export_person is 'Every row that belongs to a person and those who were merged into it, by table.';
comment on function purge_audit_log is 'Deletes the entries of the audit log from before a time, and returns their number.';

do $$
declare
  pinned regprocedure;
begin
  foreach pinned in array array['check_may_erase'::regproc::regprocedure, 'erase_json'::regproc::regprocedure,
    'erase_entries'::regproc::regprocedure, 'record_erasure'::regproc::regprocedure, 'erase_user'::regproc::regprocedure,
    'ids_of_person'::regproc::regprocedure, 'erase_person'::regproc::regprocedure, 'export_user'::regproc::regprocedure, 'export_person'::regproc::regprocedure,
    'purge_audit_log'::regproc::regprocedure] loop
    execute pg_catalog.format('alter function %s set search_path = %I, pg_temp', pinned, current_schema());
    execute pg_catalog.format('revoke execute on function %s from public', pinned);
  end loop;
end
$$;
