create type customer_status as enum ('prospect', 'active', 'paused', 'churned');

create table customers (
  customer_id     uuid            not null default uuidv7(),
  legal_name      text            not null,
  display_name    text            not null,
  status          customer_status not null default 'prospect',
  industry        text,
  company_size    integer,
  website_url     text,
  billing_country text,
  timezone        text            not null default 'UTC',
  source          text,
  external_id     text,
  tags            text[],
  attributes      jsonb,
  emails          jsonb,
  phones          jsonb,
  addresses       jsonb,
  owner_id        uuid,
  archived_at     timestamptz(3),
  merged_into     uuid,
  version         integer         not null default 0,
  created_at      timestamptz(3)  not null default now(),
  updated_at      timestamptz(3)  not null default now(),
  created_by      uuid            default current_user_id(),
  updated_by      uuid            default current_user_id(),
  import_id       uuid            default current_import_id(),

  constraint customers_pkey primary key (customer_id),
  constraint customers_owner_id_fkey foreign key (owner_id) references users on delete set null,
  constraint customers_merged_into_fkey foreign key (merged_into) references customers on delete cascade,
  constraint customers_merged_into_check check (merged_into is null or (archived_at is not null and merged_into <> customer_id)),
  constraint customers_version_check check (version >= 0),
  constraint customers_source_check check (char_length(source) between 1 and 50 and source = btrim(source)),
  constraint customers_external_id_check check (char_length(external_id) between 1 and 200),
  constraint customers_source_external_id_check check ((source is null) = (external_id is null)),
  constraint customers_tags_check check (is_tag_list(tags)),
  constraint customers_attributes_check check (jsonb_typeof(attributes) = 'object' and octet_length(attributes::text) between 3 and 20000),
  constraint customers_emails_check check (is_email_list(emails)),
  constraint customers_phones_check check (is_phone_list(phones)),
  constraint customers_addresses_check check (is_address_list(addresses)),
  constraint customers_legal_name_check check (char_length(btrim(legal_name)) between 2 and 200),
  constraint customers_display_name_check check (char_length(btrim(display_name)) >= 2 and char_length(btrim(display_name)) <= 200 and octet_length(display_name) <= 1600),
  constraint customers_industry_check check (char_length(industry) <= 100),
  constraint customers_company_size_check check (company_size > 0),
  constraint customers_website_url_check check (char_length(website_url) <= 2048 and website_url ~ '^https?://[^ \t\n\v\f\r]+$'),
  constraint customers_billing_country_check check (billing_country ~ '^[A-Z]{2}$'),
  constraint customers_billing_country_iso_check check (is_country(billing_country)),
  constraint customers_timezone_check check (char_length(timezone) between 1 and 64),
  constraint customers_timezone_iana_check check (is_time_zone(timezone))
);

create index customers_created_at_customer_id_idx on customers (created_at, customer_id);
-- No row of a btree index may be larger than 2.7 kB: the CHECK limits the spaces, too.
create index customers_display_name_customer_id_created_at_idx on customers (display_name, customer_id, created_at);
create index customers_company_size_idx on customers (company_size);
create index customers_status_created_at_customer_id_idx on customers (status, created_at, customer_id);
create index customers_industry_created_at_customer_id_idx on customers (industry, created_at, customer_id);
create index customers_billing_country_created_at_customer_id_idx on customers (billing_country, created_at, customer_id);
-- A hash has a fixed size; a btree index would refuse a name padded with thousands of spaces, which the CHECK trims.
create index customers_legal_name_idx on customers using hash (legal_name);
create index customers_owner_id_created_at_customer_id_idx on customers (owner_id, created_at, customer_id);
create index customers_archived_at_customer_id_idx on customers (archived_at, customer_id) where archived_at is not null;
create index customers_merged_into_idx on customers (merged_into) where merged_into is not null;
create index customers_merged_external_id_idx on customers (source, external_id) where merged_into is not null;
create index customers_duplicates_idx on customers using gin (customer_duplicate_keys(legal_name, display_name, website_url)) where archived_at is null;
-- ANALYZE would compute the keys of each row that it samples; no plan depends on how often a key occurs.
alter index customers_duplicates_idx alter column 1 set statistics 0;
-- Among those in use, as the email addresses of people.
create unique index customers_source_external_id_key on customers (source, external_id)
  where archived_at is null and source is not null;
create index customers_tags_idx on customers using gin (tags) where tags is not null;
create index customers_attributes_idx on customers using gin (attributes jsonb_path_ops) where attributes is not null;
create index customers_import_id_idx on customers (import_id) where import_id is not null;
create index customers_search_idx on customers using gin ((search_words(display_name || ' ' || legal_name || coalesce(' ' || website_url, '')
  || coalesce(' ' || words_of_list(emails, 'address'), '')) || coalesce(digits_of_list(phones), '')));

create trigger customers_touch_row before update on customers
  for each row execute function touch_row();

comment on type customer_status is 'Stages of a customer, in the order in which a customer passes through them.';

