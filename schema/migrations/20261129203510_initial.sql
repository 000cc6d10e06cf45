-- initial
-- locks: none, its tables are new
-- table rewrites: none
-- data loss: none
-- transaction: one, all or nothing

-- schema/00_prelude.sql

-- Foundations of the tables: extensions, keys, search, and the trigger of updated_at.

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

-- PostgreSQL 18 has uuidv7() built in; for 15 to 17 this function makes UUIDs of the same layout:
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

-- An update that changes no value leaves updated_at as it is. *<> compares bytes: it works for every type, json
-- included, and detects a citext that changes its letter case. In a table with generated columns every update sets
-- updated_at, because a BEFORE trigger does not see their new values. A null is kept, so that NOT NULL refuses it.
create function touch_updated_at() returns trigger language plpgsql as $$
begin
  if new *<> old and new.updated_at is not null then
    new.updated_at := now();
  end if;
  return new;
end
$$;

-- The text that a search compares: compatibility forms, accents and letter case are folded. The leading space lets a
-- pattern match the beginning of a word. Every write to a search index runs this function, so ASCII text takes a
-- shortcut, and it is written in PL/pgSQL, which is three times as fast as a SQL function that cannot be inlined. It
-- keeps the search_path of its creation: with an empty one (pg_dump, autovacuum) the indexes built on it would break.
create function searchable(words text) returns text
  language plpgsql immutable strict parallel safe set search_path from current as $$
begin
  if octet_length(words) = char_length(words) then
    return ' ' || lower(words);
  end if;
  return ' ' || lower(unaccent('unaccent'::regdictionary, normalize(words, nfkc)));
end
$$;

comment on function searchable is 'Text in the form that searches compare: without accents, letter case and typographic variants.';

-- A body after `return` is bound at creation and does not depend on the caller's search_path.
-- A query of three characters or more matches anywhere; with fewer, a trigram index can only look up the beginning
-- of a word. Chinese, Japanese and Korean have words of one or two characters, written without spaces.
create function search_pattern(query text) returns text
  language sql immutable strict parallel safe
  return case
      when char_length(searchable(query)) <= 3 and searchable(query) !~ '[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]' then '% '
      else '%'
    end
    || regexp_replace(substr(searchable(query), 2), '([\\%_])', '\\\1', 'g') || '%';

-- 4: the text begins with the query, as whole words; 3: the text begins with the query; 2: the query matches whole
-- words; 1: the beginning of a word; 0: anywhere. Both arguments are searchable() text.
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

comment on function search_relevance is 'How well searchable() text matches a searchable() query, from 0 to 4.';
comment on function search_pattern is 'The LIKE pattern that finds a query in searchable() text; %, _ and \ in the query are ordinary characters.';

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

comment on table users is 'People who sign in to the service, with a password or through an identity provider.';
comment on column users.user_id is 'UUID version 7; ascending in the order of creation.';
comment on column users.name is 'Full name; 2 to 100 characters.';
comment on column users.email is 'Unique; letter case is ignored.';
comment on column users.password is 'bcrypt hash of 60 characters; null for users who sign in through a provider only. Only findCredentialsByEmail selects it.';
comment on column users.role is 'Permissions in the service.';
comment on column users.provider is 'Identity provider; set together with provider_id.';
comment on column users.provider_id is 'The user''s id at the provider (the `sub` claim of OpenID Connect).';
comment on column users.created_at is 'Time of creation.';
comment on column users.updated_at is 'Time of the last change, set by a trigger.';

comment on constraint users_pkey on users is 'A user with this id already exists.';
comment on constraint users_email_key on users is 'This email address is already taken.';
comment on constraint users_provider_provider_id_key on users is 'This provider account already belongs to a user.';
comment on constraint users_name_check on users is 'A name has 2 to 100 characters.';
comment on constraint users_email_check on users is 'An email address has exactly one @ with text on both sides, no spaces, and at most 254 characters.';
comment on constraint users_password_check on users is 'A password must be stored as a bcrypt hash of 60 characters.';
comment on constraint users_role_check on users is 'A role is user, admin or moderator.';
comment on constraint users_provider_check on users is 'The only supported identity provider is google.';
comment on constraint users_provider_id_check on users is 'A provider id has 1 to 255 characters.';
comment on constraint users_provider_provider_id_check on users is 'A provider and its id must be set together.';
comment on constraint users_password_provider_check on users is 'A user must have a password or an identity provider.';

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

comment on table chats is 'Conversations between a user and an assistant.';
comment on column chats.id is 'UUID; the client may choose it.';
comment on column chats.user_id is 'Owner of the chat.';
comment on column chats.title is 'At most 255 characters; null until the chat is named.';
comment on column chats.next_position is 'Position of the next new message; assigned under the lock of this row.';
comment on column chats.version is 'Increases with every change to the messages; for optimistic locking.';
comment on column chats.active_stream_id is 'Id of the stream that is being written, used to resume it; null if there is none.';
comment on column chats.created_at is 'Time of creation.';
comment on column chats.updated_at is 'Time of the last change, set by a trigger.';

comment on constraint chats_pkey on chats is 'A chat with this id already exists.';
comment on constraint chats_user_id_fkey on chats is 'This user does not exist.';
comment on constraint chats_title_check on chats is 'A title has at most 255 characters.';
comment on constraint chats_next_position_check on chats is 'A position cannot be negative.';
comment on constraint chats_version_check on chats is 'A version cannot be negative.';
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

