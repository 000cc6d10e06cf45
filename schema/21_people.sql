create table people (
  person_id    uuid           not null default uuidv7(),
  first_name   text           not null,
  last_name    text           not null,
  email        citext,
  phone        text,
  job_title    text,
  linkedin_url text,
  is_active    boolean        not null default true,
  created_at   timestamptz(3) not null default now(),
  updated_at   timestamptz(3) not null default now(),

  constraint people_pkey primary key (person_id),
  constraint people_email_key unique (email),
  constraint people_first_name_check check (char_length(btrim(first_name)) between 1 and 100),
  constraint people_last_name_check check (char_length(btrim(last_name)) between 1 and 100),
  constraint people_email_check check (char_length(email) <= 254 and email ~ '^[^@ \t\n\v\f\r]+@[^@ \t\n\v\f\r]+$'),
  constraint people_phone_check check (char_length(phone) <= 30),
  constraint people_job_title_check check (char_length(job_title) <= 100),
  constraint people_linkedin_url_check check (char_length(linkedin_url) <= 2048)
);

create index people_created_at_person_id_idx on people (created_at, person_id);
create index people_is_active_created_at_person_id_idx on people (is_active, created_at, person_id);
create index people_search_idx on people using gin ((searchable(first_name || ' ' || last_name || ' ' || coalesce(email::text, ''))) gin_trgm_ops);

create trigger people_touch_updated_at before update on people
  for each row execute function touch_updated_at();

comment on table people is 'People who work for customers; they do not sign in to the service.';
comment on column people.person_id is 'UUID version 7; ascending in the order of creation.';
comment on column people.first_name is '1 to 100 characters, not counting spaces at either end.';
comment on column people.last_name is '1 to 100 characters, not counting spaces at either end.';
comment on column people.email is 'Unique; letter case is ignored. Null if not known.';
comment on column people.phone is 'Phone number in any format; at most 30 characters.';
comment on column people.job_title is 'At most 100 characters.';
comment on column people.linkedin_url is 'LinkedIn profile; at most 2048 characters.';
comment on column people.is_active is 'False for a person who must no longer be contacted.';
comment on column people.created_at is 'Time of creation.';
comment on column people.updated_at is 'Time of the last change, set by a trigger.';

comment on constraint people_pkey on people is 'A person with this id already exists.';
comment on constraint people_email_key on people is 'A person with this email address already exists.';
comment on constraint people_first_name_check on people is 'A first name has 1 to 100 characters, not counting spaces at either end.';
comment on constraint people_last_name_check on people is 'A last name has 1 to 100 characters, not counting spaces at either end.';
comment on constraint people_email_check on people is 'An email address has exactly one @ with text on both sides, no spaces, and at most 254 characters.';
comment on constraint people_phone_check on people is 'A phone number has at most 30 characters.';
comment on constraint people_job_title_check on people is 'A job title has at most 100 characters.';
comment on constraint people_linkedin_url_check on people is 'A LinkedIn address has at most 2048 characters.';
