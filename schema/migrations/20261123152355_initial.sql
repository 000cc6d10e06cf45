-- initial
-- locks: none, its tables are new
-- table rewrites: none
-- data loss: none
-- transaction: one, all or nothing

-- schema/00_prelude.sql

-- What the tables below stand on: extensions, keys, search and the clock of updated_at.

do $$
begin
  if getdatabaseencoding() <> 'UTF8' then
    raise exception 'the database must be encoded in UTF8, this one is in %', getdatabaseencoding()
      using hint = 'create database … template template0 encoding ''UTF8''';
  end if;
end
$$;

create extension if not exists citext;
create extension if not exists pg_trgm;
create extension if not exists unaccent;

-- PostgreSQL 18 has uuidv7() built in; 15 to 17 get the same shape from here:
-- 48 bits of milliseconds, 12 bits of the millisecond's fraction, random bits (RFC 9562, section 6.2, method 3).
do $$
begin
  if current_setting('server_version_num')::int < 180000 then
    create function uuidv7() returns uuid language plpgsql volatile parallel safe as $function$
    declare
      microseconds bigint := extract(epoch from clock_timestamp()) * 1000000;
      bytes bytea := uuid_send(gen_random_uuid());
    begin
      bytes := overlay(bytes placing substring(int8send(microseconds / 1000) from 3) from 1 for 6);
      bytes := overlay(bytes placing substring(
        int4send((7 << 12) | ((microseconds % 1000) * 4096 / 1000)::int) from 3) from 7 for 2);
      return encode(bytes, 'hex')::uuid;
    end
    $function$;
  end if;
end
$$;

-- An update that changes nothing does not move the clock. *<> compares bytes: it knows every type, json too, and
-- sees a citext change its letter case. Where a table has generated columns, whose new values a BEFORE trigger
-- cannot see yet, every update moves the clock. A null is left alone, for NOT NULL to refuse.
create function touch_updated_at() returns trigger language plpgsql as $$
begin
  if new *<> old and new.updated_at is not null then
    new.updated_at := now();
  end if;
  return new;
end
$$;

-- What a search compares: compatibility forms, accents and letter case folded. The leading space lets a
-- pattern ask for the beginning of a word. Every write to an index runs it, so ASCII takes a short way, and
-- PL/pgSQL, which is three times as fast as a function in SQL that cannot be inlined. It keeps the search_path of its
-- creation: an empty one (pg_dump, autovacuum) would break the indexes built on it.
create function searchable(words text) returns text
  language plpgsql immutable strict parallel safe set search_path from current as $$
begin
  if octet_length(words) = char_length(words) then
    return ' ' || lower(words);
  end if;
  return ' ' || lower(unaccent('unaccent'::regdictionary, normalize(words, nfkc)));
end
$$;

comment on function searchable is 'Text as search compares it: without accents, letter case and typographic variants.';

-- Bodies after `return` are bound when created, whatever the search_path of a caller is.
-- From three characters on a query may match anywhere; below that a trigram index has nothing to look up
-- but the beginning of a word. Chinese, Japanese and Korean write words of one or two characters without spaces.
create function search_pattern(query text) returns text
  language sql immutable strict parallel safe
  return case
      when char_length(searchable(query)) <= 3 and searchable(query) !~ '[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]' then '% '
      else '%'
    end
    || regexp_replace(substr(searchable(query), 2), '([\\%_])', '\\\1', 'g') || '%';

-- 4: the text begins with the query as whole words; 3: it begins with it; 2: whole words; 1: the beginning of a
-- word; 0: anywhere. Both are searchable() text.
create function search_relevance(words text, query text) returns smallint
  language plpgsql immutable strict parallel safe as $$
begin
  return case
    when starts_with(words || ' ', query || ' ') then 4
    when starts_with(words, query) then 3
    when strpos(words || ' ', query || ' ') > 0 then 2
    when strpos(words, query) > 0 then 1
    else 0
  end;
end
$$;

comment on function search_relevance is 'How well searchable() text fits a searchable() query, 0 to 4.';
comment on function search_pattern is 'The LIKE pattern that finds a query in searchable() text; %, _ and \ are ordinary characters.';

