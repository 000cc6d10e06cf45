-- Merge: the winner keeps its id and gets the contacts of the losers, which remain as archived rows that lead to it. The
-- functions run as their caller, so that row security applies.

-- The id of the row that a merged one leads to, else the id itself; null for a row that does not exist. Merges keep the way one step
-- long.
create function merged_customer(of_customer uuid) returns uuid
  language sql stable parallel safe
  return (select coalesce(merged_into, customer_id) from customers where customer_id = of_customer);

create function merged_person(of_person uuid) returns uuid
  language sql stable parallel safe
  return (select coalesce(merged_into, person_id) from people where person_id = of_person);

-- Moves contacts to the winner of a merge of customers or of people. Contacts of one person at one customer in one role whose
-- times overlap become one, from the earliest start to the latest end, which is primary if one of them was. Others remain. The caller
-- has locked these contacts, and what they could move from or be added to: nothing is computed from a row that another session changes.
create function move_contacts(to_customer uuid, from_customers uuid[], to_person uuid, from_people uuid[]) returns void
  language plpgsql as $$
declare
  kept uuid[];
  removed uuid[];
  first_days date[];
  last_days date[];
  primaries boolean[];
begin
  with concerned as (
    select customer_person_id as id, role, start_date, coalesce(end_date, 'infinity'::date) as last_day, is_primary,
      case when customer_id = any (from_customers) then to_customer else customer_id end as at_customer,
      case when person_id = any (from_people) then to_person else person_id end as of_person,
      coalesce(customer_id = any (from_customers), false) or coalesce(person_id = any (from_people), false) as is_moved
    from customer_people
    where customer_id = any (pg_catalog.array_append(from_customers, to_customer)) or person_id = any (pg_catalog.array_append(from_people, to_person))
  ), begun as (
    select *, coalesce(start_date > pg_catalog.max(last_day) over (
        partition by at_customer, of_person, role order by start_date, id rows between unbounded preceding and 1 preceding), true) as is_start
    from concerned
  ), numbered as (
    select *, pg_catalog.count(*) filter (where is_start) over (partition by at_customer, of_person, role order by start_date, id) as stretch
    from begun
  ), stretches as (
    select pg_catalog.array_agg(id order by is_moved, start_date, id) as ids, pg_catalog.min(start_date) as first_day,
      nullif(pg_catalog.max(last_day), 'infinity'::date) as last_day, pg_catalog.bool_or(is_primary) as is_primary
    from numbered group by at_customer, of_person, role, stretch having pg_catalog.bool_or(is_moved)
  )
  select pg_catalog.array_agg(ids[1]), pg_catalog.array_agg(first_day), pg_catalog.array_agg(last_day), pg_catalog.array_agg(is_primary),
    (select pg_catalog.array_agg(id) from stretches as each, pg_catalog.unnest(each.ids[2:]) as id)
  into kept, first_days, last_days, primaries, removed
  from stretches;
  delete from customer_people where customer_person_id = any (removed);
  update customer_people set
    customer_id = case when customer_id = any (from_customers) then to_customer else customer_id end,
    person_id = case when person_id = any (from_people) then to_person else person_id end,
    start_date = unified.first_day, end_date = unified.last_day, is_primary = unified.is_primary
  from rows from (pg_catalog.unnest(kept), pg_catalog.unnest(first_days), pg_catalog.unnest(last_days), pg_catalog.unnest(primaries))
    as unified (id, first_day, last_day, is_primary)
  where customer_person_id = unified.id;
end
$$;

-- Both lists of details, each detail once by the value of a key, or as a whole without one; those of the winner come first. At most 20
-- remain.
create function unite_details(winner jsonb, loser jsonb, key text) returns jsonb
  language plpgsql immutable parallel safe as $$
begin
  return (
    select pg_catalog.jsonb_agg(item order by place) from (
      select item, place from (
        select distinct on (pg_catalog.lower(coalesce(item ->> key, item::text))) item, place
        from pg_catalog.jsonb_array_elements(pg_catalog.jsonb_concat(coalesce(winner, '[]'::jsonb), coalesce(loser, '[]'::jsonb)))
          with ordinality as given (item, place)
        order by pg_catalog.lower(coalesce(item ->> key, item::text)), place) as each
      order by place limit 20) as kept);
end
$$;

-- Both lists of tags, each tag once; those of the winner come first. At most 50 remain.
create function unite_tags(winner text[], loser text[]) returns text[]
  language plpgsql immutable parallel safe as $$
