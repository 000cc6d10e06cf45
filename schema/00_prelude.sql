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