-- schema/10_users.sql

create table users (
  user_id     uuid           not null default uuidv7(),
  name        text           not null,
  email       citext         not null,
  password    text,
  role        text           not null default 'user',
  provider    text,
  provider_id text,
  created_at  timestamptz(3) not null default now(),
  updated_at  timestamptz(3) not null default now(),

  constraint users_pkey primary key (user_id),
  constraint users_email_key unique (email),
  constraint users_provider_provider_id_key unique (provider, provider_id),
  constraint users_name_check check (char_length(name) between 2 and 100),
  constraint users_email_check check (char_length(email) <= 254 and email ~ '^[^@ \t\n\v\f\r]+@[^@ \t\n\v\f\r]+$'),
  constraint users_password_check check (password ~ '^\$2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{53}$'),
  constraint users_role_check check (role in ('user', 'admin', 'moderator')),
  constraint users_provider_check check (provider in ('google')),
  constraint users_provider_id_check check (char_length(provider_id) between 1 and 255),
  constraint users_provider_provider_id_check check ((provider is null) = (provider_id is null)),
  constraint users_password_provider_check check (password is not null or provider is not null)
);

create index users_created_at_user_id_idx on users (created_at, user_id);
create index users_role_created_at_user_id_idx on users (role, created_at, user_id);
create index users_search_idx on users using gin ((searchable(name || ' ' || email::text)) gin_trgm_ops);

create trigger users_touch_updated_at before update on users
  for each row execute function touch_updated_at();

comment on table users is 'People who sign in to the service, by password or through an identity provider.';
comment on column users.name is '2 to 100 characters.';
comment on column users.email is 'Compared without letter case; unique.';
comment on column users.password is 'bcrypt hash, 60 characters; null for those who sign in through a provider alone. Never selected but by findCredentialsByEmail.';
comment on column users.role is 'What the user may do in the service.';
comment on column users.provider is 'Identity provider, with provider_id.';
comment on column users.provider_id is 'The user''s id at the provider (the `sub` claim of OpenID Connect).';
comment on column users.updated_at is 'Set by a trigger whenever the row changes.';

comment on constraint users_email_key on users is 'This email address is already taken.';
comment on constraint users_provider_provider_id_key on users is 'This provider account already belongs to a user.';
comment on constraint users_name_check on users is 'A name has 2 to 100 characters.';
comment on constraint users_email_check on users is 'An email address has one @ with something on both sides, no spaces, and at most 254 characters.';
comment on constraint users_password_check on users is 'A password is stored as its bcrypt hash of 60 characters.';
comment on constraint users_role_check on users is 'A role is user, admin or moderator.';
comment on constraint users_provider_check on users is 'The only identity provider is google.';
comment on constraint users_provider_id_check on users is 'A provider id has 1 to 255 characters.';
comment on constraint users_provider_provider_id_check on users is 'A provider and its id are given together or not at all.';
comment on constraint users_password_provider_check on users is 'A user has a password or an identity provider.';

-- schema/20_customers.sql

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

-- schema/21_people.sql

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

comment on table people is 'Persons the service knows at its customers; they do not sign in.';
comment on column people.first_name is '1 to 100 characters after trimming.';
comment on column people.last_name is '1 to 100 characters after trimming.';
comment on column people.email is 'Compared without letter case; unique where known.';
comment on column people.phone is 'As written, at most 30 characters.';
comment on column people.job_title is 'At most 100 characters.';
comment on column people.is_active is 'False once the person is no longer to be contacted.';
comment on column people.updated_at is 'Set by a trigger whenever the row changes.';

comment on constraint people_email_key on people is 'A person with this email address exists already.';
comment on constraint people_first_name_check on people is 'A first name has 1 to 100 characters.';
comment on constraint people_last_name_check on people is 'A last name has 1 to 100 characters.';
comment on constraint people_email_check on people is 'An email address has one @ with something on both sides, no spaces, and at most 254 characters.';
comment on constraint people_phone_check on people is 'A phone number has at most 30 characters.';
comment on constraint people_job_title_check on people is 'A job title has at most 100 characters.';
comment on constraint people_linkedin_url_check on people is 'A LinkedIn address has at most 2048 characters.';