begin
  return (
    select pg_catalog.array_agg(tag order by place) from (
      select tag, pg_catalog.min(place) as place from pg_catalog.unnest(pg_catalog.array_cat(winner, loser)) with ordinality as given (tag, place)
      group by tag order by pg_catalog.min(place) limit 50) as kept);
end
$$;

-- Merges customers, and returns an outcome with the row that it is about: merged, missing, or stale with its version. A statement of a
-- function sees what was committed before it, so that the rows are read once they are locked.
create function merge_customers(winner uuid, losers uuid[], fields jsonb, if_version integer)
  returns table (outcome text, row_id uuid, row_version integer)
  language plpgsql as $$
declare
  ids uuid[];
  merging customers;
  source customers;
  primary_contact uuid;
begin
  -- Those to which the given ids lead are locked, in one order for all callers; the other ones change with them alone. Where a merge
  -- that this waited for leads elsewhere, the locks are released first, by the end of a subtransaction.
  loop
    ids := array(select merged_customer(id) from pg_catalog.unnest(pg_catalog.array_append(losers, winner)) as id);
    begin
      perform from customers where customer_id = any (ids) order by customer_id for update;
      exit when (select pg_catalog.bool_and(coalesce(merged_customer(id) = any (ids), true)) from pg_catalog.unnest(pg_catalog.array_append(losers, winner)) as id);
      raise sqlstate 'LOCKS';
    exception when sqlstate 'LOCKS' then null;
    end;
  end loop;
  select id into row_id from pg_catalog.unnest(pg_catalog.array_prepend(winner, losers)) with ordinality as given (id, place)
    where merged_customer(id) is null order by place limit 1;
  if row_id is not null then
    return query select 'missing', merge_customers.row_id, null::integer;
    return;
  end if;
  winner := merged_customer(winner);
  losers := array(
    select merged_customer(id) as loser from pg_catalog.unnest(losers) with ordinality as given (id, place)
    where merged_customer(id) <> winner group by loser order by pg_catalog.min(place));
  select * into merging from customers where customer_id = winner;
  if if_version is not null and merging.version <> if_version then
    return query select 'stale', winner, merging.version;
    return;
  end if;

  -- A merge of people waits here, and an end of a contact.
  perform from customer_people where customer_id = any (pg_catalog.array_prepend(winner, losers)) order by customer_person_id for update;
  select customer_person_id into primary_contact from customer_people
    where customer_id = any (pg_catalog.array_prepend(winner, losers)) and is_primary order by pg_catalog.array_position(pg_catalog.array_prepend(winner, losers), customer_id) limit 1;
  update customer_people set is_primary = false
    where customer_id = any (losers) and is_primary and customer_person_id <> primary_contact;
  perform move_contacts(winner, losers, null::uuid, null::uuid[]);
  update customers set merged_into = winner, archived_at = coalesce(archived_at, now())
    where customer_id = any (losers) or merged_into = any (losers);
  for source in select * from customers where customer_id = any (losers) order by pg_catalog.array_position(losers, customer_id) loop
    merging.industry := coalesce(merging.industry, source.industry);
    merging.company_size := coalesce(merging.company_size, source.company_size);
    merging.website_url := coalesce(merging.website_url, source.website_url);
    merging.billing_country := coalesce(merging.billing_country, source.billing_country);
    merging.owner_id := coalesce(merging.owner_id, source.owner_id);
    if merging.source is null then
      merging.source := source.source;
      merging.external_id := source.external_id;
    end if;
    merging.tags := unite_tags(merging.tags, source.tags);
    -- Those of the winner precede.
    merging.attributes := coalesce(pg_catalog.jsonb_concat(source.attributes, merging.attributes), merging.attributes, source.attributes);
    merging.emails := unite_details(merging.emails, source.emails, 'address');
    merging.phones := unite_details(merging.phones, source.phones, 'number');
    merging.addresses := unite_details(merging.addresses, source.addresses, null);
  end loop;
  merging := pg_catalog.jsonb_populate_record(merging, fields);
  update customers set
    legal_name = merging.legal_name, display_name = merging.display_name, status = merging.status, industry = merging.industry,
    company_size = merging.company_size, website_url = merging.website_url, billing_country = merging.billing_country,
    timezone = merging.timezone, source = merging.source, external_id = merging.external_id, tags = merging.tags,
    attributes = merging.attributes, emails = merging.emails, phones = merging.phones, addresses = merging.addresses,
    owner_id = merging.owner_id, version = version + pg_catalog.cardinality(losers[:1])
  where customer_id = winner
  returning 'merged', customer_id, version into outcome, row_id, row_version;
  return next;
