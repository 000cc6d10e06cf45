-- Further email addresses, phone numbers and postal addresses of customers and people, and their tags. A row has null
-- in place of an empty list. The functions are called by CHECKs and indexes for values that are not null.

-- Whether every item of a list is an object that has no other fields, and texts in those that it has.
create function is_list_of_texts(list jsonb, fields text[]) returns boolean
  language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  if jsonb_typeof(list) <> 'array' or jsonb_array_length(list) not between 1 and 20 then
    return false;
  end if;
  return not exists (
    select from jsonb_array_elements(list) as item
    where case when jsonb_typeof(item) <> 'object' then true
      else item = '{}' or item - fields <> '{}' or exists (
        select from jsonb_each(item) as field
        where jsonb_typeof(field.value) <> 'string' or char_length(btrim(field.value #>> '{}')) not between 1 and 200
          or field.key = 'label' and char_length(field.value #>> '{}') > 50)
      end);
end
$$;

create function is_email_list(list jsonb) returns boolean
  language plpgsql immutable strict parallel safe as $$
begin
  return is_list_of_texts(list, array['address', 'label']) and not exists (
    select from pg_catalog.jsonb_array_elements(list) as item
    where (pg_catalog.char_length(item ->> 'address'::text) <= 200
      and item ->> 'address'::text ~ '^[^@ \t\n\v\f\r]+@[^@ \t\n\v\f\r]+$'::text) is not true);
end
$$;

create function is_phone_list(list jsonb) returns boolean
  language plpgsql immutable strict parallel safe as $$
begin
  return is_list_of_texts(list, array['number', 'e164', 'label']) and not exists (
    select from pg_catalog.jsonb_array_elements(list) as item
    where (pg_catalog.char_length(item ->> 'number'::text) <= 30 and item ->> 'number'::text ~ '[0-9]'::text) is not true
      or item ->> 'e164'::text !~ '^\+[1-9][0-9]{6,14}$'::text);
end
$$;

create function is_address_list(list jsonb) returns boolean
  language plpgsql immutable strict parallel safe as $$
begin
  return is_list_of_texts(list, array['street', 'city', 'region', 'postalCode', 'country', 'label']) and not exists (
    select from pg_catalog.jsonb_array_elements(list) as item where not is_country(item ->> 'country'::text));
end
$$;

create function is_tag_list(tags text[]) returns boolean
  language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return cardinality(tags) between 1 and 50 and array_length(tags, 1) = cardinality(tags) and not exists (
    select from unnest(tags) as tag group by tag
    having count(*) > 1 or tag is null or tag <> btrim(tag) or char_length(tag) not between 1 and 50);
end
$$;

-- The values of a field in a list, in lower case, to search and match them.
create function texts_of_list(list jsonb, field text) returns text[]
  language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return array(select lower(item ->> field) from jsonb_array_elements(list) as item where item ->> field is not null);
end
$$;

-- The same as words of one text.
create function words_of_list(list jsonb, field text) returns text
  language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (select string_agg(item ->> field, ' ') from jsonb_array_elements(list) as item);
end
$$;

-- The digits of the phone numbers in a list, as search_digits() has them.
create function digits_of_list(phones jsonb) returns tsvector
  language plpgsql immutable strict parallel safe as $$
declare
  vector tsvector := '';
  item jsonb;
begin
  for item in select pg_catalog.jsonb_array_elements(phones) loop
    vector := vector operator(pg_catalog.||) search_digits(item ->> 'number'::text) operator(pg_catalog.||) search_digits(item ->> 'e164'::text);
  end loop;
  return vector;
end
$$;

comment on function is_list_of_texts is 'Whether a list has 1 to 20 objects with texts in these fields and no others.';
comment on function is_email_list is 'Whether a list has email addresses: [{ "address", "label" }].';
comment on function is_phone_list is 'Whether a list has phone numbers: [{ "number", "e164", "label" }].';
comment on function is_address_list is 'Whether a list has postal addresses: [{ "street", "city", "region", "postalCode", "country", "label" }].';
comment on function is_tag_list is 'Whether a list has 1 to 50 different tags of 1 to 50 characters.';
comment on function texts_of_list is 'The values of a field in a list, in lower case.';
comment on function digits_of_list is 'The digits of the phone numbers in a list, to search them.';
comment on function words_of_list is 'The values of a field in a list as one text.';

-- The import that writes: the default of import_id. A setting is empty once the transaction that made it is over.
create function current_import_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('norberts_spark.import_id', true), '')::uuid;
comment on function current_import_id is 'The import in whose transaction the statement runs; null outside of imports.';

do $$
declare
  pinned regprocedure;
begin
  foreach pinned in array array['is_email_list'::regproc::regprocedure, 'is_phone_list'::regproc::regprocedure,
    'is_address_list'::regproc::regprocedure, 'digits_of_list'::regproc::regprocedure] loop
    execute pg_catalog.format('alter function %s set search_path = %I, pg_temp', pinned, current_schema());
  end loop;
end
$$;