-- schema/22_customer_people.sql

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

-- In a function, because each of its statements sees what others have committed meanwhile; a single statement would
-- work on what it saw before it waited.
create function set_primary_contact(of_customer uuid, to_person uuid) returns setof customer_people
  language plpgsql rows 1 as $$
declare
  chosen uuid;
begin
  -- Whoever adds a contact holds a key share lock on the customer: the two take turns.
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

comment on function set_primary_contact is 'Makes a person the primary contact of a customer in place of whoever was; no row if the person is no contact now.';
comment on type contact_role is 'What a person is to a customer.';

comment on table customer_people is 'Contacts: which person stands for which customer, as what, and when.';
comment on column customer_people.role is 'Null while it is not known.';
comment on column customer_people.is_primary is 'The one to call first; at most one per customer.';
comment on column customer_people.end_date is 'Last day; null while the contact lasts.';

comment on constraint customer_people_customer_id_fkey on customer_people is 'There is no such customer.';
comment on constraint customer_people_person_id_fkey on customer_people is 'There is no such person.';
comment on constraint customer_people_customer_id_person_id_role_key on customer_people is 'This person already has this role at the customer.';
comment on constraint customer_people_end_date_check on customer_people is 'A contact does not end before it starts.';
comment on index customer_people_customer_id_is_primary_key is 'The customer already has a primary contact.';

-- schema/30_chats.sql

create table chats (
  id               uuid           not null default uuidv7(),
  user_id          uuid           not null,
  title            text,
  next_position    integer        not null default 0,
  version          integer        not null default 0,
  active_stream_id text,
  created_at       timestamptz(3) not null default now(),
  updated_at       timestamptz(3) not null default now(),

  constraint chats_pkey primary key (id),
  constraint chats_user_id_fkey foreign key (user_id) references users on delete cascade,
  constraint chats_title_check check (char_length(title) <= 255),
  constraint chats_next_position_check check (next_position >= 0),
  constraint chats_version_check check (version >= 0),
  constraint chats_active_stream_id_check check (char_length(active_stream_id) between 1 and 255)
);

create index chats_user_id_updated_at_id_idx on chats (user_id, updated_at, id);
create index chats_updated_at_idx on chats (updated_at);
create index chats_search_idx on chats using gin ((searchable(title)) gin_trgm_ops);

create trigger chats_touch_updated_at before update on chats
  for each row execute function touch_updated_at();

comment on table chats is 'Conversations of a user with an assistant.';
comment on column chats.id is 'May be chosen by the client.';
comment on column chats.title is 'At most 255 characters; null until somebody names it.';
comment on column chats.next_position is 'Position of the next new message; handed out under this row''s lock.';
comment on column chats.version is 'Grows with every change to the messages; for optimistic locking.';
comment on column chats.active_stream_id is 'The stream that is being written now, for resuming it; null when none is.';
comment on column chats.updated_at is 'Set by a trigger whenever the row changes.';

comment on constraint chats_user_id_fkey on chats is 'There is no such user.';
comment on constraint chats_title_check on chats is 'A title has at most 255 characters.';
comment on constraint chats_next_position_check on chats is 'A position is not negative.';
comment on constraint chats_version_check on chats is 'A version is not negative.';
comment on constraint chats_active_stream_id_check on chats is 'A stream id has 1 to 255 characters.';

-- schema/31_messages.sql

create table messages (
  chat_id       uuid           not null,
  id            text           not null,
  position      integer        not null,
  role          text           not null,
  part_count    integer        not null,
  envelope      json           not null,
  input_tokens  integer,
  output_tokens integer,
  created_at    timestamptz(3) not null default now(),

  constraint messages_pkey primary key (chat_id, id),
  constraint messages_chat_id_position_key unique (chat_id, position),
  constraint messages_chat_id_fkey foreign key (chat_id) references chats on delete cascade,
  constraint messages_id_check check (char_length(id) between 1 and 255),
  constraint messages_position_check check (position >= 0),
  constraint messages_role_check check (role in ('system', 'user', 'assistant')),
  constraint messages_part_count_check check (part_count >= 0),
  constraint messages_input_tokens_check check (input_tokens >= 0),
  constraint messages_output_tokens_check check (output_tokens >= 0)
);

