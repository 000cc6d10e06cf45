-- Lookups of actors. PostgreSQL applies a policy before an operator that may leak values, and those of email addresses
-- (citext) and of search may, so that no index of them serves a login with row security. These functions run as their owner,
-- apply the rule of the policies themselves, and return ids only: the statement that calls them reads the rows under the
-- policies.

-- Whether the login that calls, or the role that it has taken, has a policy of one of these conditions.
create function has_policy(of_table regclass, commands text[], conditions text[]) returns boolean
  language plpgsql stable as $$
declare
  caller constant oid := coalesce(nullif(pg_catalog.current_setting('role'), 'none'), session_user::text)::regrole;
begin
  return exists (
    select from pg_catalog.pg_policy
    where polrelid = of_table::oid and caller = any(polroles) and polpermissive and polcmd::text = any(commands)
      and pg_catalog.regexp_replace(pg_catalog.pg_get_expr(polqual, polrelid), ' AS "\?column\?"|[\s()]', '', 'g') = any(conditions)
  );
end
$$;

-- The condition as it is printed, without spaces and parentheses.
create function has_policy_of_jobs(of_table regclass) returns boolean
  language plpgsql stable as $$
begin
  return has_policy(of_table, array['*'], array[pg_catalog.replace('SELECT current_actor->>''system''::text IS NOT NULL', ' ', '')]);
end
$$;

-- Whether the caller may see all rows of a table: its owner, or a login whose policy `grant` has created. Jobs are recognized
-- by a privilege and a policy for all commands, which only they have: to print the condition of a policy takes longer than a
-- lookup.
create function sees_all_rows(of_table regclass) returns boolean
  language plpgsql stable as $$
declare
  caller constant oid := coalesce(nullif(pg_catalog.current_setting('role'), 'none'), session_user::text)::regrole;
begin
  if current_actor() ->> 'system'::text is not null
      and pg_catalog.has_function_privilege(caller, 'erase_user(uuid)'::regprocedure::oid, 'execute'::text)
      and exists (select from pg_catalog.pg_policy where polrelid = of_table::oid and caller = any(polroles) and polcmd = '*') then
    return true;
  end if;
  return exists (
    select from pg_catalog.pg_class where oid = of_table::oid and pg_catalog.pg_has_role(caller, relowner, 'usage')
  ) or exists (
    select from pg_catalog.pg_roles where oid = caller and (rolsuper or rolbypassrls)
  ) or has_policy(of_table, array['*', 'r'], array['true'])
    or current_actor() ->> 'system'::text is not null and has_policy_of_jobs(of_table);
end
$$;

create function find_user_by_email(address citext) returns uuid
  language plpgsql stable security definer as $$
declare
  found_id constant uuid := (select user_id from users where email = address);
begin
  if found_id is null or found_id = current_user_id() or current_actor() ->> 'role'::text = 'admin' or sees_all_rows('users'::regclass) then
    return found_id;
  end if;
  return null;
end
$$;

create function search_users(words tsquery) returns setof uuid
  language plpgsql stable security definer rows 20 as $$
begin
  if current_actor() ->> 'role'::text = 'admin' or sees_all_rows('users'::regclass) then
    return query select user_id from users where search_words(name || ' ' || email::text) @@ words;
  else
    return query select user_id from users
      where user_id = current_user_id() and search_words(name || ' ' || email::text) @@ words;
  end if;
end
$$;

create function search_customers(words tsquery) returns setof uuid
  language plpgsql stable security definer rows 20 as $$
begin
  if current_user_id() is not null or sees_all_rows('customers'::regclass) then
    return query select customer_id from customers
      where (search_words(display_name || ' ' || legal_name || coalesce(' ' || website_url, '')
        || coalesce(' ' || words_of_list(emails, 'address'), '')) || coalesce(digits_of_list(phones), '')) @@ words;
  end if;
end
$$;

create function search_people(words tsquery) returns setof uuid
  language plpgsql stable security definer rows 20 as $$
begin
  if current_user_id() is not null or sees_all_rows('people'::regclass) then
    return query select person_id from people
      where (search_words(first_name || ' ' || last_name || coalesce(' ' || email::text, '')
        || coalesce(' ' || words_of_list(emails, 'address'), '')) || search_digits(phone) || coalesce(digits_of_list(phones), '')) @@ words;
  end if;
end
$$;

create function find_people_by_email(given citext[]) returns setof uuid
  language plpgsql stable security definer rows 20 as $$
begin
  if current_user_id() is not null or sees_all_rows('people'::regclass) then
    -- The index has those in use only.
    return query select person_id from people where email = any(given) and archived_at is null;
  end if;
end
$$;

create function find_customers_by_tags(given text[], is_any boolean default false) returns setof uuid
  language plpgsql stable security definer rows 100 as $$
begin
  if current_user_id() is null and not sees_all_rows('customers'::regclass) then
    return;
  end if;
  if is_any then
    return query select customer_id from customers where tags operator(pg_catalog.&&) given;
  else
    return query select customer_id from customers where tags operator(pg_catalog.@>) given;
  end if;
end
$$;

create function find_customers_by_attributes(given jsonb) returns setof uuid
  language plpgsql stable security definer rows 100 as $$
begin
  if current_user_id() is not null or sees_all_rows('customers'::regclass) then
    return query select customer_id from customers where attributes operator(pg_catalog.@>) given;
  end if;
end
$$;

create function find_people_by_tags(given text[], is_any boolean default false) returns setof uuid
  language plpgsql stable security definer rows 100 as $$
