create type contact_role as enum
  ('primary_contact', 'decision_maker', 'billing_contact', 'technical_contact', 'stakeholder');

create table customer_people (
  customer_person_id uuid    not null default uuidv7(),
  customer_id        uuid    not null,
  person_id          uuid    not null,
  role               contact_role,
  is_primary         boolean not null default false,
  start_date         date    not null default current_date,
  end_date           date,

  constraint customer_people_pkey primary key (customer_person_id),
  constraint customer_people_customer_id_fkey foreign key (customer_id) references customers on delete cascade,
  constraint customer_people_person_id_fkey foreign key (person_id) references people on delete cascade,
  constraint customer_people_customer_id_person_id_role_key unique nulls not distinct (customer_id, person_id, role),
  constraint customer_people_end_date_check check (end_date >= start_date)
);

create unique index customer_people_customer_id_is_primary_key on customer_people (customer_id) where is_primary;
create index customer_people_customer_id_start_date_idx on customer_people (customer_id, start_date, customer_person_id);
create index customer_people_person_id_start_date_idx on customer_people (person_id, start_date, customer_person_id);

-- A function, because each of its statements sees what other sessions committed in the meantime; a single statement
-- would use the snapshot from before it waited for the lock.
create function set_primary_contact(of_customer uuid, to_person uuid) returns setof customer_people
  language plpgsql rows 1 as $$
declare
  chosen uuid;
begin
  -- A session that adds a contact holds a key share lock on the customer, so the two do not overlap.
  perform from customers where customer_id = of_customer for update;
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

comment on constraint customer_people_pkey on customer_people is 'A contact with this id already exists.';
comment on constraint customer_people_customer_id_fkey on customer_people is 'This customer does not exist.';
comment on constraint customer_people_person_id_fkey on customer_people is 'This person does not exist.';
comment on constraint customer_people_customer_id_person_id_role_key on customer_people is 'This person already has this role at the customer.';
comment on constraint customer_people_end_date_check on customer_people is 'A contact cannot end before it starts.';
comment on index customer_people_customer_id_is_primary_key is 'The customer already has a primary contact.';
