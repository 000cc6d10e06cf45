-- Duplicates: the keys of a customer or a person. Rows that may mean the same company or person have a key in common, so that an
-- index finds them; src/duplicates/ then compares the few rows that it found. The keys are:
--   n:…  all words of a name in alphabetical order, all but one, and the name without spaces;
--   f:…  parts of a name that remain after a typing error: for two words the first or last letters of each, for one word
--        all of its letters but one, or the first or last half;
--   d:…  the domain of a website, without the top-level domain;
--   e:…  the local part of an email address;
--   p:…  the last seven digits of a phone number.

-- The words of a name in their order, with the letters that searches compare. Those of a company are without its legal form, if
-- anything else remains.
create function duplicate_words(name text, is_company boolean) returns text[]
  language plpgsql immutable strict parallel safe as $$
declare
  letters text := lower(search_letters(name) collate "C");
  word text;
  words text[];
  rest text[] := '{}';
begin
  if is_company and octet_length(letters) <> char_length(letters) then
    letters := regexp_replace(letters, '株式会社|有限会社|合同会社|股份|有限公司|有限责任|集团|集團|주식회사|유한회사', ' ', 'g');
  end if;
  if strpos(letters, '/s') > 0 then
    letters := regexp_replace(letters, '(^| )([ak])/s(?= |$)', '\1\2s', 'g');
  end if;
  letters := translate(letters, '.''`´’‘ʼ״׳', '');
  -- Umlauts that are written with two letters.
  if letters ~ '[aou]e' then
    letters := regexp_replace(letters, '([aou])e', '\1', 'g');
  end if;
  letters := regexp_replace(letters, '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u2000-\u206f\u3000-\u303f\u30a0\u30fb]+', ' ', 'g');
  words := string_to_array(btrim(letters), ' ');
  if not is_company then
    return words;
  end if;
  foreach word in array words loop
    -- The list is in the expression, whose plan keeps it: as a variable it would be read again by each call.
    -- cspell:disable
    if word <> all ('{a,ab,ad,ag,aktiebolag,akciju,ao,aps,as,asa,av,bhd,bv,co,company,corp,corporation,cv,dd,doo,ead,eirl,eood,ev,gbr,gesellschaft,gk,gmbh,group,grupa,gruppe,grupo,holding,holdings,inc,incorporated,kft,kg,kgaa,kk,ks,lda,limited,llc,llp,lp,ltd,ltda,mbh,nv,nyrt,ohg,oo,ood,ooo,ou,oy,oyj,plc,private,pte,pty,pvt,sa,sab,sabiedriba,sapa,sarl,sas,sasu,sc,sdn,se,sia,sicav,sl,slu,snc,sociedad,sociedade,societe,sp,spa,spk,spol,spzoo,sprl,srl,srls,sro,sro,the,und,uab,ug,vof,z,zoo,zrt,αε,εε,επε,ικε,οε,ао,зао,ип,оао,ооо,пао,тов,тоо,чп,株,有,주,유,and,et}'::text[]) then
    -- cspell:enable
      rest := pg_catalog.array_append(rest, word);
    end if;
  end loop;
  return case when pg_catalog.cardinality(rest) = 0 then words else rest end;
end
$$;

-- The beginning and the end of a word: an error in one of them leaves the other. Words of six letters have short and long ones, so
-- that one more or less letter finds them.
create function duplicate_ends(word text) returns text[]
  language plpgsql immutable strict parallel safe as $$
begin
  return case
    when char_length(word) <= 2 then array[word]
    when char_length(word) <= 5 then array[left(word, 2) || '-', '-' || right(word, 2)]
    when char_length(word) = 6 then array[left(word, 2) || '-', '-' || right(word, 2), left(word, 3) || '-', '-' || right(word, 3)]
    else array[left(word, 3) || '-', '-' || right(word, 3)]
  end;
end
$$;

create function duplicate_name_keys(words text[]) returns text[]
  language plpgsql immutable strict parallel safe as $$
declare
  sorted text[];
  keys text[];
  second_ends text[];
  first_end text;
  second_end text;
  word text;
  half integer;
begin
  -- Of longer names, the first words are enough.
  words := words[:6];
  if pg_catalog.cardinality(words) = 0 then
    return '{}';
  elsif pg_catalog.cardinality(words) = 1 then
    word := left(words[1], 64);
    keys := array['n:' || word];
    if char_length(word) between 3 and 7 then
      keys := pg_catalog.array_append(keys, 'f:' || word);
      for place in 1 .. char_length(word) loop
        keys := pg_catalog.array_append(keys, 'f:' || overlay(word placing '' from place for 1));
      end loop;
    end if;
    if char_length(word) >= 7 then
      for length in char_length(word) - 1 .. char_length(word) loop
        half := (length - 1) / 2;
        keys := pg_catalog.array_cat(keys, array['f:' || left(word, half) || '-', 'f:-' || right(word, half)]);
      end loop;
    end if;
    return keys;
  end if;
  sorted := case when pg_catalog.cardinality(words) > 2 then
      array(select each from pg_catalog.unnest(words) as each order by each collate "C")
    when words[1] <= words[2] collate "C" then words
    else array[words[2], words[1]] end;
  keys := array['n:' || left(pg_catalog.array_to_string(sorted, ' '), 64), 'n:' || left(pg_catalog.array_to_string(words, ''), 64)];
  if pg_catalog.cardinality(words) = 2 then
    second_ends := duplicate_ends(words[2]);
    foreach first_end in array duplicate_ends(words[1]) loop
      foreach second_end in array second_ends loop
        keys := pg_catalog.array_append(keys,
          'f:' || least(first_end collate "C", second_end) || ' ' || greatest(first_end collate "C", second_end));
      end loop;
    end loop;
  else
    for place in 1 .. pg_catalog.cardinality(sorted) loop
      keys := pg_catalog.array_append(keys,
        'n:' || left(pg_catalog.array_to_string(pg_catalog.array_cat(sorted[:place - 1], sorted[place + 1:]), ' '), 64));
    end loop;
  end if;
  return keys;
