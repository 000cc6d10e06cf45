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
-- A hash has one size; a btree would refuse a name in thousands of spaces, which trimming takes off.
create index customers_legal_name_idx on customers using hash (legal_name);
create index customers_search_idx on customers using gin ((searchable(display_name || ' ' || legal_name)) gin_trgm_ops);

create trigger customers_touch_updated_at before update on customers
  for each row execute function touch_updated_at();

comment on type customer_status is 'Where a customer stands, in the order of a customer''s life.';

comment on table customers is 'Organisations the service sells to.';
comment on column customers.legal_name is 'As registered; 2 to 200 characters after trimming.';
comment on column customers.display_name is 'As people call it; 2 to 200 characters after trimming.';
comment on column customers.industry is 'Free text, at most 100 characters.';
comment on column customers.company_size is 'Number of employees.';
comment on column customers.website_url is 'Begins with http:// or https://.';
comment on column customers.billing_country is 'ISO 3166-1 alpha-2: two capital letters.';
comment on column customers.timezone is 'IANA name, such as Europe/Riga.';
comment on column customers.updated_at is 'Set by a trigger whenever the row changes.';

comment on constraint customers_legal_name_check on customers is 'A legal name has 2 to 200 characters.';
comment on constraint customers_display_name_check on customers is 'A display name has 2 to 200 characters.';
comment on constraint customers_industry_check on customers is 'An industry has at most 100 characters.';
comment on constraint customers_company_size_check on customers is 'A company has at least one employee.';
comment on constraint customers_website_url_check on customers is 'A website begins with http:// or https:// and has no spaces.';
comment on constraint customers_billing_country_check on customers is 'A billing country is two capital letters, such as LV.';
comment on constraint customers_timezone_check on customers is 'A time zone is an IANA name, such as Europe/Riga.';