end
$$;

create function merge_people(winner uuid, losers uuid[], fields jsonb, if_version integer)
  returns table (outcome text, row_id uuid, row_version integer)
  language plpgsql as $$
declare
  ids uuid[];
  merging people;
  source people;
begin
  loop
    ids := array(select merged_person(id) from pg_catalog.unnest(pg_catalog.array_append(losers, winner)) as id);
    begin
      perform from people where person_id = any (ids) order by person_id for update;
      exit when (select pg_catalog.bool_and(coalesce(merged_person(id) = any (ids), true)) from pg_catalog.unnest(pg_catalog.array_append(losers, winner)) as id);
      raise sqlstate 'LOCKS';
    exception when sqlstate 'LOCKS' then null;
    end;
  end loop;
  select id into row_id from pg_catalog.unnest(pg_catalog.array_prepend(winner, losers)) with ordinality as given (id, place)
    where merged_person(id) is null order by place limit 1;
  if row_id is not null then
    return query select 'missing', merge_people.row_id, null::integer;
    return;
  end if;
  winner := merged_person(winner);
  losers := array(
    select merged_person(id) as loser from pg_catalog.unnest(losers) with ordinality as given (id, place)
    where merged_person(id) <> winner group by loser order by pg_catalog.min(place));
  select * into merging from people where person_id = winner;
  if if_version is not null and merging.version <> if_version then
    return query select 'stale', winner, merging.version;
    return;
  end if;

  -- As set_primary_contact and a merge of the customers do, which may move the contacts while this waits; a contact that is being added
  -- does not wait for it.
  loop
    ids := array(select customer_id from customer_people where person_id = any (pg_catalog.array_append(losers, winner)));
    begin
      perform from customers where customer_id = any (ids) order by customer_id for no key update;
      exit when (select coalesce(pg_catalog.bool_and(customer_id = any (ids)), true) from customer_people
        where person_id = any (pg_catalog.array_append(losers, winner)));
      raise sqlstate 'LOCKS';
    exception when sqlstate 'LOCKS' then null;
    end;
  end loop;
  perform from customer_people where person_id = any (pg_catalog.array_append(losers, winner)) order by customer_person_id for update;
  perform move_contacts(null::uuid, null::uuid[], winner, losers);
  -- An archived person does not keep the email address, which the winner may take.
  update people set merged_into = winner, archived_at = coalesce(archived_at, now())
    where person_id = any (losers) or merged_into = any (losers);
  for source in select * from people where person_id = any (losers) order by pg_catalog.array_position(losers, person_id) loop
    merging.email := coalesce(merging.email, source.email);
    if merging.phone is null then
      merging.phone := source.phone;
      merging.phone_e164 := source.phone_e164;
    end if;
    merging.job_title := coalesce(merging.job_title, source.job_title);
    merging.linkedin_url := coalesce(merging.linkedin_url, source.linkedin_url);
    merging.owner_id := coalesce(merging.owner_id, source.owner_id);
    if merging.source is null then
      merging.source := source.source;
      merging.external_id := source.external_id;
    end if;
    merging.tags := unite_tags(merging.tags, source.tags);
    -- Those of the winner precede.
    merging.attributes := coalesce(pg_catalog.jsonb_concat(source.attributes, merging.attributes), merging.attributes, source.attributes);
    -- The address and the number of a loser become further ones of the winner.
    if pg_catalog.lower(source.email::text) <> pg_catalog.lower(merging.email::text) and char_length(source.email::text) <= 200 then
      merging.emails := unite_details(merging.emails,
        pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('address', source.email::text)), 'address');
    end if;
    if duplicate_phone(source.phone) is distinct from duplicate_phone(merging.phone) and source.phone <> merging.phone then
      merging.phones := unite_details(merging.phones, pg_catalog.jsonb_build_array(
        pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('number', source.phone, 'e164', source.phone_e164))), 'number');
    end if;
    merging.emails := unite_details(merging.emails, source.emails, 'address');
    merging.phones := unite_details(merging.phones, source.phones, 'number');
    merging.addresses := unite_details(merging.addresses, source.addresses, null);
  end loop;
  merging := pg_catalog.jsonb_populate_record(merging, fields);
  update people set
    first_name = merging.first_name, last_name = merging.last_name, email = merging.email, phone = merging.phone,
    phone_e164 = merging.phone_e164, job_title = merging.job_title, linkedin_url = merging.linkedin_url, is_active = merging.is_active,
    source = merging.source, external_id = merging.external_id, tags = merging.tags,
    attributes = merging.attributes, emails = merging.emails, phones = merging.phones, addresses = merging.addresses,
    owner_id = merging.owner_id,
    version = version + pg_catalog.cardinality(losers[:1])
  where person_id = winner
  returning 'merged', person_id, version into outcome, row_id, row_version;
  return next;
