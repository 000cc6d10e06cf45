create table people (
  person_id    uuid           not null default uuidv7(),
  first_name   text           not null,
  last_name    text           not null,
  email        citext,
  phone        text,
  phone_e164   text,
  job_title    text,
  linkedin_url text,
  is_active    boolean        not null default true,
  source       text,
  external_id  text,
  tags         text[],
  attributes   jsonb,
  emails       jsonb,
  phones       jsonb,
  addresses    jsonb,
  owner_id     uuid,
  archived_at  timestamptz(3),
  merged_into  uuid,
  version      integer        not null default 0,
  created_at   timestamptz(3) not null default now(),
  updated_at   timestamptz(3) not null default now(),
  created_by   uuid           default current_user_id(),
  updated_by   uuid           default current_user_id(),
  import_id    uuid           default current_import_id(),

  constraint people_pkey primary key (person_id),
  constraint people_owner_id_fkey foreign key (owner_id) references users on delete set null,
  constraint people_merged_into_fkey foreign key (merged_into) references people on delete cascade,
  constraint people_merged_into_check check (merged_into is null or (archived_at is not null and merged_into <> person_id)),
  constraint people_version_check check (version >= 0),
  constraint people_source_check check (char_length(source) between 1 and 50 and source = btrim(source)),
  constraint people_external_id_check check (char_length(external_id) between 1 and 200),
  constraint people_source_external_id_check check ((source is null) = (external_id is null)),
  constraint people_tags_check check (is_tag_list(tags)),
  constraint people_attributes_check check (jsonb_typeof(attributes) = 'object' and octet_length(attributes::text) between 3 and 20000),
  constraint people_emails_check check (is_email_list(emails)),
  constraint people_phones_check check (is_phone_list(phones)),
  constraint people_addresses_check check (is_address_list(addresses)),
  constraint people_first_name_check check (char_length(btrim(first_name)) between 1 and 100),
  constraint people_last_name_check check (char_length(btrim(last_name)) >= 1 and char_length(btrim(last_name)) <= 100 and octet_length(last_name) <= 800),
  constraint people_email_check check (char_length(email) <= 254 and email ~ '^[^@ \t\n\v\f\r]+@[^@ \t\n\v\f\r]+$'),
  constraint people_phone_check check (char_length(phone) <= 30 and phone ~ '[0-9]'),
  constraint people_phone_e164_check check (phone_e164 ~ '^\+[1-9][0-9]{6,14}$'),
  constraint people_job_title_check check (char_length(job_title) <= 100),
  constraint people_linkedin_url_check check (char_length(linkedin_url) <= 2048)
);

-- Among those in use: an archived person does not keep an address from another one.
create unique index people_email_key on people (email) where archived_at is null;
create index people_created_at_person_id_idx on people (created_at, person_id);
create index people_last_name_person_id_created_at_idx on people (last_name, person_id, created_at);
create index people_is_active_created_at_person_id_idx on people (is_active, created_at, person_id);
create index people_owner_id_created_at_person_id_idx on people (owner_id, created_at, person_id);
create index people_archived_at_person_id_idx on people (archived_at, person_id) where archived_at is not null;
create index people_merged_into_idx on people (merged_into) where merged_into is not null;
create index people_merged_external_id_idx on people (source, external_id) where merged_into is not null;
create index people_duplicates_idx on people using gin (person_duplicate_keys(first_name, last_name, email::text, phone)) where archived_at is null;
-- ANALYZE would compute the keys of each row that it samples; no plan depends on how often a key occurs.
alter index people_duplicates_idx alter column 1 set statistics 0;
-- Among those in use, as the email addresses of people.
create unique index people_source_external_id_key on people (source, external_id)
  where archived_at is null and source is not null;
create index people_tags_idx on people using gin (tags) where tags is not null;
create index people_attributes_idx on people using gin (attributes jsonb_path_ops) where attributes is not null;
create index people_import_id_idx on people (import_id) where import_id is not null;
create index people_emails_idx on people using gin (texts_of_list(emails, 'address')) where emails is not null;
create index people_search_idx on people using gin ((search_words(first_name || ' ' || last_name || coalesce(' ' || email::text, '')
  || coalesce(' ' || words_of_list(emails, 'address'), '')) || search_digits(phone) || coalesce(digits_of_list(phones), '')));

create trigger people_touch_row before update on people
  for each row execute function touch_row();