comment on table messages is 'Messages of a chat, in order of position.';
comment on column messages.id is 'Any string of 1 to 255 characters, chosen by client or server; unique within its chat.';
comment on column messages.position is 'Handed out once from chats.next_position; gaps are ordinary.';
comment on column messages.part_count is 'Parts at this position and beyond are being deleted by a concurrent save and do not count.';
comment on column messages.envelope is 'The message with 0 in place of id, role and parts, byte for byte: json, because jsonb would reorder it.';
comment on column messages.input_tokens is 'As the message''s metadata has them; null where it has none.';
comment on column messages.output_tokens is 'As the message''s metadata has them; null where it has none.';

comment on constraint messages_chat_id_position_key on messages is 'Two messages of a chat cannot have one position.';
comment on constraint messages_chat_id_fkey on messages is 'There is no such chat.';
comment on constraint messages_id_check on messages is 'A message id has 1 to 255 characters; does the service pass an id generator to the AI SDK?';
comment on constraint messages_position_check on messages is 'A position is not negative.';
comment on constraint messages_role_check on messages is 'A role is system, user or assistant.';
comment on constraint messages_input_tokens_check on messages is 'A number of tokens is not negative.';
comment on constraint messages_output_tokens_check on messages is 'A number of tokens is not negative.';
comment on constraint messages_part_count_check on messages is 'A part count is not negative.';

-- schema/32_parts.sql

create table parts (
  chat_id      uuid    not null,
  message_id   text    not null,
  position     integer not null,
  type         text    not null,
  tool_call_id text,
  tool_name    text,
  tool_state   text,
  search_text  text,
  payload      json    not null,

  constraint parts_pkey primary key (chat_id, message_id, position),
  constraint parts_chat_id_message_id_fkey foreign key (chat_id, message_id) references messages on delete cascade,
  constraint parts_position_check check (position >= 0),
  constraint parts_type_check check (type <> ''),
  constraint parts_tool_check check
    (type not like 'tool-%' and type <> 'dynamic-tool' or tool_call_id is not null and tool_state is not null)
);

create index parts_search_idx on parts using gin ((searchable(search_text)) gin_trgm_ops);
create index parts_pending_approvals_idx on parts (chat_id, message_id) where tool_state = 'approval-requested';

comment on table parts is 'Parts of a message: text, reasoning, files, tool calls and whatever the AI SDK adds next.';
comment on column parts.position is 'Place within its message, from 0 without gaps.';
comment on column parts.type is 'As the AI SDK names it; new types need no change here.';
comment on column parts.tool_call_id is 'Not unique: the AI SDK may repeat it.';
comment on column parts.search_text is 'The text of a text or reasoning part, clipped; null for other parts.';
comment on column parts.payload is 'The part itself, byte for byte: json, because jsonb would reorder it. Nothing in SQL looks inside.';

comment on constraint parts_chat_id_message_id_fkey on parts is 'There is no such message.';
comment on constraint parts_position_check on parts is 'A position is not negative.';
comment on constraint parts_type_check on parts is 'A part has a type.';
comment on constraint parts_tool_check on parts is 'A tool part has a call id and a state.';

-- schema/33_ai_options.sql

create table ai_options (
  chat_id           uuid           not null,
  message_id        text           not null,
  prompt            text,
  max_tokens        integer,
  temperature       double precision,
  top_p             double precision,
  frequency_penalty double precision,
  presence_penalty  double precision,
  created_at        timestamptz(3) not null default now(),

  constraint ai_options_pkey primary key (chat_id, message_id),
  constraint ai_options_chat_id_message_id_fkey foreign key (chat_id, message_id) references messages on delete cascade,
  constraint ai_options_max_tokens_check check (max_tokens > 0),
  constraint ai_options_temperature_check check (temperature between 0 and 2),
  constraint ai_options_top_p_check check (top_p between 0 and 1),
  constraint ai_options_frequency_penalty_check check (frequency_penalty between -2 and 2),
  constraint ai_options_presence_penalty_check check (presence_penalty between -2 and 2)
);

