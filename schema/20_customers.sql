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
  created_at      timestamptz(3)  not null default now(),
  updated_at      timestamptz(3)  not null default now(),

  constraint customers_pkey primary key (customer_id),
  constraint customers_legal_name_check check (char_length(btrim(legal_name)) between 2 and 200),
  constraint customers_display_name_check check (char_length(btrim(display_name)) between 2 and 200),
  constraint customers_industry_check check (char_length(industry) <= 100),
  constraint customers_company_size_check check (company_size > 0),
  constraint customers_website_url_check check (char_length(website_url) <= 2048 and website_url ~ '^https?://[^ \t\n\v\f\r]+$'),
  constraint customers_billing_country_check check (billing_country ~ '^[A-Z]{2}$'),
  constraint customers_timezone_check check (char_length(timezone) between 1 and 64)
);

create index customers_created_at_customer_id_idx on customers (created_at, customer_id);
create index customers_status_created_at_customer_id_idx on customers (status, created_at, customer_id);
create index customers_industry_created_at_customer_id_idx on customers (industry, created_at, customer_id);
create index customers_billing_country_created_at_customer_id_idx on customers (billing_country, created_at, customer_id);
-- A hash has a fixed size; a btree index would refuse a name padded with thousands of spaces, which the CHECK trims.
create index customers_legal_name_idx on customers using hash (legal_name);
create index customers_search_idx on customers using gin ((searchable(display_name || ' ' || legal_name)) gin_trgm_ops);

create trigger customers_touch_updated_at before update on customers
  for each row execute function touch_updated_at();

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
comment on column customers.created_at is 'Time of creation.';
comment on column customers.updated_at is 'Time of the last change, set by a trigger.';

comment on constraint customers_pkey on customers is 'A customer with this id already exists.';
comment on constraint customers_legal_name_check on customers is 'A legal name has 2 to 200 characters, not counting spaces at either end.';
comment on constraint customers_display_name_check on customers is 'A display name has 2 to 200 characters, not counting spaces at either end.';
comment on constraint customers_industry_check on customers is 'An industry has at most 100 characters.';
comment on constraint customers_company_size_check on customers is 'A company has at least one employee.';
comment on constraint customers_website_url_check on customers is 'A website address begins with http:// or https:// and has no spaces and at most 2048 characters.';
comment on constraint customers_billing_country_check on customers is 'A billing country is a code of two capital letters, for example LV.';
comment on constraint customers_timezone_check on customers is 'A time zone is a name of 1 to 64 characters, for example Europe/Riga.';
