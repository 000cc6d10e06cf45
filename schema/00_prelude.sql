-- Foundations of the tables: extensions, keys, and the trigger of updated_at.

do $$
begin
  if getdatabaseencoding() <> 'UTF8' then
    raise exception 'the database must be encoded in UTF8, this one is in %', getdatabaseencoding()
      using hint = 'create database … template template0 encoding ''UTF8''';
  end if;
end
$$;

create extension if not exists citext;
create extension if not exists btree_gin;

-- PostgreSQL 18 has uuidv7() built in; for 15 to 17 this function makes UUIDs of the same layout:
-- 48 bits of milliseconds, 12 bits of the millisecond's fraction, random bits (RFC 9562, section 6.2, method 3).
do $$
begin
  if current_setting('server_version_num')::int < 180000 then
    create function uuidv7() returns uuid language plpgsql volatile parallel safe set search_path = pg_catalog, pg_temp as $function$
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
create function touch_updated_at() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new *<> old and new.updated_at is not null then
    new.updated_at := now();
  end if;
  return new;
end
$$;