comment on table ai_options is 'The options the model was called with, per message; null where the provider''s default applied.';
comment on column ai_options.prompt is 'The system prompt.';
comment on column ai_options.max_tokens is 'Upper bound of the answer, in tokens.';
comment on column ai_options.temperature is '0 to 2.';
comment on column ai_options.top_p is 'Nucleus sampling, 0 to 1.';
comment on column ai_options.frequency_penalty is '-2 to 2.';
comment on column ai_options.presence_penalty is '-2 to 2.';

comment on constraint ai_options_chat_id_message_id_fkey on ai_options is 'There is no such message.';
comment on constraint ai_options_max_tokens_check on ai_options is 'The token limit is at least 1.';
comment on constraint ai_options_temperature_check on ai_options is 'A temperature lies between 0 and 2.';
comment on constraint ai_options_top_p_check on ai_options is 'top_p lies between 0 and 1.';
comment on constraint ai_options_frequency_penalty_check on ai_options is 'A frequency penalty lies between -2 and 2.';
comment on constraint ai_options_presence_penalty_check on ai_options is 'A presence penalty lies between -2 and 2.';

-- schema/40_audit_log.sql

create table audit_log (
  id          uuid           not null default uuidv7(),
  user_id     uuid,
  entity_type text           not null,
  entity_id   text           not null,
  action      text           not null,
  changes     jsonb,
  ip_address  inet,
  user_agent  text,
  created_at  timestamptz(3) not null default now(),

  constraint audit_log_pkey primary key (id),
  constraint audit_log_user_id_fkey foreign key (user_id) references users on delete set null,
  constraint audit_log_entity_type_check check (char_length(entity_type) between 1 and 50),
  constraint audit_log_entity_id_check check (char_length(entity_id) between 1 and 255),
  constraint audit_log_action_check check (char_length(action) between 1 and 50)
);

create index audit_log_created_at_id_idx on audit_log (created_at, id);
create index audit_log_entity_type_entity_id_created_at_id_idx on audit_log (entity_type, entity_id, created_at, id);
create index audit_log_user_id_created_at_id_idx on audit_log (user_id, created_at, id);
create index audit_log_action_created_at_id_idx on audit_log (action, created_at, id);

-- The one change let through is the foreign key's own: user_id becomes null after its user is gone.
create function refuse_audit_log_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.user_id is null
    and not exists (select from users where users.user_id = old.user_id) then
    old.user_id := null;
    if old is not distinct from new then
      return null;
    end if;
  end if;
  raise exception 'audit_log is append-only: % refused', lower(tg_op)
    using errcode = 'check_violation', schema = tg_table_schema, table = tg_table_name,
      constraint = 'audit_log_append_only', hint = 'Record a new entry instead.';
end
$$;

create constraint trigger audit_log_append_only after update or delete on audit_log
  for each row execute function refuse_audit_log_change();
create trigger audit_log_append_only_truncate before truncate on audit_log
  for each statement execute function refuse_audit_log_change();

comment on table audit_log is 'Who did what to which entity, and when. Append-only.';
comment on column audit_log.user_id is 'Who did it; null for the service itself, or after the user is gone.';
comment on column audit_log.entity_type is 'Kind of entity, such as user or customer; at most 50 characters.';
comment on column audit_log.entity_id is 'The entity''s key as text.';
comment on column audit_log.action is 'What was done, such as create; at most 50 characters.';
comment on column audit_log.changes is 'What changed, as the service describes it; secrets redacted.';

comment on constraint audit_log_user_id_fkey on audit_log is 'There is no such user.';
comment on constraint audit_log_entity_type_check on audit_log is 'An entity type has 1 to 50 characters.';
comment on constraint audit_log_entity_id_check on audit_log is 'An entity id has 1 to 255 characters.';
comment on constraint audit_log_action_check on audit_log is 'An action has 1 to 50 characters.';
comment on trigger audit_log_append_only on audit_log is 'Entries of the audit log are neither changed nor deleted.';