comment on table people is 'People who work for customers; they do not sign in to the service.';
comment on column people.person_id is 'UUID version 7; ascending in the order of creation.';
comment on column people.first_name is '1 to 100 characters, not counting spaces at either end.';
comment on column people.last_name is '1 to 100 characters, not counting spaces at either end.';
comment on column people.email is 'Unique among people who are not archived; letter case is ignored. Null if not known.';
comment on column people.phone is 'Phone number as it was typed; at least one digit, at most 30 characters.';
comment on column people.phone_e164 is 'The same number in E.164: + and up to 15 digits. Null if not known.';
comment on column people.job_title is 'At most 100 characters.';
comment on column people.linkedin_url is 'LinkedIn profile; at most 2048 characters.';
comment on column people.is_active is 'False for a person who must no longer be contacted.';
comment on column people.source is 'Other system that the person comes from; 1 to 50 characters. Null together with external_id.';
comment on column people.external_id is 'Key of the person in the other system; 1 to 200 characters. Unique with source among those that are not archived.';
comment on column people.tags is 'Up to 50 different tags of 1 to 50 characters; null for none.';
comment on column people.attributes is 'Fields of the service, a JSON object of at most 20,000 bytes; null for none.';
comment on column people.emails is 'Further email addresses, a JSON list of 1 to 20 objects with address and label; null for none.';
comment on column people.phones is 'Further phone numbers, a JSON list of 1 to 20 objects with number, e164 and label; null for none.';
comment on column people.addresses is 'Postal addresses, a JSON list of 1 to 20 objects with street, city, region, postalCode, country and label; null for none.';
comment on column people.owner_id is 'User who looks after the person; null for no user.';
comment on column people.archived_at is 'Time at which the person was archived; null for one that is in use. Lists leave archived rows out.';
comment on column people.merged_into is 'The person that this one was merged into; null for one that was not merged. Its id leads there.';
comment on column people.version is 'Increases with every change to the row; for optimistic locking.';
comment on column people.created_at is 'Time of creation.';
comment on column people.updated_at is 'Time of the last change, set by a trigger.';
comment on column people.created_by is 'User who created the row; null for the service itself. The user may have been deleted since.';
comment on column people.updated_by is 'User who made the last change; null for the service itself. The user may have been deleted since.';
comment on column people.import_id is 'Import that created the row; null for any other origin.';

comment on constraint people_pkey on people is 'A person with this id already exists.';
comment on constraint people_owner_id_fkey on people is 'This owner does not exist.';
comment on constraint people_merged_into_fkey on people is 'The person to merge into does not exist.';
comment on constraint people_merged_into_check on people is 'A person that was merged into another one remains archived.';
comment on constraint people_version_check on people is 'A version is not negative.';
comment on constraint people_first_name_check on people is 'A first name has 1 to 100 characters, not counting spaces at either end.';
comment on constraint people_last_name_check on people is 'A last name has 1 to 100 characters, not counting spaces at either end, and at most 800 bytes with them.';
comment on constraint people_email_check on people is 'An email address has exactly one @ with text on both sides, no spaces, and at most 254 characters.';
comment on constraint people_phone_check on people is 'A phone number has at least one digit and at most 30 characters.';
comment on constraint people_phone_e164_check on people is 'A phone number in E.164 is a + and 7 to 15 digits, for example +37120000000.';
comment on constraint people_job_title_check on people is 'A job title has at most 100 characters.';
comment on constraint people_linkedin_url_check on people is 'A LinkedIn address has at most 2048 characters.';
comment on index people_email_key is 'A person with this email address already exists.';
comment on constraint people_source_check on people is 'A source has 1 to 50 characters, without spaces at either end.';
comment on constraint people_external_id_check on people is 'An external id has 1 to 200 characters.';
comment on constraint people_source_external_id_check on people is 'A source and an external id are given together or not at all.';
comment on constraint people_tags_check on people is 'There are 1 to 50 tags, each a different one of 1 to 50 characters without spaces at either end.';
comment on constraint people_attributes_check on people is 'Attributes are a JSON object that is not empty and has at most 20000 bytes.';
comment on constraint people_emails_check on people is 'The list has 1 to 20 email addresses, each with an optional label of at most 50 characters.';
comment on constraint people_phones_check on people is 'The list has 1 to 20 phone numbers with at least one digit and at most 30 characters, each with an optional number in E.164 and an optional label.';
comment on constraint people_addresses_check on people is 'The list has 1 to 20 postal addresses; a country is a code that ISO 3166-1 has assigned, for example LV.';
comment on index people_source_external_id_key is 'A person with this external id already exists.';