end
$$;

-- The domain of an address, without the top-level domain and, but for hosts that many share, without what is in front of it.
create function duplicate_domain(address text) returns text
  language plpgsql immutable strict parallel safe as $$
declare
  labels text[] := string_to_array(regexp_replace(substring(lower(left(address, 500) collate "C") from '^(?:https?://)?(?:[^/@]*@)?([^/:?#]+)'), '^www[0-9]*[.]|[.]+$', '', 'g'), '.');
begin
  if pg_catalog.cardinality(labels) < 2 then
    return null;
  end if;
  labels := labels[:pg_catalog.cardinality(labels) - 1];
  if pg_catalog.cardinality(labels) > 1 and labels[pg_catalog.cardinality(labels)] in ('co', 'com', 'org', 'net', 'gov', 'ac', 'edu', 'or', 'ne', 'gob') then
    labels := labels[:pg_catalog.cardinality(labels) - 1];
  end if;
  return left(case
    -- cspell:disable
    when labels[pg_catalog.cardinality(labels)] <> all ('{example,blogspot,wordpress,wix,wixsite,github,gitlab,herokuapp,netlify,vercel,pages,weebly,squarespace,shopify,myshopify,facebook,instagram,linkedin,google,sites,business,etsy,tumblr,webflow,azurewebsites,cloudfront,amazonaws,appspot,web,jimdo,jimdofree,site123,godaddysites}'::text[])
    -- cspell:enable
      then labels[pg_catalog.cardinality(labels)]
    when pg_catalog.cardinality(labels) > 1 then pg_catalog.array_to_string(labels, '.') end, 64);
end
$$;

create function duplicate_email(email text) returns text
  language plpgsql immutable strict parallel safe as $$
declare
  address constant text := lower(left(email, 254) collate "C");
  name constant text := translate(split_part(split_part(address, '@', 1), '+', 1), '.-_', '');
begin
  -- Addresses that several people read are compared with their domain.
  return left(case when char_length(name) < 4
    or name = any ('{admin,billing,contact,hello,help,info,mail,office,sales,service,shop,support,team,webmaster}'::text[]) then name || substring(address from '@.*$') else name end, 64);
end
$$;

create function duplicate_phone(phone text) returns text
  language plpgsql immutable strict parallel safe as $$
declare
  -- Without an extension.
  digits constant text := regexp_replace(regexp_replace(search_letters(phone), '(ext|[x#;]).*$', '', 'i'), '[^0-9]+', '', 'g');
begin
  return case when char_length(digits) >= 7 then right(digits, 7) end;
end
$$;

create function customer_duplicate_keys(legal_name text, display_name text, website_url text) returns text[]
  language plpgsql immutable parallel safe as $$
declare
  words constant text[] := duplicate_words(display_name, true);
  legal_words constant text[] := duplicate_words(legal_name, true);
  keys text[] := coalesce(duplicate_name_keys(words), '{}');
  domain constant text := duplicate_domain(website_url);
begin
  if coalesce(legal_words operator(pg_catalog.<>) words, true) then
    keys := pg_catalog.array_cat(keys, coalesce(duplicate_name_keys(legal_words), '{}'));
  end if;
  return case when domain is null then keys else pg_catalog.array_append(keys, 'd:' || domain) end;
end
$$;

create function person_duplicate_keys(first_name text, last_name text, email text, phone text) returns text[]
  language plpgsql immutable parallel safe as $$
begin
  return pg_catalog.array_remove(pg_catalog.array_cat(
    coalesce(duplicate_name_keys(duplicate_words(pg_catalog.concat_ws(' ', first_name, last_name), false)), '{}'),
    array['e:' || duplicate_email(email), 'p:' || duplicate_phone(phone)]), null);
end
$$;

comment on function duplicate_words is 'The words of a name, as duplicates are compared; those of a company without its legal form.';
comment on function duplicate_ends is 'The beginning and the end of a word.';
comment on function duplicate_name_keys is 'The keys of a name, from its words.';
comment on function duplicate_domain is 'The domain of a website without its top-level domain.';
comment on function duplicate_email is 'The local part of an email address without dots and the part behind a plus sign.';
comment on function duplicate_phone is 'The last seven digits of a phone number.';
comment on function customer_duplicate_keys is 'The keys of a customer: two customers that may be the same one share a key.';
comment on function person_duplicate_keys is 'The keys of a person: two people who may be the same one share a key.';

-- Names of these functions lead to the schema of their creation, never to that of a caller or to temporary objects.
do $$
declare
  pinned regprocedure;
begin
  foreach pinned in array array['duplicate_words'::regproc::regprocedure, 'duplicate_ends'::regproc::regprocedure,
    'duplicate_name_keys'::regproc::regprocedure, 'duplicate_domain'::regproc::regprocedure, 'duplicate_email'::regproc::regprocedure,
    'duplicate_phone'::regproc::regprocedure, 'customer_duplicate_keys'::regproc::regprocedure,
    'person_duplicate_keys'::regproc::regprocedure] loop
    execute pg_catalog.format('alter function %s set search_path = %I, pg_temp', pinned, current_schema());
  end loop;
end
$$;
