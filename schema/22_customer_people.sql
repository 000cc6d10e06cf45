create type contact_role as enum
  ('primary_contact', 'decision_maker', 'billing_contact', 'technical_contact', 'stakeholder');

create table customer_people (
  customer_person_id uuid           not null default uuidv7(),
  customer_id        uuid           not null,
  person_id          uuid           not null,
  role               contact_role,
  is_primary         boolean        not null default false,
  start_date         date           not null default current_date,
  end_date           date,
  version            integer        not null default 0,
  created_at         timestamptz(3) not null default now(),
  updated_at         timestamptz(3) not null default now(),
  created_by         uuid           default current_user_id(),
  updated_by         uuid           default current_user_id(),
  import_id          uuid           default current_import_id(),

  constraint customer_people_pkey primary key (customer_person_id),
  constraint customer_people_version_check check (version >= 0),
  constraint customer_people_customer_id_fkey foreign key (customer_id) references customers on delete cascade,
  constraint customer_people_person_id_fkey foreign key (person_id) references people on delete cascade,
  constraint customer_people_end_date_check check (end_date >= start_date)
);

-- A person who left may come back in the same role: a contact that has an end does not count.
create unique index customer_people_customer_id_person_id_role_key on customer_people (customer_id, person_id, role)
  nulls not distinct where end_date is null;
create unique index customer_people_customer_id_is_primary_key on customer_people (customer_id) where is_primary;
create index customer_people_customer_id_start_date_idx on customer_people (customer_id, start_date, customer_person_id);
create index customer_people_import_id_idx on customer_people (import_id) where import_id is not null;
create index customer_people_person_id_start_date_idx on customer_people (person_id, start_date, customer_person_id);

create trigger customer_people_touch_row before update on customer_people
  for each row execute function touch_row();

-- A function, because each of its statements sees what other sessions committed in the meantime; a single statement
-- would use the snapshot from before it waited for the lock.
create function set_primary_contact(of_customer uuid, to_person uuid) returns setof customer_people
  language plpgsql rows 1 as $$
declare
  chosen uuid;
begin
  -- A session that adds a contact holds a key share lock on the customer, so the two do not overlap.
  loop
    perform from customers where customer_id = of_customer and merged_into is null for update;
    exit when found;
    -- The id leads to the winner of a merge, which may be merged itself while this waits for it.
    select merged_into into of_customer from customers where customer_id = of_customer;
    exit when of_customer is null;
  end loop;
  select coalesce(merged_into, person_id) into to_person from people where person_id = to_person;
  select customer_person_id into chosen from customer_people
    where customer_id = of_customer and person_id = to_person and (end_date is null or end_date >= current_date)
    order by is_primary desc, start_date, customer_person_id limit 1 for update;
  if not found then
    return;
  end if;
  update customer_people set is_primary = false
    where customer_id = of_customer and is_primary and customer_person_id <> chosen;
  return query update customer_people set is_primary = true where customer_person_id = chosen returning *;
end
$$;

comment on function set_primary_contact is 'Replaces the primary contact of a customer; returns no row if the person is not a current contact.';
comment on type contact_role is 'Roles that a person can have at a customer.';

comment on table customer_people is 'Contacts: which person works for which customer, in which role, and when.';
comment on column customer_people.customer_person_id is 'UUID version 7; ascending in the order of creation.';
comment on column customer_people.role is 'Null if not known.';
comment on column customer_people.is_primary is 'The contact to call first; at most one per customer.';
comment on column customer_people.start_date is 'First day.';
comment on column customer_people.end_date is 'Last day; null for a contact without an end.';
comment on column customer_people.version is 'Increases with every change to the row; for optimistic locking.';
comment on column customer_people.created_at is 'Time of creation.';
comment on column customer_people.updated_at is 'Time of the last change, set by a trigger.';
comment on column customer_people.created_by is 'User who created the row; null for the service itself. The user may have been deleted since.';
comment on column customer_people.updated_by is 'User who made the last change; null for the service itself. The user may have been deleted since.';
comment on column customer_people.import_id is 'Import that created the row; null for any other origin.';

comment on constraint customer_people_pkey on customer_people is 'A contact with this id already exists.';
comment on constraint customer_people_version_check on customer_people is 'A version is not negative.';
comment on constraint customer_people_customer_id_fkey on customer_people is 'This customer does not exist.';
comment on constraint customer_people_person_id_fkey on customer_people is 'This person does not exist.';
comment on constraint customer_people_end_date_check on customer_people is 'A contact cannot end before it starts.';
comment on index customer_people_customer_id_is_primary_key is 'The customer already has a primary contact.';
comment on index customer_people_customer_id_person_id_role_key is 'This person already has this role at the customer.';

-- Names of these functions lead to the schema of their creation, never to that of a caller or to temporary objects.
do $$
declare
  pinned regprocedure;
begin
  foreach pinned in array array['set_primary_contact'::regproc::regprocedure] loop
    execute pg_catalog.format('alter function %s set search_path = %I, pg_temp', pinned, current_schema());
  end loop;
end
$$;