begin
  if current_user_id() is null and not sees_all_rows('people'::regclass) then
    return;
  end if;
  if is_any then
    return query select person_id from people where tags operator(pg_catalog.&&) given;
  else
    return query select person_id from people where tags operator(pg_catalog.@>) given;
  end if;
end
$$;

create function find_people_by_attributes(given jsonb) returns setof uuid
  language plpgsql stable security definer rows 100 as $$
begin
  if current_user_id() is not null or sees_all_rows('people'::regclass) then
    return query select person_id from people where attributes operator(pg_catalog.@>) given;
  end if;
end
$$;

-- For the deletion of users: administrators see no chats.
create function files_of_users(ids uuid[]) returns setof text
  language plpgsql stable security definer as $$
begin
  return query select distinct parts.user_id::text || '/'::text || parts.file from parts
    where parts.user_id = any(ids) and parts.file is not null
      and (parts.user_id = current_user_id() or current_actor() ->> 'role'::text = 'admin' or sees_all_rows('users'::regclass));
end
$$;

create function find_people_by_further_email(given text[]) returns setof uuid
  language plpgsql stable security definer rows 20 as $$
begin
  if current_user_id() is not null or sees_all_rows('people'::regclass) then
    return query select person_id from people
      where emails is not null and texts_of_list(emails, 'address') operator(pg_catalog.&&) given;
  end if;
end
$$;

-- Ids that no user has, which the foreign key of an owner would refuse. It tells a caller no more than that refusal does.
create function find_missing_users(ids uuid[]) returns setof uuid
  language plpgsql stable security definer rows 20 as $$
begin
  if current_user_id() is not null or sees_all_rows('users'::regclass) then
    return query select distinct id from pg_catalog.unnest(ids) as id
      where not exists (select from users where users.user_id = id);
  end if;
end
$$;

-- Rows that share a key of duplicates, up to a number for each key. The planner would read the table from its beginning where it expects
-- many rows with a key, and the key may be one of few.
create function find_customers_by_keys(keys text[], most integer) returns setof uuid
  language plpgsql stable security definer rows 20 set enable_seqscan = off as $$
begin
  if current_user_id() is not null or sees_all_rows('customers'::regclass) then
    return query select distinct found.customer_id from pg_catalog.unnest(keys) as key cross join lateral (
      select customers.customer_id from customers
      where customer_duplicate_keys(legal_name, display_name, website_url) operator(pg_catalog.@>) array[key] and archived_at is null limit most) as found;
  end if;
end
$$;

create function find_people_by_keys(keys text[], most integer) returns setof uuid
  language plpgsql stable security definer rows 20 set enable_seqscan = off as $$
begin
  if current_user_id() is not null or sees_all_rows('people'::regclass) then
    return query select distinct found.person_id from pg_catalog.unnest(keys) as key cross join lateral (
      select people.person_id from people
      where person_duplicate_keys(first_name, last_name, email::text, phone) operator(pg_catalog.@>) array[key] and archived_at is null limit most) as found;
  end if;
end
$$;

comment on function has_policy is 'Whether the login that calls has a policy of a table with one of these conditions.';
comment on function has_policy_of_jobs is 'Whether the login that calls has the policy of jobs.';
comment on function sees_all_rows is 'Whether the login that calls may see all rows of a table.';
comment on function find_user_by_email is 'The user with an email address, if the actor may see it.';
comment on function search_users is 'Users that the actor may see and that have all words of a query.';
comment on function search_customers is 'Customers that the actor may see and that have all words of a query.';
comment on function search_people is 'People that the actor may see and that have all words of a query.';
comment on function find_people_by_email is 'People that the actor may see, by email address.';
comment on function find_people_by_further_email is 'People that the actor may see, by one of the email addresses in their list.';
comment on function files_of_users is 'Keys of the files of users that the actor may see.';
comment on function find_missing_users is 'Those of some ids that no user has.';
comment on function find_customers_by_keys is 'Customers that the actor may see and that share a key of duplicates.';
comment on function find_people_by_keys is 'People that the actor may see and that share a key of duplicates.';
comment on function find_customers_by_tags is 'Customers that the actor may see and that have all of some tags, or any of them.';
comment on function find_customers_by_attributes is 'Customers that the actor may see and whose attributes contain others.';
comment on function find_people_by_tags is 'People that the actor may see and that have all of some tags, or any of them.';
comment on function find_people_by_attributes is 'People that the actor may see and whose attributes contain others.';

-- Their names lead to the schema of their creation, never to a temporary table.
do $$
declare
  pinned text;
begin
  foreach pinned in array array['has_policy(regclass, text[], text[])', 'has_policy_of_jobs(regclass)',
    'sees_all_rows(regclass)', 'find_user_by_email(citext)', 'search_users(tsquery)',
    'search_customers(tsquery)', 'search_people(tsquery)', 'find_people_by_email(citext[])', 'files_of_users(uuid[])',
    'find_customers_by_keys(text[],integer)', 'find_people_by_keys(text[],integer)', 'find_customers_by_tags(text[], boolean)',
    'find_customers_by_attributes(jsonb)', 'find_people_by_tags(text[], boolean)', 'find_people_by_attributes(jsonb)',
    'find_people_by_further_email(text[])', 'find_missing_users(uuid[])'] loop
    execute pg_catalog.format('alter function %s set search_path = %I, pg_temp', pinned, current_schema());
  end loop;
end
$$;