comment on table messages is 'Messages of a chat, ordered by position.';
comment on column messages.id is 'Any string of 1 to 255 characters, chosen by the client or the server; unique within its chat.';
comment on column messages.position is 'Assigned once, from chats.next_position; gaps are normal.';
comment on column messages.role is 'Author of the message.';
comment on column messages.part_count is 'Number of parts. Parts at this position and beyond are being deleted by a concurrent save and must be ignored.';
comment on column messages.envelope is 'The message byte for byte, with 0 in place of id, role and parts. The type is json because jsonb would reorder the keys.';
comment on column messages.input_tokens is 'Input tokens, from the metadata of the message; null if it has none.';
comment on column messages.output_tokens is 'Output tokens, from the metadata of the message; null if it has none.';
comment on column messages.created_at is 'Time of creation.';

comment on constraint messages_pkey on messages is 'A message with this id already exists in the chat.';
comment on constraint messages_chat_id_position_key on messages is 'Two messages of a chat cannot have the same position.';
comment on constraint messages_chat_id_fkey on messages is 'This chat does not exist.';
comment on constraint messages_id_check on messages is 'A message id has 1 to 255 characters. Pass an id generator to the AI SDK.';
comment on constraint messages_position_check on messages is 'A position cannot be negative.';
comment on constraint messages_role_check on messages is 'A role is system, user or assistant.';
comment on constraint messages_input_tokens_check on messages is 'A number of input tokens cannot be negative.';
comment on constraint messages_output_tokens_check on messages is 'A number of output tokens cannot be negative.';
comment on constraint messages_part_count_check on messages is 'A part count cannot be negative.';

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

comment on table parts is 'Parts of a message: text, reasoning, files, tool calls and all other types that the AI SDK has or will have.';
comment on column parts.position is 'Position within the message; from 0, without gaps.';
comment on column parts.type is 'Type, as the AI SDK names it; new types need no change of the schema.';
comment on column parts.tool_call_id is 'Id of a tool call; not unique, because the AI SDK may repeat it. Null for other parts.';
comment on column parts.tool_name is 'Name of the called tool; null for other parts.';
comment on column parts.tool_state is 'State of a tool call, as the AI SDK names it; null for other parts.';
comment on column parts.search_text is 'Text of a text or reasoning part, shortened; null for other parts.';
comment on column parts.payload is 'The part byte for byte. The type is json because jsonb would reorder the keys; SQL does not read it.';

comment on constraint parts_pkey on parts is 'The message already has a part at this position.';
comment on constraint parts_chat_id_message_id_fkey on parts is 'This message does not exist.';
comment on constraint parts_position_check on parts is 'A position cannot be negative.';
comment on constraint parts_type_check on parts is 'The type of a part cannot be empty.';
comment on constraint parts_tool_check on parts is 'A tool part must have a call id and a state.';

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

comment on table ai_options is 'Options with which the model was called, per message; null where the provider''s default applied.';
comment on column ai_options.prompt is 'System prompt.';
comment on column ai_options.max_tokens is 'Maximum length of the answer, in tokens; at least 1.';
comment on column ai_options.temperature is 'Sampling temperature, from 0 to 2.';
comment on column ai_options.top_p is 'Nucleus sampling, from 0 to 1.';
comment on column ai_options.frequency_penalty is 'From -2 to 2.';
comment on column ai_options.presence_penalty is 'From -2 to 2.';
comment on column ai_options.created_at is 'Time of creation.';

comment on constraint ai_options_pkey on ai_options is 'This message already has options.';
comment on constraint ai_options_chat_id_message_id_fkey on ai_options is 'This message does not exist.';
comment on constraint ai_options_max_tokens_check on ai_options is 'A token limit must be at least 1.';
comment on constraint ai_options_temperature_check on ai_options is 'A temperature must be from 0 to 2.';
comment on constraint ai_options_top_p_check on ai_options is 'Top p must be from 0 to 1.';
comment on constraint ai_options_frequency_penalty_check on ai_options is 'A frequency penalty must be from -2 to 2.';
comment on constraint ai_options_presence_penalty_check on ai_options is 'A presence penalty must be from -2 to 2.';

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

-- The only permitted change is that of the foreign key: user_id becomes null after its user is deleted.
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

comment on table audit_log is 'Which user did what to which entity, and when. Append-only.';
comment on column audit_log.id is 'UUID version 7; ascending in the order of creation.';
comment on column audit_log.user_id is 'User who acted; null for the service itself, and after the user is deleted.';
comment on column audit_log.entity_type is 'Kind of entity, for example user or customer; at most 50 characters.';
comment on column audit_log.entity_id is 'Key of the entity, as text.';
comment on column audit_log.action is 'Action, for example create; at most 50 characters.';
comment on column audit_log.changes is 'Changes, as the service describes them; secrets are redacted.';
comment on column audit_log.ip_address is 'IP address of the client.';
comment on column audit_log.user_agent is 'User agent of the client.';
comment on column audit_log.created_at is 'Time of the action.';

comment on constraint audit_log_pkey on audit_log is 'An audit log entry with this id already exists.';
comment on constraint audit_log_user_id_fkey on audit_log is 'This user does not exist.';
comment on constraint audit_log_entity_type_check on audit_log is 'An entity type has 1 to 50 characters.';
comment on constraint audit_log_entity_id_check on audit_log is 'An entity id has 1 to 255 characters.';
comment on constraint audit_log_action_check on audit_log is 'An action has 1 to 50 characters.';
comment on trigger audit_log_append_only on audit_log is 'Audit log entries cannot be changed or deleted.';