end
$$;

-- Contacts that are added to a merged customer or person belong to the winner. A contact that waits for a merge, by the foreign
-- key, is seen here after it.
create function redirect_contacts() returns trigger
  language plpgsql security definer as $$
begin
  if exists (select from new_rows join customers using (customer_id) where customers.merged_into is not null)
    or exists (select from new_rows join people using (person_id) where people.merged_into is not null) then
    -- The winner may have been merged while the foreign key waited.
    loop
      update customer_people set
        customer_id = merged_customer(customer_people.customer_id), person_id = merged_person(customer_people.person_id)
      from new_rows
      where customer_people.customer_person_id = new_rows.customer_person_id
        and (merged_customer(customer_people.customer_id), merged_person(customer_people.person_id))
          <> (customer_people.customer_id, customer_people.person_id);
      exit when not found;
    end loop;
  end if;
  return null;
end
$$;

-- Its name lets it run after the history of the insert.
create trigger customer_people_redirect after insert on customer_people referencing new table as new_rows
  for each statement execute function redirect_contacts();

-- An entry in the history of the winner, which names the loser.
create function record_merge() returns trigger
  language plpgsql security definer as $$
declare
  actor constant jsonb := current_actor();
  acting constant uuid := (select users.user_id from users where users.user_id = current_user_id());
begin
  if pg_catalog.current_setting('norberts_spark.history', true) = 'off' and is_owner_of_history() then
    return null;
  end if;
  insert into audit_log (user_id, ip_address, user_agent, request_id, system, is_history, entity_type, entity_id, action, changes)
    values (acting,
      (actor ->> 'ipAddress'::text)::inet, actor ->> 'userAgent'::text, actor ->> 'requestId'::text, actor ->> 'system'::text, true,
      tg_argv[0], new.merged_into::text, 'merge',
      pg_catalog.jsonb_build_object('merged', pg_catalog.jsonb_build_array(null, pg_catalog.to_jsonb(new) -> tg_argv[1])));
  return null;
end
$$;

create trigger customers_history_merge after update of merged_into on customers for each row
  when (new.merged_into is distinct from old.merged_into and new.merged_into is not null) execute function record_merge('customer', 'customer_id');
create trigger people_history_merge after update of merged_into on people for each row
  when (new.merged_into is distinct from old.merged_into and new.merged_into is not null) execute function record_merge('person', 'person_id');

comment on function merged_customer is 'The id of the customer that a merged one leads to, else the id itself.';
comment on function merged_person is 'The id of the person that a merged one leads to, else the id itself.';
comment on function move_contacts is 'Moves contacts to the winner of a merge, and unifies those that overlap in the same role.';
comment on function unite_details is 'Two lists of details as one, each detail once.';
comment on function unite_tags is 'Two lists of tags as one, each tag once.';
comment on function merge_customers is 'Merges customers into one and returns the outcome.';
comment on function merge_people is 'Merges people into one and returns the outcome.';
comment on function redirect_contacts is 'Moves new contacts of merged customers and people to the winners.';
comment on function record_merge is 'Writes the entry of a merge to the history of the winner: (entity, column of its key).';

-- Names of these functions lead to the schema of their creation, never to that of a caller or to temporary objects.
do $$
declare
  pinned regprocedure;
begin
  foreach pinned in array array['move_contacts'::regproc::regprocedure, 'unite_details'::regproc::regprocedure, 'unite_tags'::regproc::regprocedure,
    'merge_customers'::regproc::regprocedure, 'merge_people'::regproc::regprocedure,
    'redirect_contacts'::regproc::regprocedure, 'record_merge'::regproc::regprocedure] loop
    execute pg_catalog.format('alter function %s set search_path = %I, pg_temp', pinned, current_schema());
  end loop;
  foreach pinned in array array['redirect_contacts'::regproc::regprocedure, 'record_merge'::regproc::regprocedure] loop
    execute pg_catalog.format('revoke execute on function %s from public', pinned);
  end loop;
end
$$;