comment on table customers is 'Companies to which the service sells.';
comment on column customers.customer_id is 'UUID version 7; ascending in the order of creation.';
comment on column customers.legal_name is 'Registered name; 2 to 200 characters, not counting spaces at either end.';
comment on column customers.display_name is 'Name in everyday use; 2 to 200 characters, not counting spaces at either end.';
comment on column customers.status is 'Current stage of the customer.';
comment on column customers.industry is 'Free text, at most 100 characters.';
comment on column customers.company_size is 'Number of employees.';
comment on column customers.website_url is 'Address of the website; begins with http:// or https://.';
comment on column customers.billing_country is 'ISO 3166-1 alpha-2 code: two capital letters.';
comment on column customers.timezone is 'IANA time zone name, for example Europe/Riga.';
comment on column customers.source is 'Other system that the customer comes from; 1 to 50 characters. Null together with external_id.';
comment on column customers.external_id is 'Key of the customer in the other system; 1 to 200 characters. Unique with source among those that are not archived.';
comment on column customers.tags is 'Up to 50 different tags of 1 to 50 characters; null for none.';
comment on column customers.attributes is 'Fields of the service, a JSON object of at most 20,000 bytes; null for none.';
comment on column customers.emails is 'Its email addresses, a JSON list of 1 to 20 objects with address and label; null for none.';
comment on column customers.phones is 'Its phone numbers, a JSON list of 1 to 20 objects with number, e164 and label; null for none.';
comment on column customers.addresses is 'Postal addresses, a JSON list of 1 to 20 objects with street, city, region, postalCode, country and label; null for none.';
comment on column customers.owner_id is 'User who looks after the customer; null for no user.';
comment on column customers.archived_at is 'Time at which the customer was archived; null for one that is in use. Lists leave archived rows out.';
comment on column customers.merged_into is 'The customer that this one was merged into; null for one that was not merged. Its id leads there.';
comment on column customers.version is 'Increases with every change to the row; for optimistic locking.';
comment on column customers.created_at is 'Time of creation.';
comment on column customers.updated_at is 'Time of the last change, set by a trigger.';
comment on column customers.created_by is 'User who created the row; null for the service itself. The user may have been deleted since.';
comment on column customers.updated_by is 'User who made the last change; null for the service itself. The user may have been deleted since.';
comment on column customers.import_id is 'Import that created the row; null for any other origin.';

comment on constraint customers_pkey on customers is 'A customer with this id already exists.';
comment on constraint customers_owner_id_fkey on customers is 'This owner does not exist.';
comment on constraint customers_merged_into_fkey on customers is 'The customer to merge into does not exist.';
comment on constraint customers_merged_into_check on customers is 'A customer that was merged into another one remains archived.';
comment on constraint customers_version_check on customers is 'A version is not negative.';
comment on constraint customers_legal_name_check on customers is 'A legal name has 2 to 200 characters, not counting spaces at either end.';
comment on constraint customers_display_name_check on customers is 'A display name has 2 to 200 characters, not counting spaces at either end, and at most 1600 bytes with them.';
comment on constraint customers_industry_check on customers is 'An industry has at most 100 characters.';
comment on constraint customers_company_size_check on customers is 'A company has at least one employee.';
comment on constraint customers_website_url_check on customers is 'A website address begins with http:// or https:// and has no spaces and at most 2048 characters.';
comment on constraint customers_billing_country_check on customers is 'A billing country is a code of two capital letters, for example LV.';
comment on constraint customers_timezone_check on customers is 'A time zone is a name of 1 to 64 characters, for example Europe/Riga.';
comment on constraint customers_source_check on customers is 'A source has 1 to 50 characters, without spaces at either end.';
comment on constraint customers_external_id_check on customers is 'An external id has 1 to 200 characters.';
comment on constraint customers_source_external_id_check on customers is 'A source and an external id are given together or not at all.';
comment on constraint customers_tags_check on customers is 'There are 1 to 50 tags, each a different one of 1 to 50 characters without spaces at either end.';
comment on constraint customers_attributes_check on customers is 'Attributes are a JSON object that is not empty and has at most 20000 bytes.';
comment on constraint customers_emails_check on customers is 'The list has 1 to 20 email addresses, each with an optional label of at most 50 characters.';
comment on constraint customers_phones_check on customers is 'The list has 1 to 20 phone numbers with at least one digit and at most 30 characters, each with an optional number in E.164 and an optional label.';
comment on constraint customers_addresses_check on customers is 'The list has 1 to 20 postal addresses; a country is a code that ISO 3166-1 has assigned, for example LV.';
comment on index customers_source_external_id_key is 'A customer with this external id already exists.';
comment on constraint customers_billing_country_iso_check on customers is 'A billing country is a code that ISO 3166-1 has assigned, for example LV.';
comment on constraint customers_timezone_iana_check on customers is 'A time zone is a name of the IANA time zone database, for example Europe/Riga.';
