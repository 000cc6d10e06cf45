-- initial
-- locks: none
-- table rewrites: none
-- data loss: none
-- transaction: one, all or nothing

-- schema/00_prelude.sql

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

-- schema/01_search.sql

-- Search: the words of a text, and how well a text matches a query. src/search/ makes the words of chats and of all
-- queries by the same rules; test/search/ compares the two, letter by letter.

-- Text with the letters that searches compare. Compatibility forms are replaced, and letters that stand for another one;
-- accents, vowel points and characters without width are removed; ASCII keeps its letter case. The tables are here because
-- lower() depends on the locale of the database. normalize() takes the square of a run of marks and cannot be interrupted:
-- the text is cut, and marks are removed first.
create function search_letters(words text) returns text
  language plpgsql immutable strict parallel safe as $$
begin
  words := left(words, 1000);
  if octet_length(words) = char_length(words) then
    return words;
  end if;
  words := regexp_replace(words, '[\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u061c\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u08ca-\u08ff\u093c\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\ufff9-\ufffb\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]+', '', 'g');
  words := normalize(regexp_replace(normalize(words, nfkd), '[\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u061c\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u08ca-\u08ff\u093c\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\ufff9-\ufffb\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]+', '', 'g'), nfc);
  if words ~ '[\u0080-\u024f\u1e9e]' then
    words := replace(replace(replace(replace(words, 'ß', 'ss'), 'ẞ', 'ss'), 'þ', 'th'), 'Þ', 'th');
    words := replace(replace(replace(replace(words, 'æ', 'ae'), 'Æ', 'ae'), 'œ', 'oe'), 'Œ', 'oe');
    words := translate(words,
      'ÐØĐĦŁŊŦƁƂƄƆƇƉƊƋƎƏƐƑƓƔƖƗƘƜƝƟƢƤƦƧƩƬƮƱƲƳƵƷƸƼǤǶǷȜȠȢȤȺȻȽȾɁɃɄɅɆɈɊɌɎøłđðħŋŧıĸ',
      'dodhlntɓƃƅɔƈɖɗƌǝəɛƒɠɣɩɨƙɯɲɵƣƥʀƨʃƭʈʊʋƴƶʒƹƽǥƕƿȝƞȣȥⱥȼƚⱦɂƀʉʌɇɉɋɍɏolddhntik');
  end if;
  if words ~ '[\u0370-\u052f]' then
    words := translate(words,
      'ͰͲͶͿΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩϏϘϚϜϞϠϢϤϦϨϪϬϮϷϺϽϾϿЂЄЅІЈЉЊЋЏАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯѠѢѤѦѨѪѬѮѰѲѴѸѺѼѾҀҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨҪҬҮҰҲҴҶҸҺҼҾӀӃӅӇӉӋӍӔӘӠӨӶӺӼӾԀԂԄԆԈԊԌԎԐԒԔԖԘԚԜԞԠԢԤԦԨԪԬԮς',
      'ͱͳͷϳαβγδεζηθικλμνξοπρστυφχψωϗϙϛϝϟϡϣϥϧϩϫϭϯϸϻͻͼͽђєѕіјљњћџабвгдежзиклмнопрстуфхцчшщъыьэюяѡѣѥѧѩѫѭѯѱѳѵѹѻѽѿҁҋҍҏґғҕҗҙқҝҟҡңҥҧҩҫҭүұҳҵҷҹһҽҿӏӄӆӈӊӌӎӕәӡөӷӻӽӿԁԃԅԇԉԋԍԏԑԓԕԗԙԛԝԟԡԣԥԧԩԫԭԯσ');
  end if;
  if words ~ '[\u0530-\u058f\u1c90-\u1cbf\U0001e900-\U0001e95f]' then
    words := translate(words,
      'ԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖᲐᲑᲒᲓᲔᲕᲖᲗᲘᲙᲚᲛᲜᲝᲞᲟᲠᲡᲢᲣᲤᲥᲦᲧᲨᲩᲪᲫᲬᲭᲮᲯᲰᲱᲲᲳᲴᲵᲶᲷᲸᲹᲺᲽᲾᲿ𞤀𞤁𞤂𞤃𞤄𞤅𞤆𞤇𞤈𞤉𞤊𞤋𞤌𞤍𞤎𞤏𞤐𞤑𞤒𞤓𞤔𞤕𞤖𞤗𞤘𞤙𞤚𞤛𞤜𞤝𞤞𞤟𞤠𞤡',
      'աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆაბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰჱჲჳჴჵჶჷჸჹჺჽჾჿ𞤢𞤣𞤤𞤥𞤦𞤧𞤨𞤩𞤪𞤫𞤬𞤭𞤮𞤯𞤰𞤱𞤲𞤳𞤴𞤵𞤶𞤷𞤸𞤹𞤺𞤻𞤼𞤽𞤾𞤿𞥀𞥁𞥂𞥃');
  end if;
  -- Typed as a quote within Hebrew acronyms.
  if words ~ '[\u05d0-\u05ea]"[\u05d0-\u05ea]' then
    words := regexp_replace(words, '([\u05d0-\u05ea])"(?=[\u05d0-\u05ea])', '\1״', 'g');
  end if;
  if words ~ '[\u0600-\u06ff]' then
    words := translate(words, 'ىیکةہھٱ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'ييكههها01234567890123456789');
  end if;
  if words ~ '[\u0900-\u0f2f\u1040-\u1049\u17e0-\u17e9]' then
    words := translate(words,
      '०१२३४५६७८९০১২৩৪৫৬৭৮৯੦੧੨੩੪੫੬੭੮੯૦૧૨૩૪૫૬૭૮૯୦୧୨୩୪୫୬୭୮୯௦௧௨௩௪௫௬௭௮௯౦౧౨౩౪౫౬౭౮౯೦೧೨೩೪೫೬೭೮೯൦൧൨൩൪൫൬൭൮൯๐๑๒๓๔๕๖๗๘๙໐໑໒໓໔໕໖໗໘໙༠༡༢༣༤༥༦༧༨༩၀၁၂၃၄၅၆၇၈၉០១២៣៤៥៦៧៨៩',
      '01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789');
  end if;
  if words ~ '[\u30a1-\u30f6]' then
    words := translate(words,
      'ァアィイゥウェエォオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトドナニヌネノハバパヒビピフブプヘベペホボポマミムメモャヤュユョヨラリルレロヮワヰヱヲンヴヵヶ',
      'ぁあぃいぅうぇえぉおかがきぎくぐけげこごさざしじすずせぜそぞただちぢっつづてでとどなにぬねのはばぱひびぴふぶぷへべぺほぼぽまみむめもゃやゅゆょよらりるれろゎわゐゑをんゔゕゖ');
  end if;
  return words;
end
$$;

-- The words of a text with their places. Where an apostrophe, a hyphen, a dot and the like join words, or capitals do as in
-- iPhone, all words of the text are there a second time, joined: node, js, nodejs. Scripts without spaces between words are
-- there by pairs of letters, each letter with the one that follows, so that a query finds any run of letters.
create function search_words(words text) returns tsvector
  language plpgsql immutable strict parallel safe as $$
declare
  apart text;
  joined text;
  word text;
  letters text;
  place integer := 0;
  vector text := '';
begin
  words := search_letters(words);
  apart := words;
  if words ~ '[+#]|[0-9],[0-9]|[a-z][A-Z]|[A-Z][A-Z][a-z]' then
    -- In 1,000 a comma joins. A + or # at the end of a word belongs to it, as in C++ and C#; another one separates words.
    words := regexp_replace(words, '([0-9]),(?=[0-9])', '\1.', 'g');
    words := regexp_replace(words, '[+#]+(?=[^\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007f])', ' ', 'g');
    words := regexp_replace(words, '(^|[\u0001-\u0022\u0024-\u002a\u002c-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007f])[+#]+', '\1 ', 'g');
    words := regexp_replace(words, '([+#]{2})[+#]+', '\1', 'g');
    apart := regexp_replace(words, '([a-z])([A-Z])', '\1 \2', 'g');
    apart := regexp_replace(apart, '([A-Z])([A-Z][a-z])', '\1 \2', 'g');
  end if;
  apart := lower(regexp_replace(apart, '[\u0001-\u0022\u0024\u0025\u0028-\u002a\u002c\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u00bf\u00d7\u00f7\u02c2-\u02df\u02e5-\u02ff\u0375\u03f6\u0482\u055a-\u055f\u0589-\u058f\u05be\u05c0\u05c3\u05c6\u0606-\u060f\u061b-\u061f\u066a-\u066d\u06d4\u06dd\u06de\u06e9\u06fd\u06fe\u0700-\u070f\u0964\u0965\u0970\u0e3f\u0e4f\u0e5a\u0e5b\u0f01-\u0f17\u0f3a-\u0f3d\u0fbe-\u0fda\u104a-\u104f\u10fb\u1360-\u1368\u1400\u166d\u166e\u1680\u16eb-\u16ed\u17d4-\u17db\u1800-\u180a\u1940-\u1945\u2000-\u200f\u2011-\u2017\u201a-\u2319\u231c-\u23e8\u23fb-\u25ff\u27c0-\u2b04\u2b56-\u2bff\u2e00-\u2e7f\u2ff0-\u3004\u3008-\u3020\u3030\u303d-\u303f\u30a0\u30fb\u3190-\u319f\u31c0-\u31ef\u4dc0-\u4dff\ua4fe\ua4ff\ua60d-\ua60f\ua673\ua67e\ua6f2-\ua6f7\ua700-\ua716\ua720\ua721\ua789\ua78a\ua8ce\ua8cf\ud7fc-\uf8ff\ufd3e-\ufd4f\ufe10-\ufe1f\ufe30-\ufe6f\ufffc-\uffff\U0001d000-\U0001d3ff&''._\-\u2010\u2018\u2019\u05f3\u05f4]+', ' ', 'g') collate "C");
  joined := lower(regexp_replace(translate(words, '&''._-‐‘’׳״', ''), '[\u0001-\u0022\u0024\u0025\u0028-\u002a\u002c\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u00bf\u00d7\u00f7\u02c2-\u02df\u02e5-\u02ff\u0375\u03f6\u0482\u055a-\u055f\u0589-\u058f\u05be\u05c0\u05c3\u05c6\u0606-\u060f\u061b-\u061f\u066a-\u066d\u06d4\u06dd\u06de\u06e9\u06fd\u06fe\u0700-\u070f\u0964\u0965\u0970\u0e3f\u0e4f\u0e5a\u0e5b\u0f01-\u0f17\u0f3a-\u0f3d\u0fbe-\u0fda\u104a-\u104f\u10fb\u1360-\u1368\u1400\u166d\u166e\u1680\u16eb-\u16ed\u17d4-\u17db\u1800-\u180a\u1940-\u1945\u2000-\u200f\u2011-\u2017\u201a-\u2319\u231c-\u23e8\u23fb-\u25ff\u27c0-\u2b04\u2b56-\u2bff\u2e00-\u2e7f\u2ff0-\u3004\u3008-\u3020\u3030\u303d-\u303f\u30a0\u30fb\u3190-\u319f\u31c0-\u31ef\u4dc0-\u4dff\ua4fe\ua4ff\ua60d-\ua60f\ua673\ua67e\ua6f2-\ua6f7\ua700-\ua716\ua720\ua721\ua789\ua78a\ua8ce\ua8cf\ud7fc-\uf8ff\ufd3e-\ufd4f\ufe10-\ufe1f\ufe30-\ufe6f\ufffc-\uffff\U0001d000-\U0001d3ff]+', ' ', 'g') collate "C");
  if btrim(joined) <> btrim(apart) then
    apart := apart || ' ' || joined;
  end if;
  foreach word in array string_to_array(apart, ' ') loop
    if octet_length(word) <> char_length(word) and word ~ '[\u0e01-\u0e5b\u0e81-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u231a\u231b\u23e9-\u23fa\u2600-\u27bf\u2b05-\u2b55\u3005-\u3007\u3021-\u302f\u3031-\u303c\u3041-\u30ff\u3105-\u318f\u31a0-\u31bf\u31f0-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uaa60-\uaa7f\ua9e0-\ua9fe\uac00-\ud7fb\uf900-\ufaff\U0001f000-\U0001fbff\U00020000-\U0003ffff]' then
      while word <> '' loop
        letters := coalesce(substring(word from '^[\u0e01-\u0e5b\u0e81-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u231a\u231b\u23e9-\u23fa\u2600-\u27bf\u2b05-\u2b55\u3005-\u3007\u3021-\u302f\u3031-\u303c\u3041-\u30ff\u3105-\u318f\u31a0-\u31bf\u31f0-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uaa60-\uaa7f\ua9e0-\ua9fe\uac00-\ud7fb\uf900-\ufaff\U0001f000-\U0001fbff\U00020000-\U0003ffff]+'), '');
        for letter in 1 .. char_length(letters) loop
          place := place + 1;
          vector := vector || ' ''' || substr(letters, letter, 2) || ''':' || place::text;
        end loop;
        word := substr(word, char_length(letters) + 1);
        letters := substring(word from '^[^\u0e01-\u0e5b\u0e81-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u231a\u231b\u23e9-\u23fa\u2600-\u27bf\u2b05-\u2b55\u3005-\u3007\u3021-\u302f\u3031-\u303c\u3041-\u30ff\u3105-\u318f\u31a0-\u31bf\u31f0-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uaa60-\uaa7f\ua9e0-\ua9fe\uac00-\ud7fb\uf900-\ufaff\U0001f000-\U0001fbff\U00020000-\U0003ffff]+');
        if letters is not null then
          place := place + 1;
          vector := vector || ' ''' || left(letters, 64) || ''':' || place::text;
          word := substr(word, char_length(letters) + 1);
        end if;
      end loop;
    elsif word <> '' then
      place := place + 1;
      vector := vector || ' ''' || left(word, 64) || ''':' || place::text;
      -- Arabic words without the conjunction, and without the article too, which are written with them.
      if word ~ '^[وفبكال]' then
        letters := regexp_replace(word, '^(و(?=.{3})|ف(?=[بك]?ال.{3}))', '');
        if letters <> word then
          vector := vector || ' ''' || left(letters, 64) || ''':' || place::text;
        end if;
        if letters ~ '^([بك]?ال|لل).{3}' then
          vector := vector || ' ''' || left(regexp_replace(letters, '^([بك]?ال|لل)', ''), 64) || ''':' || place::text;
        end if;
      end if;
    end if;
  end loop;
  return vector::tsvector;
end
$$;

-- The digits of a phone number from each digit on, as numbers are written with and without the code of a country.
create function search_digits(phone text) returns tsvector
  language plpgsql immutable parallel safe as $$
declare
  digits constant text := regexp_replace(search_letters(phone), '[^0-9]+', '', 'g');
  vector text := '';
begin
  for start in 1 .. coalesce(char_length(digits), 0) - 2 loop
    vector := vector || ' ' || substr(digits, start, 32);
  end loop;
  return vector::tsvector;
end
$$;

-- The words of a text, one space before each, to compare their order.
create function search_text(words text) returns text
  language plpgsql immutable strict parallel safe as $$
begin
  if octet_length(words) = char_length(words) then
    return ' ' || regexp_replace(lower(left(words, 1000) collate "C"), '[^a-z0-9+#]+', ' ', 'g');
  end if;
  return ' ' || lower(regexp_replace(search_letters(words), '[\u0001-\u0022\u0024\u0025\u0028-\u002a\u002c\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u00bf\u00d7\u00f7\u02c2-\u02df\u02e5-\u02ff\u0375\u03f6\u0482\u055a-\u055f\u0589-\u058f\u05be\u05c0\u05c3\u05c6\u0606-\u060f\u061b-\u061f\u066a-\u066d\u06d4\u06dd\u06de\u06e9\u06fd\u06fe\u0700-\u070f\u0964\u0965\u0970\u0e3f\u0e4f\u0e5a\u0e5b\u0f01-\u0f17\u0f3a-\u0f3d\u0fbe-\u0fda\u104a-\u104f\u10fb\u1360-\u1368\u1400\u166d\u166e\u1680\u16eb-\u16ed\u17d4-\u17db\u1800-\u180a\u1940-\u1945\u2000-\u200f\u2011-\u2017\u201a-\u2319\u231c-\u23e8\u23fb-\u25ff\u27c0-\u2b04\u2b56-\u2bff\u2e00-\u2e7f\u2ff0-\u3004\u3008-\u3020\u3030\u303d-\u303f\u30a0\u30fb\u3190-\u319f\u31c0-\u31ef\u4dc0-\u4dff\ua4fe\ua4ff\ua60d-\ua60f\ua673\ua67e\ua6f2-\ua6f7\ua700-\ua716\ua720\ua721\ua789\ua78a\ua8ce\ua8cf\ud7fc-\uf8ff\ufd3e-\ufd4f\ufe10-\ufe1f\ufe30-\ufe6f\ufffc-\uffff\U0001d000-\U0001d3ff&''._\-\u2010\u2018\u2019\u05f3\u05f4]+', ' ', 'g') collate "C");
end
$$;

-- 4: the text begins with the query, as whole words; 3: the text begins with the query; 2: the query occurs as whole
-- words; 1: at the beginning of a word; 0: its words are in another order or apart. Both arguments are results of search_text().
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

comment on function search_letters is 'Text without accents and typographic variants, as searches compare it; its first 1,000 characters.';
comment on function search_words is 'The words of a text, as searches look them up.';
comment on function search_digits is 'The digits of a phone number, as searches look them up.';
comment on function search_text is 'The words of a text in their order, for search_relevance.';
comment on function search_relevance is 'How well a text matches a query, both results of search_text(): from 0 to 4.';

-- Names of these functions lead to the schema of their creation, never to that of a caller or to temporary objects.
do $$
declare
  pinned regprocedure;
begin
  foreach pinned in array array['search_letters'::regproc::regprocedure, 'search_words'::regproc::regprocedure, 'search_digits'::regproc::regprocedure, 'search_text'::regproc::regprocedure, 'search_relevance'::regproc::regprocedure] loop
    execute pg_catalog.format('alter function %s set search_path = %I, pg_temp', pinned, current_schema());
  end loop;
end
$$;

-- schema/02_duplicates.sql

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

-- schema/03_places.sql

-- Countries and time zones. The catalog pg_timezone_names is no part of a CHECK: it depends on the files of the server, so that a
-- backup might not be restored on another one. test/repositories/customers/places.test.ts compares the list with those of the server and of the runtime.
-- Both are in plpgsql, where the lists stay in the plan: as a part of a CHECK they would be read again by each statement.
-- cspell:disable

-- ISO 3166-1 alpha-2, officially assigned codes.
create function is_country(code text) returns boolean
  language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return code = any (string_to_array(
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH ' ||
    'CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN ' ||
    'GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI ' ||
    'LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM ' ||
    'PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD ' ||
    'TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW', ' '));
end
$$;

-- By the first part of a name: a session makes a table of those names alone. The IANA time zone database, with the former names that are still in use.
create function is_time_zone(name text) returns boolean
  language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return case case when strpos(name, '/') > 0 then split_part(name, '/', 1) else '' end
    when '' then name = any (string_to_array(
      'CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong Iceland Iran Israel ' ||
      'Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal ROC ROK Singapore Turkey ' ||
      'UCT UTC Universal W-SU WET Zulu', ' '))
    when 'Africa' then name = any (string_to_array(
      'Africa/Abidjan Africa/Accra Africa/Addis_Ababa Africa/Algiers Africa/Asmara Africa/Asmera Africa/Bamako Africa/Bangui ' ||
      'Africa/Banjul Africa/Bissau Africa/Blantyre Africa/Brazzaville Africa/Bujumbura Africa/Cairo Africa/Casablanca ' ||
      'Africa/Ceuta Africa/Conakry Africa/Dakar Africa/Dar_es_Salaam Africa/Djibouti Africa/Douala Africa/El_Aaiun ' ||
      'Africa/Freetown Africa/Gaborone Africa/Harare Africa/Johannesburg Africa/Juba Africa/Kampala Africa/Khartoum ' ||
      'Africa/Kigali Africa/Kinshasa Africa/Lagos Africa/Libreville Africa/Lome Africa/Luanda Africa/Lubumbashi Africa/Lusaka ' ||
      'Africa/Malabo Africa/Maputo Africa/Maseru Africa/Mbabane Africa/Mogadishu Africa/Monrovia Africa/Nairobi ' ||
      'Africa/Ndjamena Africa/Niamey Africa/Nouakchott Africa/Ouagadougou Africa/Porto-Novo Africa/Sao_Tome Africa/Timbuktu ' ||
      'Africa/Tripoli Africa/Tunis Africa/Windhoek', ' '))
    when 'America' then name = any (string_to_array(
      'America/Adak America/Anchorage America/Anguilla America/Antigua America/Araguaina America/Argentina/Buenos_Aires ' ||
      'America/Argentina/Catamarca America/Argentina/ComodRivadavia America/Argentina/Cordoba America/Argentina/Jujuy ' ||
      'America/Argentina/La_Rioja America/Argentina/Mendoza America/Argentina/Rio_Gallegos America/Argentina/Salta ' ||
      'America/Argentina/San_Juan America/Argentina/San_Luis America/Argentina/Tucuman America/Argentina/Ushuaia ' ||
      'America/Aruba America/Asuncion America/Atikokan America/Atka America/Bahia America/Bahia_Banderas America/Barbados ' ||
      'America/Belem America/Belize America/Blanc-Sablon America/Boa_Vista America/Bogota America/Boise America/Buenos_Aires ' ||
      'America/Cambridge_Bay America/Campo_Grande America/Cancun America/Caracas America/Catamarca America/Cayenne ' ||
      'America/Cayman America/Chicago America/Chihuahua America/Ciudad_Juarez America/Coral_Harbour America/Cordoba ' ||
      'America/Costa_Rica America/Coyhaique America/Creston America/Cuiaba America/Curacao America/Danmarkshavn ' ||
      'America/Dawson America/Dawson_Creek America/Denver America/Detroit America/Dominica America/Edmonton America/Eirunepe ' ||
      'America/El_Salvador America/Ensenada America/Fort_Nelson America/Fort_Wayne America/Fortaleza America/Glace_Bay ' ||
      'America/Godthab America/Goose_Bay America/Grand_Turk America/Grenada America/Guadeloupe America/Guatemala ' ||
      'America/Guayaquil America/Guyana America/Halifax America/Havana America/Hermosillo America/Indiana/Indianapolis ' ||
      'America/Indiana/Knox America/Indiana/Marengo America/Indiana/Petersburg America/Indiana/Tell_City ' ||
      'America/Indiana/Vevay America/Indiana/Vincennes America/Indiana/Winamac America/Indianapolis America/Inuvik ' ||
      'America/Iqaluit America/Jamaica America/Jujuy America/Juneau America/Kentucky/Louisville America/Kentucky/Monticello ' ||
      'America/Knox_IN America/Kralendijk America/La_Paz America/Lima America/Los_Angeles America/Louisville ' ||
      'America/Lower_Princes America/Maceio America/Managua America/Manaus America/Marigot America/Martinique ' ||
      'America/Matamoros America/Mazatlan America/Mendoza America/Menominee America/Merida America/Metlakatla ' ||
      'America/Mexico_City America/Miquelon America/Moncton America/Monterrey America/Montevideo America/Montreal ' ||
      'America/Montserrat America/Nassau America/New_York America/Nipigon America/Nome America/Noronha ' ||
      'America/North_Dakota/Beulah America/North_Dakota/Center America/North_Dakota/New_Salem America/Nuuk America/Ojinaga ' ||
      'America/Panama America/Pangnirtung America/Paramaribo America/Phoenix America/Port-au-Prince America/Port_of_Spain ' ||
      'America/Porto_Acre America/Porto_Velho America/Puerto_Rico America/Punta_Arenas America/Rainy_River ' ||
      'America/Rankin_Inlet America/Recife America/Regina America/Resolute America/Rio_Branco America/Rosario ' ||
      'America/Santa_Isabel America/Santarem America/Santiago America/Santo_Domingo America/Sao_Paulo America/Scoresbysund ' ||
      'America/Shiprock America/Sitka America/St_Barthelemy America/St_Johns America/St_Kitts America/St_Lucia ' ||
      'America/St_Thomas America/St_Vincent America/Swift_Current America/Tegucigalpa America/Thule America/Thunder_Bay ' ||
      'America/Tijuana America/Toronto America/Tortola America/Vancouver America/Virgin America/Whitehorse America/Winnipeg ' ||
      'America/Yakutat America/Yellowknife', ' '))
    when 'Antarctica' then name = any (string_to_array(
      'Antarctica/Casey Antarctica/Davis Antarctica/DumontDUrville Antarctica/Macquarie Antarctica/Mawson Antarctica/McMurdo ' ||
      'Antarctica/Palmer Antarctica/Rothera Antarctica/South_Pole Antarctica/Syowa Antarctica/Troll Antarctica/Vostok', ' '))
    when 'Arctic' then name = any (string_to_array(
      'Arctic/Longyearbyen', ' '))
    when 'Asia' then name = any (string_to_array(
      'Asia/Aden Asia/Almaty Asia/Amman Asia/Anadyr Asia/Aqtau Asia/Aqtobe Asia/Ashgabat Asia/Ashkhabad Asia/Atyrau ' ||
      'Asia/Baghdad Asia/Bahrain Asia/Baku Asia/Bangkok Asia/Barnaul Asia/Beirut Asia/Bishkek Asia/Brunei Asia/Calcutta ' ||
      'Asia/Chita Asia/Choibalsan Asia/Chongqing Asia/Chungking Asia/Colombo Asia/Dacca Asia/Damascus Asia/Dhaka Asia/Dili ' ||
      'Asia/Dubai Asia/Dushanbe Asia/Famagusta Asia/Gaza Asia/Harbin Asia/Hebron Asia/Ho_Chi_Minh Asia/Hong_Kong Asia/Hovd ' ||
      'Asia/Irkutsk Asia/Istanbul Asia/Jakarta Asia/Jayapura Asia/Jerusalem Asia/Kabul Asia/Kamchatka Asia/Karachi ' ||
      'Asia/Kashgar Asia/Kathmandu Asia/Katmandu Asia/Khandyga Asia/Kolkata Asia/Krasnoyarsk Asia/Kuala_Lumpur Asia/Kuching ' ||
      'Asia/Kuwait Asia/Macao Asia/Macau Asia/Magadan Asia/Makassar Asia/Manila Asia/Muscat Asia/Nicosia Asia/Novokuznetsk ' ||
      'Asia/Novosibirsk Asia/Omsk Asia/Oral Asia/Phnom_Penh Asia/Pontianak Asia/Pyongyang Asia/Qatar Asia/Qostanay ' ||
      'Asia/Qyzylorda Asia/Rangoon Asia/Riyadh Asia/Saigon Asia/Sakhalin Asia/Samarkand Asia/Seoul Asia/Shanghai ' ||
      'Asia/Singapore Asia/Srednekolymsk Asia/Taipei Asia/Tashkent Asia/Tbilisi Asia/Tehran Asia/Tel_Aviv Asia/Thimbu ' ||
      'Asia/Thimphu Asia/Tokyo Asia/Tomsk Asia/Ujung_Pandang Asia/Ulaanbaatar Asia/Ulan_Bator Asia/Urumqi Asia/Ust-Nera ' ||
      'Asia/Vientiane Asia/Vladivostok Asia/Yakutsk Asia/Yangon Asia/Yekaterinburg Asia/Yerevan', ' '))
    when 'Atlantic' then name = any (string_to_array(
      'Atlantic/Azores Atlantic/Bermuda Atlantic/Canary Atlantic/Cape_Verde Atlantic/Faeroe Atlantic/Faroe Atlantic/Jan_Mayen ' ||
      'Atlantic/Madeira Atlantic/Reykjavik Atlantic/South_Georgia Atlantic/St_Helena Atlantic/Stanley', ' '))
    when 'Australia' then name = any (string_to_array(
      'Australia/ACT Australia/Adelaide Australia/Brisbane Australia/Broken_Hill Australia/Canberra Australia/Currie ' ||
      'Australia/Darwin Australia/Eucla Australia/Hobart Australia/LHI Australia/Lindeman Australia/Lord_Howe ' ||
      'Australia/Melbourne Australia/NSW Australia/North Australia/Perth Australia/Queensland Australia/South ' ||
      'Australia/Sydney Australia/Tasmania Australia/Victoria Australia/West Australia/Yancowinna', ' '))
    when 'Brazil' then name = any (string_to_array(
      'Brazil/Acre Brazil/DeNoronha Brazil/East Brazil/West', ' '))
    when 'Canada' then name = any (string_to_array(
      'Canada/Atlantic Canada/Central Canada/Eastern Canada/Mountain Canada/Newfoundland Canada/Pacific Canada/Saskatchewan ' ||
      'Canada/Yukon', ' '))
    when 'Chile' then name = any (string_to_array(
      'Chile/Continental Chile/EasterIsland', ' '))
    when 'Etc' then name = any (string_to_array(
      'Etc/GMT Etc/GMT+0 Etc/GMT+1 Etc/GMT+10 Etc/GMT+11 Etc/GMT+12 Etc/GMT+2 Etc/GMT+3 Etc/GMT+4 Etc/GMT+5 Etc/GMT+6 ' ||
      'Etc/GMT+7 Etc/GMT+8 Etc/GMT+9 Etc/GMT-0 Etc/GMT-1 Etc/GMT-10 Etc/GMT-11 Etc/GMT-12 Etc/GMT-13 Etc/GMT-14 Etc/GMT-2 ' ||
      'Etc/GMT-3 Etc/GMT-4 Etc/GMT-5 Etc/GMT-6 Etc/GMT-7 Etc/GMT-8 Etc/GMT-9 Etc/GMT0 Etc/Greenwich Etc/UCT Etc/UTC ' ||
      'Etc/Universal Etc/Zulu', ' '))
    when 'Europe' then name = any (string_to_array(
      'Europe/Amsterdam Europe/Andorra Europe/Astrakhan Europe/Athens Europe/Belfast Europe/Belgrade Europe/Berlin ' ||
      'Europe/Bratislava Europe/Brussels Europe/Bucharest Europe/Budapest Europe/Busingen Europe/Chisinau Europe/Copenhagen ' ||
      'Europe/Dublin Europe/Gibraltar Europe/Guernsey Europe/Helsinki Europe/Isle_of_Man Europe/Istanbul Europe/Jersey ' ||
      'Europe/Kaliningrad Europe/Kiev Europe/Kirov Europe/Kyiv Europe/Lisbon Europe/Ljubljana Europe/London Europe/Luxembourg ' ||
      'Europe/Madrid Europe/Malta Europe/Mariehamn Europe/Minsk Europe/Monaco Europe/Moscow Europe/Nicosia Europe/Oslo ' ||
      'Europe/Paris Europe/Podgorica Europe/Prague Europe/Riga Europe/Rome Europe/Samara Europe/San_Marino Europe/Sarajevo ' ||
      'Europe/Saratov Europe/Simferopol Europe/Skopje Europe/Sofia Europe/Stockholm Europe/Tallinn Europe/Tirane ' ||
      'Europe/Tiraspol Europe/Ulyanovsk Europe/Uzhgorod Europe/Vaduz Europe/Vatican Europe/Vienna Europe/Vilnius ' ||
      'Europe/Volgograd Europe/Warsaw Europe/Zagreb Europe/Zaporozhye Europe/Zurich', ' '))
    when 'Indian' then name = any (string_to_array(
      'Indian/Antananarivo Indian/Chagos Indian/Christmas Indian/Cocos Indian/Comoro Indian/Kerguelen Indian/Mahe ' ||
      'Indian/Maldives Indian/Mauritius Indian/Mayotte Indian/Reunion', ' '))
    when 'Mexico' then name = any (string_to_array(
      'Mexico/BajaNorte Mexico/BajaSur Mexico/General', ' '))
    when 'Pacific' then name = any (string_to_array(
      'Pacific/Apia Pacific/Auckland Pacific/Bougainville Pacific/Chatham Pacific/Chuuk Pacific/Easter Pacific/Efate ' ||
      'Pacific/Enderbury Pacific/Fakaofo Pacific/Fiji Pacific/Funafuti Pacific/Galapagos Pacific/Gambier Pacific/Guadalcanal ' ||
      'Pacific/Guam Pacific/Honolulu Pacific/Johnston Pacific/Kanton Pacific/Kiritimati Pacific/Kosrae Pacific/Kwajalein ' ||
      'Pacific/Majuro Pacific/Marquesas Pacific/Midway Pacific/Nauru Pacific/Niue Pacific/Norfolk Pacific/Noumea ' ||
      'Pacific/Pago_Pago Pacific/Palau Pacific/Pitcairn Pacific/Pohnpei Pacific/Ponape Pacific/Port_Moresby Pacific/Rarotonga ' ||
      'Pacific/Saipan Pacific/Samoa Pacific/Tahiti Pacific/Tarawa Pacific/Tongatapu Pacific/Truk Pacific/Wake Pacific/Wallis ' ||
      'Pacific/Yap', ' '))
    when 'US' then name = any (string_to_array(
      'US/Alaska US/Aleutian US/Arizona US/Central US/East-Indiana US/Eastern US/Hawaii US/Indiana-Starke US/Michigan ' ||
      'US/Mountain US/Pacific US/Samoa', ' '))
    else false
  end;
end
$$;

-- cspell:enable
comment on function is_country is 'Whether a code of ISO 3166-1 alpha-2 is assigned to a country.';
comment on function is_time_zone is 'Whether a name is one of the IANA time zone database.';

-- schema/05_actor.sql

-- The actor: db.as(actor) makes these settings in the transaction of each call. A setting is empty once the transaction
-- that made it is over. The functions are bound at creation and do not depend on the caller's search_path.

create function current_user_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('norberts_spark.user_id', true), '')::uuid;

create function current_actor() returns jsonb
  language sql stable parallel safe
  return nullif(current_setting('norberts_spark.actor', true), '')::jsonb;

comment on function current_user_id is 'The user who acts; null for the service itself and its jobs. Policies compare it: (select current_user_id()).';
comment on function current_actor is 'The actor: userId, role, requestId, ipAddress and userAgent of a user, or system, the name of a job; null without an actor.';

-- The trigger of tables whose rows have a version: it counts changes and records who made the last one. As in
-- touch_updated_at(), an update that changes no value counts for nothing, and a null is kept, so that NOT NULL refuses it.
-- A version that the update sets is kept, too, but not if a user acts: then these columns are the trigger's alone. The setting
-- is read directly: the function must not depend on the caller's search_path, and on a worker of Citus current_user_id()
-- does not exist.
create function touch_row() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  ignored text[];
begin
  if nullif(current_setting('norberts_spark.user_id', true), '') is not null then
    -- A statement may count a change that the values do not show.
    if new.version is distinct from old.version + 1 then
      new.version := old.version;
    end if;
    new.created_at := old.created_at;
    new.created_by := old.created_by;
    new.updated_at := old.updated_at;
    new.updated_by := old.updated_by;
  end if;
  -- Columns that the trigger names do not count alone; generated ones have no value yet.
  if tg_nargs > 0 then
    ignored := tg_argv || array(select attname::text from pg_attribute where attrelid = tg_relid and attgenerated <> '');
    if to_jsonb(new) - ignored = to_jsonb(old) - ignored then
      return new;
    end if;
  end if;
  if new *<> old and new.updated_at is not null and new.version is not null then
    if new.version = old.version then
      new.version := old.version + 1;
    end if;
    new.updated_at := now();
    new.updated_by := nullif(current_setting('norberts_spark.user_id', true), '')::uuid;
  end if;
  return new;
end
$$;

-- The trigger of new rows that a user creates: their version, times and creator are not the user's to choose. Jobs and the owner
-- may set them, for example to import rows with their times.
create function stamp_row() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.version := 0;
  new.created_at := now();
  new.updated_at := new.created_at;
  new.created_by := current_setting('norberts_spark.user_id', true)::uuid;
  new.updated_by := new.created_by;
  return new;
end
$$;

comment on function touch_row is 'Counts the changes of a row and records who made the last one.';
comment on function stamp_row is 'Records who created a row, when a user acts.';

-- schema/06_details.sql

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

-- schema/10_users.sql

create table users (
  user_id     uuid           not null default uuidv7(),
  name        text           not null,
  email       citext         not null,
  password    text,
  role        text           not null default 'user',
  provider    text,
  provider_id text,
  last_sign_in_at timestamptz(3),
  deactivated_at  timestamptz(3),
  version     integer        not null default 0,
  created_at  timestamptz(3) not null default now(),
  updated_at  timestamptz(3) not null default now(),
  created_by  uuid           default current_user_id(),
  updated_by  uuid           default current_user_id(),

  constraint users_pkey primary key (user_id),
  constraint users_version_check check (version >= 0),
  constraint users_email_key unique (email),
  constraint users_provider_provider_id_key unique (provider, provider_id),
  constraint users_name_check check (char_length(name) between 2 and 100),
  constraint users_email_check check (char_length(email) <= 254 and email ~ '^[^@ \t\n\v\f\r]+@[^@ \t\n\v\f\r]+$'),
  constraint users_password_check check (char_length(password) <= 300 and password ~ '^(\$2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{53}|\$argon2id\$v=[0-9]+\$m=[0-9]+,t=[0-9]+,p=[0-9]+\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{22,}|\$scrypt\$ln=[0-9]+,r=[0-9]+,p=[0-9]+\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{22,})$'),
  constraint users_role_check check (role in ('user', 'admin', 'moderator')),
  constraint users_provider_check check (provider in ('google')),
  constraint users_provider_id_check check (char_length(provider_id) between 1 and 255),
  constraint users_provider_provider_id_check check ((provider is null) = (provider_id is null)),
  constraint users_password_provider_check check (password is not null or provider is not null)
);

create index users_created_at_user_id_idx on users (created_at, user_id);
-- The times are compared in the index: a range of them in the order of names reads no rows outside it.
create index users_name_user_id_created_at_idx on users (name, user_id, created_at);
create index users_role_created_at_user_id_idx on users (role, created_at, user_id);
create index users_search_idx on users using gin (search_words(name || ' ' || email::text));

create trigger users_touch_row before update on users
  for each row when (new.last_sign_in_at is not distinct from old.last_sign_in_at) execute function touch_row();
-- A sign-in alone is no change of the user.
create trigger users_touch_row_signed_in before update on users
  for each row when (new.last_sign_in_at is distinct from old.last_sign_in_at) execute function touch_row('last_sign_in_at');

comment on table users is 'People who sign in to the service, with a password or through an identity provider.';
comment on column users.user_id is 'UUID version 7; ascending in the order of creation.';
comment on column users.name is 'Full name; 2 to 100 characters.';
comment on column users.email is 'Unique; letter case is ignored.';
comment on column users.password is 'Hash by bcrypt, argon2id or scrypt, with its parameters and salt; at most 300 characters. Null for users who sign in through a provider only. Only findCredentialsByEmail selects it. @secret';
comment on column users.role is 'Permissions in the service.';
comment on column users.provider is 'Identity provider; set together with provider_id.';
comment on column users.provider_id is 'The user''s id at the provider (the `sub` claim of OpenID Connect).';
comment on column users.last_sign_in_at is 'Time of the last sign-in that the service has recorded; null for none.';
comment on column users.deactivated_at is 'Time at which the user was deactivated and may no longer sign in; null for an active user.';
comment on column users.version is 'Increases with every change to the row; for optimistic locking.';
comment on column users.created_at is 'Time of creation.';
comment on column users.updated_at is 'Time of the last change, set by a trigger.';
comment on column users.created_by is 'User who created the row; null for the service itself. The user may have been deleted since.';
comment on column users.updated_by is 'User who made the last change; null for the service itself. The user may have been deleted since.';

comment on constraint users_pkey on users is 'A user with this id already exists.';
comment on constraint users_version_check on users is 'A version is not negative.';
comment on constraint users_email_key on users is 'This email address is already taken.';
comment on constraint users_provider_provider_id_key on users is 'This provider account already belongs to a user.';
comment on constraint users_name_check on users is 'A name has 2 to 100 characters.';
comment on constraint users_email_check on users is 'An email address has exactly one @ with text on both sides, no spaces, and at most 254 characters.';
comment on constraint users_password_check on users is 'A password must be stored as a hash by bcrypt, argon2id or scrypt, as these functions write it: $2b$…, $argon2id$… or $scrypt$….';
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

-- schema/21_people.sql

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

-- schema/22_customer_people.sql

create type contact_role as enum
  ('primary_contact', 'decision_maker', 'billing_contact', 'technical_contact', 'stakeholder');

create table customer_people (
  customer_person_id uuid           not null default uuidv7(),
  customer_id        uuid           not null,
  person_id          uuid           not null,
  role               contact_role,
  is_primary         boolean        not null default false,
  start_date         date           not null default current_date,
  end_date           date,
  version            integer        not null default 0,
  created_at         timestamptz(3) not null default now(),
  updated_at         timestamptz(3) not null default now(),
  created_by         uuid           default current_user_id(),
  updated_by         uuid           default current_user_id(),
  import_id          uuid           default current_import_id(),

  constraint customer_people_pkey primary key (customer_person_id),
  constraint customer_people_version_check check (version >= 0),
  constraint customer_people_customer_id_fkey foreign key (customer_id) references customers on delete cascade,
  constraint customer_people_person_id_fkey foreign key (person_id) references people on delete cascade,
  constraint customer_people_end_date_check check (end_date >= start_date)
);

-- A person who left may come back in the same role: a contact that has an end does not count.
create unique index customer_people_customer_id_person_id_role_key on customer_people (customer_id, person_id, role)
  nulls not distinct where end_date is null;
create unique index customer_people_customer_id_is_primary_key on customer_people (customer_id) where is_primary;
create index customer_people_customer_id_start_date_idx on customer_people (customer_id, start_date, customer_person_id);
create index customer_people_import_id_idx on customer_people (import_id) where import_id is not null;
create index customer_people_person_id_start_date_idx on customer_people (person_id, start_date, customer_person_id);

create trigger customer_people_touch_row before update on customer_people
  for each row execute function touch_row();

-- A function, because each of its statements sees what other sessions committed in the meantime; a single statement
-- would use the snapshot from before it waited for the lock.
create function set_primary_contact(of_customer uuid, to_person uuid) returns setof customer_people
  language plpgsql rows 1 as $$
declare
  chosen uuid;
begin
  -- A session that adds a contact holds a key share lock on the customer, so the two do not overlap.
  loop
    perform from customers where customer_id = of_customer and merged_into is null for update;
    exit when found;
    -- The id leads to the winner of a merge, which may be merged itself while this waits for it.
    select merged_into into of_customer from customers where customer_id = of_customer;
    exit when of_customer is null;
  end loop;
  select coalesce(merged_into, person_id) into to_person from people where person_id = to_person;
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
comment on column customer_people.version is 'Increases with every change to the row; for optimistic locking.';
comment on column customer_people.created_at is 'Time of creation.';
comment on column customer_people.updated_at is 'Time of the last change, set by a trigger.';
comment on column customer_people.created_by is 'User who created the row; null for the service itself. The user may have been deleted since.';
comment on column customer_people.updated_by is 'User who made the last change; null for the service itself. The user may have been deleted since.';
comment on column customer_people.import_id is 'Import that created the row; null for any other origin.';

comment on constraint customer_people_pkey on customer_people is 'A contact with this id already exists.';
comment on constraint customer_people_version_check on customer_people is 'A version is not negative.';
comment on constraint customer_people_customer_id_fkey on customer_people is 'This customer does not exist.';
comment on constraint customer_people_person_id_fkey on customer_people is 'This person does not exist.';
comment on constraint customer_people_end_date_check on customer_people is 'A contact cannot end before it starts.';
comment on index customer_people_customer_id_is_primary_key is 'The customer already has a primary contact.';
comment on index customer_people_customer_id_person_id_role_key is 'This person already has this role at the customer.';

-- Names of these functions lead to the schema of their creation, never to that of a caller or to temporary objects.
do $$
declare
  pinned regprocedure;
begin
  foreach pinned in array array['set_primary_contact'::regproc::regprocedure] loop
    execute pg_catalog.format('alter function %s set search_path = %I, pg_temp', pinned, current_schema());
  end loop;
end
$$;

-- schema/30_chats.sql

create table chats (
  user_id          uuid           not null,
  id               uuid           not null default uuidv7(),
  title            text,
  next_position    integer        not null default 0,
  version          integer        not null default 0,
  active_stream_id text,
  created_at       timestamptz(3) not null default now(),
  updated_at       timestamptz(3) not null default now(),

  constraint chats_pkey primary key (user_id, id),
  constraint chats_user_id_fkey foreign key (user_id) references users on delete cascade,
  constraint chats_title_check check (char_length(title) <= 255),
  constraint chats_next_position_check check (next_position >= 0),
  constraint chats_version_check check (version >= 0),
  constraint chats_active_stream_id_check check (char_length(active_stream_id) between 1 and 255)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

create index chats_user_id_updated_at_id_idx on chats (user_id, updated_at, id);
create index chats_search_idx on chats using gin (user_id, search_words(title));

create trigger chats_touch_updated_at before update on chats
  for each row execute function touch_updated_at();

comment on table chats is 'Conversations between a user and an assistant.';
comment on column chats.user_id is 'Owner of the chat.';
comment on column chats.id is 'UUID, unique among the chats of its user; the client may choose it.';
comment on column chats.title is 'At most 255 characters; null until the chat is named.';
comment on column chats.next_position is 'Position of the next new message; assigned under the lock of this row.';
comment on column chats.version is 'Increases with every change to the messages; for optimistic locking.';
comment on column chats.active_stream_id is 'Id of the stream that is being written, used to resume it; null if there is none.';
comment on column chats.created_at is 'Time of creation.';
comment on column chats.updated_at is 'Time of the last change, set by a trigger.';

comment on constraint chats_pkey on chats is 'The user already has a chat with this id.';
comment on constraint chats_user_id_fkey on chats is 'This user does not exist.';
comment on constraint chats_title_check on chats is 'A title has at most 255 characters.';
comment on constraint chats_next_position_check on chats is 'A position cannot be negative.';
comment on constraint chats_version_check on chats is 'A version cannot be negative.';
comment on constraint chats_active_stream_id_check on chats is 'A stream id has 1 to 255 characters.';

-- schema/31_messages.sql

create table messages (
  user_id       uuid           not null,
  chat_id       uuid           not null,
  id            text           not null,
  position      integer        not null,
  role          text           not null,
  part_count    integer        not null,
  envelope      json           not null,
  input_tokens  integer,
  output_tokens integer,
  created_at    timestamptz(3) not null default now(),

  constraint messages_pkey primary key (user_id, chat_id, id),
  constraint messages_user_id_chat_id_position_key unique (user_id, chat_id, position),
  constraint messages_user_id_chat_id_fkey foreign key (user_id, chat_id) references chats on delete cascade,
  constraint messages_id_check check (char_length(id) between 1 and 255),
  constraint messages_position_check check (position >= 0),
  constraint messages_role_check check (role in ('system', 'user', 'assistant')),
  constraint messages_part_count_check check (part_count >= 0),
  constraint messages_input_tokens_check check (input_tokens >= 0),
  constraint messages_output_tokens_check check (output_tokens >= 0)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- A chat belongs to one user. Without this the planner multiplies the two conditions, expects one message in a chat, and
-- looks a message up by reading the whole chat in messages_user_id_chat_id_position_key.
create statistics messages_user_id_chat_id_stat (dependencies) on user_id, chat_id from messages;

comment on table messages is 'Messages of a chat, ordered by position.';
comment on column messages.user_id is 'Owner of the chat.';
comment on column messages.id is 'Any string of 1 to 255 characters, chosen by the client or the server; unique within its chat.';
comment on column messages.position is 'Assigned once, from chats.next_position; gaps are normal.';
comment on column messages.role is 'Author of the message.';
comment on column messages.part_count is 'Number of parts. Parts at this position and beyond are being deleted by a concurrent save and must be ignored.';
comment on column messages.envelope is 'The message byte for byte, with 0 in place of id, role and parts. The type is json because jsonb would reorder the keys.';
comment on column messages.input_tokens is 'Input tokens, from the metadata of the message; null if it has none.';
comment on column messages.output_tokens is 'Output tokens, from the metadata of the message; null if it has none.';
comment on column messages.created_at is 'Time of creation.';

comment on constraint messages_pkey on messages is 'A message with this id already exists in the chat.';
comment on constraint messages_user_id_chat_id_position_key on messages is 'Two messages of a chat cannot have the same position.';
comment on constraint messages_user_id_chat_id_fkey on messages is 'The user has no such chat.';
comment on constraint messages_id_check on messages is 'A message id has 1 to 255 characters. Pass an id generator to the AI SDK.';
comment on constraint messages_position_check on messages is 'A position cannot be negative.';
comment on constraint messages_role_check on messages is 'A role is system, user or assistant.';
comment on constraint messages_input_tokens_check on messages is 'A number of input tokens cannot be negative.';
comment on constraint messages_output_tokens_check on messages is 'A number of output tokens cannot be negative.';
comment on constraint messages_part_count_check on messages is 'A part count cannot be negative.';

-- schema/32_parts.sql

create table parts (
  user_id      uuid    not null,
  chat_id      uuid    not null,
  message_id   text    not null,
  position     integer not null,
  type         text    not null,
  tool_call_id text,
  tool_name    text,
  tool_state   text,
  search_text  text,
  words        tsvector,
  payload      json    not null,
  file         text,

  constraint parts_pkey primary key (user_id, chat_id, message_id, position),
  constraint parts_user_id_chat_id_message_id_fkey foreign key (user_id, chat_id, message_id) references messages on delete cascade,
  constraint parts_position_check check (position >= 0),
  constraint parts_type_check check (type <> ''),
  constraint parts_file_check check (file ~ '^[0-9a-f]{64}-[0-9a-f]{16}$'),
  constraint parts_tool_check check
    (type not like 'tool-%' and type <> 'dynamic-tool' or tool_call_id is not null and tool_state is not null)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

create index parts_search_idx on parts using gin (user_id, words);
create index parts_pending_approvals_idx on parts (user_id, chat_id, message_id) where tool_state = 'approval-requested';
create index parts_files_idx on parts (user_id, chat_id, file) where file is not null;

create statistics parts_user_id_chat_id_message_id_stat (dependencies) on user_id, chat_id, message_id from parts;

comment on table parts is 'Parts of a message: text, reasoning, files, tool calls and all other types that the AI SDK has or will have.';
comment on column parts.user_id is 'Owner of the chat.';
comment on column parts.position is 'Position within the message; from 0, without gaps.';
comment on column parts.type is 'Type, as the AI SDK names it; new types need no change of the schema.';
comment on column parts.tool_call_id is 'Id of a tool call; not unique, because the AI SDK may repeat it. Null for other parts.';
comment on column parts.tool_name is 'Name of the called tool; null for other parts.';
comment on column parts.tool_state is 'State of a tool call, as the AI SDK names it; null for other parts.';
comment on column parts.search_text is 'Text that a search shows: that of the part, the texts of a tool''s input and output, or the name of a file; at most 100,000 characters.';
comment on column parts.words is 'The words of search_text, as searches look them up; written by the process that saves the message.';
comment on column parts.payload is 'The part byte for byte. The type is json because jsonb would reorder the keys; SQL does not read it.';
comment on column parts.file is 'Name of the part''s file in the file store: its hash, and random digits. Null if the part has no file there. The key in the store is user_id/file.';

comment on constraint parts_pkey on parts is 'The message already has a part at this position.';
comment on constraint parts_user_id_chat_id_message_id_fkey on parts is 'The chat has no such message.';
comment on constraint parts_position_check on parts is 'A position cannot be negative.';
comment on constraint parts_type_check on parts is 'The type of a part cannot be empty.';
comment on constraint parts_file_check on parts is 'The name of a file has a SHA-256 hash and 16 more digits, in hexadecimal.';
comment on constraint parts_tool_check on parts is 'A tool part must have a call id and a state.';

-- schema/33_ai_options.sql

create table ai_options (
  user_id           uuid           not null,
  chat_id           uuid           not null,
  message_id        text           not null,
  prompt            text,
  max_tokens        integer,
  temperature       double precision,
  top_p             double precision,
  frequency_penalty double precision,
  presence_penalty  double precision,
  created_at        timestamptz(3) not null default now(),

  constraint ai_options_pkey primary key (user_id, chat_id, message_id),
  constraint ai_options_user_id_chat_id_message_id_fkey foreign key (user_id, chat_id, message_id) references messages on delete cascade,
  constraint ai_options_max_tokens_check check (max_tokens > 0),
  constraint ai_options_temperature_check check (temperature between 0 and 2),
  constraint ai_options_top_p_check check (top_p between 0 and 1),
  constraint ai_options_frequency_penalty_check check (frequency_penalty between -2 and 2),
  constraint ai_options_presence_penalty_check check (presence_penalty between -2 and 2)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

comment on table ai_options is 'Options with which the model was called, per message; null where the provider''s default applied.';
comment on column ai_options.user_id is 'Owner of the chat.';
comment on column ai_options.prompt is 'System prompt.';
comment on column ai_options.max_tokens is 'Maximum length of the answer, in tokens; at least 1.';
comment on column ai_options.temperature is 'Sampling temperature, from 0 to 2.';
comment on column ai_options.top_p is 'Nucleus sampling, from 0 to 1.';
comment on column ai_options.frequency_penalty is 'From -2 to 2.';
comment on column ai_options.presence_penalty is 'From -2 to 2.';
comment on column ai_options.created_at is 'Time of creation.';

comment on constraint ai_options_pkey on ai_options is 'This message already has options.';
comment on constraint ai_options_user_id_chat_id_message_id_fkey on ai_options is 'The chat has no such message.';
comment on constraint ai_options_max_tokens_check on ai_options is 'A token limit must be at least 1.';
comment on constraint ai_options_temperature_check on ai_options is 'A temperature must be from 0 to 2.';
comment on constraint ai_options_top_p_check on ai_options is 'Top p must be from 0 to 1.';
comment on constraint ai_options_frequency_penalty_check on ai_options is 'A frequency penalty must be from -2 to 2.';
comment on constraint ai_options_presence_penalty_check on ai_options is 'A presence penalty must be from -2 to 2.';

-- schema/34_chat_functions.sql

-- Writes that depend on what a chat holds. In a function the first statement takes the lock of the chat, and each later one
-- sees what was committed before; a single statement would use the snapshot from before it waited. Each statement names
-- the user and the chat, so that a sharded PostgreSQL sends it to one node. Functions are qualified, because an overload for
-- exactly these types would be preferred; `unnest` of several arrays always means that of pg_catalog.

-- Names of files that a user's messages refer to no more. The lock is for two transactions that delete the last two references to
-- a file: each would see the other's.
create function unused_files(of_user uuid, candidates text[]) returns text[]
  language plpgsql as $$
begin
  if candidates is null or pg_catalog.cardinality(candidates) = 0 then
    return array[]::text[];
  end if;
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('norberts_spark.files ' || of_user::text, 0));
  return array(
    select candidate from pg_catalog.unnest(candidates) as candidate
    where not exists (select from parts where parts.user_id = of_user and parts.file = candidate));
end
$$;

comment on function unused_files is 'Those of the given names of files that no message of the user refers to.';

-- As unused_files(), of the names that a chat had before.
create function removed_files(of_user uuid, of_chat uuid, former text[]) returns text[]
  language plpgsql as $$
declare
  removed text[];
begin
  if former is null or pg_catalog.cardinality(former) = 0 then
    return former;
  end if;
  -- By itself: a sharded PostgreSQL would call the function within the query of a shard.
  removed := array(
    select name from pg_catalog.unnest(former) as name
    where not exists (select from parts where parts.user_id = of_user and parts.chat_id = of_chat and parts.file = name));
  return unused_files(of_user, removed);
end
$$;

comment on function removed_files is 'Those of the names of files that a chat had which no message of the user refers to any more.';

-- Deletes chats; with a time only those that have not changed since then, and that no other transaction is changing.
create function delete_chats(of_user uuid, ids uuid[], older_than timestamptz, out deleted integer, out files text[])
  language plpgsql as $$
#variable_conflict use_column
declare
  locked uuid[];
begin
  -- A save that waits for the lock finds no chat, so that it adds no file.
  if older_than is null then
    locked := array(select chats.id from chats
      where chats.user_id = of_user and chats.id = any(ids) order by chats.id for update);
  else
    locked := array(select chats.id from chats
      where chats.user_id = of_user and chats.id = any(ids) and chats.updated_at < older_than for update skip locked);
  end if;
  files := array(select distinct parts.file from parts
    where parts.user_id = of_user and parts.chat_id = any(locked) and parts.file is not null);
  delete from chats where chats.user_id = of_user and chats.id = any(locked);
  get diagnostics deleted = row_count;
  files := unused_files(of_user, files);
end
$$;

comment on function delete_chats is 'Deletes chats of a user; returns their number and the names of files that no message of the user refers to any more.';

create function save_messages(of_user uuid, of_chat uuid, if_version integer, truncate_from text, replaces boolean,
    ids text[], roles text[], part_counts integer[], envelopes json[], input_tokens integer[], output_tokens integer[],
    part_message_ids text[], part_positions integer[], part_types text[], tool_call_ids text[], tool_names text[],
    tool_states text[], search_texts text[], part_words tsvector[], payloads json[], part_files text[], kept_files text[],
    out version integer, out saved integer, out files text[])
  language plpgsql as $$
#variable_conflict use_column
declare
  given constant integer := pg_catalog.cardinality(ids);
  first_position integer;
  known integer;
  positions integer[];
  shortened text[];
  changed text[];
  changed_parts text[];
  former_files text[];
begin
  if kept_files is not null then
    perform from chats where chats.user_id = of_user and chats.id = of_chat for no key update;
    if found and exists (
      select from pg_catalog.unnest(kept_files) as kept where not exists (
        select from parts where parts.user_id = of_user and parts.chat_id = of_chat and parts.file = kept)) then
      version := (select chats.version from chats where chats.user_id = of_user and chats.id = of_chat);
      saved := -1;
      return;
    end if;
  end if;
  -- Positions for all given messages, in case all are new.
  update chats set version = chats.version + 1, next_position = chats.next_position + given
    where chats.user_id = of_user and chats.id = of_chat and (if_version is null or chats.version = if_version)
    returning chats.version, chats.next_position - given into version, first_position;
  if not found then
    version := (select chats.version from chats where chats.user_id = of_user and chats.id = of_chat);
    return;
  end if;

  -- Without a file store, none of its files is deleted.
  if part_files is not null then
    former_files := array(select distinct parts.file from parts
      where parts.user_id = of_user and parts.chat_id = of_chat and parts.file is not null);
  end if;

  if replaces then
    delete from messages
      where messages.user_id = of_user and messages.chat_id = of_chat and messages.id not in (select pg_catalog.unnest(ids));
  elsif truncate_from is not null then
    delete from messages
      where messages.user_id = of_user and messages.chat_id = of_chat and messages.id not in (select pg_catalog.unnest(ids))
        and messages.position >= (select target.position from messages as target
          where target.user_id = of_user and target.chat_id = of_chat and target.id = truncate_from);
  end if;

  -- Known messages keep their positions, new ones follow. Each message is looked up by its key (lateral, limit): a join
  -- that compares all given messages with all stored ones would be possible otherwise.
  select pg_catalog.count(looked.position), pg_catalog.array_agg(looked.new_position order by looked.place),
      pg_catalog.array_agg(looked.id) filter (where looked.is_shorter)
    into known, positions, shortened
    from (
      select message.id, message.place, stored.position, stored.part_count > message.part_count as is_shorter,
        coalesce(stored.position, first_position - 1
          + pg_catalog.count(*) filter (where stored.position is null) over (order by message.place)::integer) as new_position
      from unnest(ids, part_counts) with ordinality as message (id, part_count, place)
      left join lateral (
        select messages.position, messages.part_count from messages
        where messages.user_id = of_user and messages.chat_id = of_chat and messages.id = message.id
        limit 1
      ) as stored on true
    ) as looked;

  if known = 0 then
    insert into messages (user_id, chat_id, id, position, role, part_count, envelope, input_tokens, output_tokens)
      select chats.user_id, chats.id, message.*
      from chats, unnest(ids, positions, roles, part_counts, envelopes, input_tokens, output_tokens) as message
      where chats.user_id = of_user and chats.id = of_chat;
    insert into parts (user_id, chat_id, message_id, position, type, tool_call_id, tool_name, tool_state, search_text, words, payload, file)
      select chats.user_id, chats.id, part.*
      from chats, unnest(part_message_ids, part_positions, part_types, tool_call_ids, tool_names, tool_states,
        search_texts, part_words, payloads, part_files) as part
      where chats.user_id = of_user and chats.id = of_chat;
    saved := given;
    files := removed_files(of_user, of_chat, former_files);
    return;
  end if;

  if replaces and exists (
    select from (select place, position, pg_catalog.lag(position) over (order by place) as before
      from pg_catalog.unnest(positions) with ordinality as placed (position, place)) as placed
    where position < before) then
    -- Another order: all messages get new positions, above every old one.
    positions := array(select first_position + place from pg_catalog.generate_series(0, given - 1) as place);
  else
    update chats set next_position = chats.next_position - known where chats.user_id = of_user and chats.id = of_chat;
  end if;
  with written as (
    insert into messages (user_id, chat_id, id, position, role, part_count, envelope, input_tokens, output_tokens)
      select chats.user_id, chats.id, message.*
      from chats, unnest(ids, positions, roles, part_counts, envelopes, input_tokens, output_tokens) as message
      where chats.user_id = of_user and chats.id = of_chat
      on conflict (user_id, chat_id, id) do update
      set position = excluded.position, role = excluded.role, part_count = excluded.part_count, envelope = excluded.envelope,
        input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens
      where (messages.position, messages.role, messages.part_count, messages.envelope::text)
        is distinct from (excluded.position, excluded.role, excluded.part_count, excluded.envelope::text)
      returning messages.id
  ) select pg_catalog.array_agg(written.id) into changed from written;
  with written as (
    insert into parts (user_id, chat_id, message_id, position, type, tool_call_id, tool_name, tool_state, search_text, words, payload, file)
      select chats.user_id, chats.id, part.*
      from chats, unnest(part_message_ids, part_positions, part_types, tool_call_ids, tool_names, tool_states,
        search_texts, part_words, payloads, part_files) as part
      where chats.user_id = of_user and chats.id = of_chat
      on conflict (user_id, chat_id, message_id, position) do update
      set type = excluded.type, tool_call_id = excluded.tool_call_id, tool_name = excluded.tool_name,
        tool_state = excluded.tool_state, search_text = excluded.search_text, words = excluded.words, payload = excluded.payload,
        file = excluded.file
      where parts.payload::text <> excluded.payload::text
      returning parts.message_id
  ) select pg_catalog.array_agg(written.message_id) into changed_parts from written;
  if shortened is not null then
    delete from parts
      where parts.user_id = of_user and parts.chat_id = of_chat and parts.message_id = any(shortened)
        and parts.position >= (select messages.part_count from messages
          where messages.user_id = of_user and messages.chat_id = of_chat and messages.id = parts.message_id);
  end if;
  files := removed_files(of_user, of_chat, former_files);
  saved := (select pg_catalog.count(*) from (select pg_catalog.unnest(changed) union select pg_catalog.unnest(changed_parts)) as either);
end
$$;

comment on function save_messages is 'Saves messages to a chat of a user. No version: there is no such chat; a version without a count: the chat has this version, not the expected one; the count -1: a kept file is gone.';

create function truncate_messages(of_user uuid, of_chat uuid, from_message text, keeps_it boolean,
    out version integer, out deleted integer, out files text[])
  language plpgsql as $$
#variable_conflict use_column
declare
  from_position integer;
  former_files text[];
begin
  select chats.version into version from chats
    where chats.user_id = of_user and chats.id = of_chat for no key update;
  from_position := (select messages.position from messages
    where messages.user_id = of_user and messages.chat_id = of_chat and messages.id = from_message);
  if from_position is null then
    return;
  end if;
  former_files := array(select distinct parts.file from parts
    where parts.user_id = of_user and parts.chat_id = of_chat and parts.file is not null);
  delete from messages
    where messages.user_id = of_user and messages.chat_id = of_chat
      and messages.position >= from_position + keeps_it::integer;
  get diagnostics deleted = row_count;
  files := removed_files(of_user, of_chat, former_files);
  update chats set version = chats.version + 1 where chats.user_id = of_user and chats.id = of_chat
    returning chats.version into version;
end
$$;

comment on function truncate_messages is 'Deletes a message of a user''s chat and all later ones. No version: there is no such chat; no count: there is no such message.';

create function fork_chat(of_user uuid, of_chat uuid, up_to text, new_id uuid,
    out user_id uuid, out id uuid, out title text, out version integer, out active_stream_id text,
    out created_at timestamptz, out updated_at timestamptz)
  language plpgsql as $$
#variable_conflict use_column
declare
  last_position integer;
  next_of_fork integer;
begin
  -- Other forks may read the chat at the same time; writers wait, so that all statements see the same messages.
  select chats.title, chats.next_position, chats.next_position - 1 into title, next_of_fork, last_position from chats
    where chats.user_id = of_user and chats.id = of_chat for share;
  if up_to is not null then
    last_position := (select messages.position from messages
      where messages.user_id = of_user and messages.chat_id = of_chat and messages.id = up_to);
  end if;
  if last_position is null then
    return;
  end if;
  insert into chats (user_id, id, title, next_position)
    values (of_user, coalesce(new_id, uuidv7()), fork_chat.title, next_of_fork)
    returning chats.user_id, chats.id, chats.version, chats.active_stream_id, chats.created_at, chats.updated_at
    into user_id, id, version, active_stream_id, created_at, updated_at;
  insert into messages (user_id, chat_id, id, position, role, part_count, envelope, input_tokens, output_tokens, created_at)
    select messages.user_id, fork_chat.id, messages.id, messages.position, messages.role, messages.part_count, messages.envelope,
      messages.input_tokens, messages.output_tokens, messages.created_at
    from messages
    where messages.user_id = of_user and messages.chat_id = of_chat and messages.position <= last_position;
  -- The parts of each message are looked up by their key (lateral, offset): a join could compare all parts with all messages.
  insert into parts (user_id, chat_id, message_id, position, type, tool_call_id, tool_name, tool_state, search_text, words, payload, file)
    select messages.user_id, fork_chat.id, messages.id, part.*
    from messages cross join lateral (
      select parts.position, parts.type, parts.tool_call_id, parts.tool_name, parts.tool_state, parts.search_text, parts.words, parts.payload, parts.file
      from parts
      where parts.user_id = of_user and parts.chat_id = of_chat and parts.message_id = messages.id
        and parts.position < messages.part_count
      offset 0
    ) as part
    where messages.user_id = of_user and messages.chat_id = of_chat and messages.position <= last_position;
end
$$;

comment on function fork_chat is 'Creates a chat of the same user with a copy of the messages, up to one of them or all. No id: the user has no such chat, or the chat no such message.';

-- Their plans serve every call, and what they name is in the schema of their creation, never a temporary table.
do $$
declare
  pinned regprocedure;
begin
  foreach pinned in array array['unused_files'::regproc::regprocedure, 'removed_files'::regproc::regprocedure,
    'delete_chats'::regproc::regprocedure, 'save_messages'::regproc::regprocedure, 'truncate_messages'::regproc::regprocedure, 'fork_chat'::regproc::regprocedure] loop
    execute pg_catalog.format('alter function %s set search_path = %I, pg_temp', pinned, current_schema());
    execute pg_catalog.format('alter function %s set plan_cache_mode = force_generic_plan', pinned);
  end loop;
end
$$;

-- schema/35_chat_search.sql

-- Searches the chats of a user. The order is exact: by relevance, then by the time of the last change. A chat has the
-- relevance of its best match: 4 for the words in a run, 3 for its title, 2 for whole words, 0 for beginnings of words.
--
-- The index finds all matches of a user at once, in no order. For words that most messages have that is nearly all that the user
-- ever wrote, so the chats are walked instead, from the newest on, until the page is full. A walk gives up where it sees that
-- matches are too rare to fill the page soon; then the index is fast.
create function search_chats(of_user uuid, search tsquery, whole tsquery, run tsquery, types text[],
    behind_relevance integer, behind_at timestamptz, behind_id uuid, page_size integer,
    out chat_id uuid, out title text, out updated_at timestamptz, out has_title boolean,
    out message_id text, out role text, out text text, out relevance integer)
  returns setof record language plpgsql stable as $$
#variable_conflict use_column
declare
  -- A user with fewer chats and messages has all of them read.
  few_chats constant integer := 500;
  few_messages constant integer := 5000;
  -- Number of messages that a walk reads at most, and after which it estimates.
  longest_walk constant integer := 20000;
  first_stretch constant integer := 400;
  found uuid[] := '{}';
  ranks integer[] := '{}';
  known uuid[] := '{}';
  known_ranks integer[] := '{}';
  is_full boolean := false;
  is_small boolean;
  walked integer;
  is_match boolean;
  tier integer;
  words_of_tier tsquery;
  chat record;
begin
  select pg_catalog.count(*) < few_chats and coalesce(pg_catalog.sum(sized.next_position), 0) <= few_messages into is_small
    from (select chats.next_position from chats where chats.user_id = of_user limit few_chats) as sized;

  foreach tier in array array[4, 0] loop
    exit when is_full or is_small;
    continue when tier = 4 and behind_relevance < 4;
    words_of_tier := case tier when 4 then run else search end;
    if tier = 0 then
      -- All chats of a higher relevance. Of a match of whole words only the run is left to look for.
      with ranked as (
        select either.chat_id, pg_catalog.max(either.relevance) as relevance from (
          select parts.chat_id, case when parts.words @@ run then 4 else 2 end as relevance from parts
          where parts.user_id = of_user and parts.words @@ whole and parts.type like any (types)
          union all
          select chats.id, 3 from chats where chats.user_id = of_user and search_words(chats.title) @@ search
        ) as either
        group by either.chat_id
      )
      select coalesce(pg_catalog.array_agg(ranked.chat_id), '{}'), coalesce(pg_catalog.array_agg(ranked.relevance), '{}')
        into known, known_ranks from ranked;
      select coalesce(pg_catalog.array_agg(page.id), '{}'), coalesce(pg_catalog.array_agg(page.relevance), '{}') into found, ranks
        from (
          select chats.id, ranked.relevance
          from unnest(known, known_ranks) as ranked (chat_id, relevance)
          join chats on chats.user_id = of_user and chats.id = ranked.chat_id
          where (ranked.relevance, chats.updated_at, chats.id) < (behind_relevance, behind_at, behind_id)
          order by ranked.relevance desc, chats.updated_at desc, chats.id desc
          limit page_size
        ) as page;
      is_full := pg_catalog.cardinality(found) = page_size or search::text = whole::text;
      exit when is_full;
    end if;

    walked := 0;
    is_full := true;
    for chat in
      select chats.id, chats.next_position from chats
      where chats.user_id = of_user
        and (chats.updated_at, chats.id) < (
          case when behind_relevance = tier then behind_at else 'infinity' end,
          case when behind_relevance = tier then behind_id else 'ffffffff-ffff-ffff-ffff-ffffffffffff' end)
        and chats.id not in (select pg_catalog.unnest(known))
      order by chats.updated_at desc, chats.id desc
    loop
      -- Of a long chat only the first parts: most long chats have a common word in these.
      is_match := exists (
        select from (
          select parts.words, parts.type from parts
          where parts.user_id = of_user and parts.chat_id = chat.id
          offset 0 limit case when walked + chat.next_position > longest_walk then first_stretch end
        ) as part
        where part.words @@ words_of_tier and part.type like any (types));
      if is_match then
        found := pg_catalog.array_append(found, chat.id);
        ranks := pg_catalog.array_append(ranks, tier);
        exit when pg_catalog.cardinality(found) = page_size;
        walked := walked + least(chat.next_position, 10);
      else
        walked := walked + chat.next_position;
      end if;
      if walked > longest_walk
        or walked > first_stretch and pg_catalog.cardinality(found)::bigint * longest_walk < walked::bigint * page_size then
        is_full := false;
        exit;
      end if;
    end loop;
    if tier = 4 and pg_catalog.cardinality(found) < page_size then
      is_full := false;
    end if;
  end loop;

  if not is_full then
    with hit as (
      select parts.chat_id, case when parts.words @@ run then 4 when parts.words @@ whole then 2 else 0 end as relevance
      from parts
      where not is_small and parts.user_id = of_user and parts.words @@ search and parts.type like any (types)
      union all
      -- By the key: in the index, beginnings of words are those of all users.
      select part.chat_id, case when part.words @@ run then 4 when part.words @@ whole then 2 else 0 end
      from (
        select parts.chat_id, parts.words, parts.type from parts where parts.user_id = of_user offset 0
      ) as part
      where is_small and part.words @@ search and part.type like any (types)
      union all
      select chats.id, 3 from chats where chats.user_id = of_user and search_words(chats.title) @@ search
    ), ranked as (
      select hit.chat_id, pg_catalog.max(hit.relevance) as relevance from hit group by hit.chat_id
    )
    select coalesce(pg_catalog.array_agg(page.id), '{}'), coalesce(pg_catalog.array_agg(page.relevance), '{}') into found, ranks
      from (
        select chats.id, ranked.relevance
        from ranked join chats on chats.user_id = of_user and chats.id = ranked.chat_id
        where (ranked.relevance, chats.updated_at, chats.id) < (behind_relevance, behind_at, behind_id)
        order by ranked.relevance desc, chats.updated_at desc, chats.id desc
        limit page_size
      ) as page;
  end if;

  return query
    select chats.id, chats.title, chats.updated_at::timestamptz, coalesce(search_words(chats.title) @@ search, false),
      message.id, message.role, message.text, hit.relevance
    from unnest(found, ranks) as hit (chat_id, relevance)
    join chats on chats.user_id = of_user and chats.id = hit.chat_id
    left join lateral (
      -- From the newest message on, until four match. Where the last few hundred do not have four, the parts of the whole chat are
      -- read in the order of their key, which is faster than one by one. The offsets keep the planner to this.
      with newest as materialized (
        select each.id, each.role, each.position, part.search_text
        from (
          select messages.id, messages.role, messages.position, messages.part_count from messages
          where messages.user_id = of_user and messages.chat_id = hit.chat_id
          order by messages.position desc
          offset 0 limit first_stretch
        ) as each
        cross join lateral (
          select parts.search_text from parts
          where parts.user_id = of_user and parts.chat_id = hit.chat_id and parts.message_id = each.id
            and parts.position < each.part_count
            and parts.words @@ case hit.relevance when 4 then run when 2 then whole else search end
            and parts.type like any (types)
          offset 0
        ) as part
        order by each.position desc
        limit 4
      )
      select newest.id, newest.role, newest.position, newest.search_text as text from newest
      union all
      select messages.id, messages.role, messages.position, part.search_text
      from (
        select parts.message_id, parts.position, parts.search_text from parts
        where parts.user_id = of_user and parts.chat_id = hit.chat_id
          and parts.words @@ case hit.relevance when 4 then run when 2 then whole else search end
          and parts.type like any (types)
        offset 0
      ) as part
      join messages on messages.user_id = of_user and messages.chat_id = hit.chat_id and messages.id = part.message_id
        and part.position < messages.part_count
      where (select pg_catalog.count(*) from newest) < 4
        and (select earlier.position from messages as earlier
          where earlier.user_id = of_user and earlier.chat_id = hit.chat_id
          order by earlier.position desc offset first_stretch limit 1) is not null
        and messages.position <= (select earlier.position from messages as earlier
          where earlier.user_id = of_user and earlier.chat_id = hit.chat_id
          order by earlier.position desc offset first_stretch limit 1)
      order by position desc
      limit 4
    ) as message on true
    order by hit.relevance desc, chats.updated_at desc, chats.id desc, message.position desc;
end
$$;

comment on function search_chats is 'A page of the chats of a user whose titles or messages match, each with its newest best matches, at most four.';

-- As for the functions that write: docs/explanation/decisions/chats-are-written-by-functions.md. The planner expects few matches and
-- would sort them to group them by chat; of hundreds of thousands a hash table is faster.
do $$
begin
  execute pg_catalog.format('alter function search_chats set search_path = %I, pg_temp', current_schema());
  alter function search_chats set plan_cache_mode = force_generic_plan;
  alter function search_chats set enable_sort = off;
end
$$;

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
  request_id  text,
  system      text,
  is_history  boolean        not null default false,
  import_id   uuid           default current_import_id(),
  created_at  timestamptz(3) not null default now(),

  constraint audit_log_pkey primary key (created_at, id),
  constraint audit_log_user_id_fkey foreign key (user_id) references users on delete set null,
  constraint audit_log_entity_type_check check (char_length(entity_type) between 1 and 50),
  constraint audit_log_entity_id_check check (char_length(entity_id) between 1 and 255),
  constraint audit_log_action_check check (char_length(action) between 1 and 50)
) partition by range (created_at);

-- The partitions cover all of time, so that no entry is ever refused for lack of one. `maintain` divides the last one
-- into months.
create table audit_log_earlier partition of audit_log for values from (minvalue) to (maxvalue);

create index audit_log_entity_type_entity_id_created_at_id_idx on audit_log (entity_type, entity_id, created_at, id);
create index audit_log_user_id_created_at_id_idx on audit_log (user_id, created_at, id);
create index audit_log_import_id_idx on audit_log (import_id) where import_id is not null;
create index audit_log_action_created_at_id_idx on audit_log (action, created_at, id);

-- Permitted are the change of the foreign key, by which user_id becomes null after its user is deleted, and those of the
-- owner's own functions, which have the setting. The fixed search_path keeps temporary tables and operators of the caller out.
create function refuse_audit_log_change() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  home name := (
    select nspname from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where pg_class.oid = coalesce(pg_partition_root(tg_relid), tg_relid)
  );
  has_user boolean;
begin
  if tg_op <> 'TRUNCATE' and current_setting('norberts_spark.audit_log', true) = 'unlocked' and current_user = (
    select rolname from pg_class join pg_roles on pg_roles.oid = relowner where pg_class.oid = coalesce(pg_partition_root(tg_relid), tg_relid)
  ) then
    return null;
  end if;
  if tg_op = 'UPDATE' and new.user_id is null and old.user_id is not null then
    execute pg_catalog.format('select exists (select from %I.users where user_id = $1)', home)
      into has_user using old.user_id;
    if not has_user then
      old.user_id := null;
      if old is not distinct from new then
        return null;
      end if;
    end if;
  end if;
  raise exception 'audit_log is append-only: % refused', lower(tg_op)
    using errcode = 'check_violation', schema = home, table = 'audit_log',
      constraint = 'audit_log_append_only', hint = 'Record a new entry instead.';
end
$$;

create constraint trigger audit_log_append_only after update or delete on audit_log
  for each row execute function refuse_audit_log_change();
-- Partitions do not inherit triggers of statements: `maintain` creates this one on each.
create trigger audit_log_append_only_truncate before truncate on audit_log
  for each statement execute function refuse_audit_log_change();
create trigger audit_log_append_only_truncate before truncate on audit_log_earlier
  for each statement execute function refuse_audit_log_change();

comment on table audit_log is 'Which user did what to which entity, and when. Append-only; a partition for each month.';
comment on column audit_log.id is 'UUID version 7; ascending in the order of creation.';
comment on column audit_log.user_id is 'User who acted; null for the service itself, and after the user is deleted.';
comment on column audit_log.entity_type is 'Kind of entity, at most 50 characters. In the history: user, customer, person, contact, chat or import.';
comment on column audit_log.entity_id is 'Key of the entity, as text. In the history of chats: the user and the chat, with / between.';
comment on column audit_log.action is 'Action, at most 50 characters. In the history: create, update, delete, merge, import or undo.';
comment on column audit_log.changes is 'In the history: { column: [old, new] }, or the numbers of rows that an import created, or that its undo deleted. Else changes as the service describes them; secrets are redacted.';
comment on column audit_log.ip_address is 'IP address of the client.';
comment on column audit_log.user_agent is 'User agent of the client.';
comment on column audit_log.request_id is 'Id of the request in which the user acted.';
comment on column audit_log.system is 'Name of the job that acted.';
comment on column audit_log.is_history is 'True for the history of changes, which triggers write. Row security refuses such an entry from any login but the owner.';
comment on column audit_log.import_id is 'Import in whose transaction the entry was written.';
comment on column audit_log.created_at is 'Time of the action.';

comment on constraint audit_log_pkey on audit_log is 'An audit log entry with this time and id already exists.';
comment on constraint audit_log_user_id_fkey on audit_log is 'This user does not exist.';
comment on constraint audit_log_entity_type_check on audit_log is 'An entity type has 1 to 50 characters.';
comment on constraint audit_log_entity_id_check on audit_log is 'An entity id has 1 to 255 characters.';
comment on constraint audit_log_action_check on audit_log is 'An action has 1 to 50 characters.';
comment on trigger audit_log_append_only on audit_log is 'Audit log entries cannot be changed or deleted.';

-- schema/45_history.sql

-- History: a statement that creates, changes or deletes rows adds an entry to the audit log for each of them, in the same
-- transaction and with the actor. `changes` is { column: [old, new] }: [null, new] of a new row, [old, null] of a deleted
-- one; columns that are null or unchanged are not in it. The rows of an import are counted in one entry.
--
-- The arguments of a trigger are the entity, the one or two columns of its key, and the columns that are left out. Those
-- whose comment ends with @secret have to be among them: `npm run generate` compares.
--
-- The functions run as their owner, so that a login without privileges on the audit log leaves its history too. The
-- functions that they call are qualified and literals have their types, because an overload for exactly these types would be preferred;
-- an operator takes a literal without a type for one of the type on its other side.

-- Counts the new rows of an import, in the entry of the transaction, or those that its undo deletes. The rows of an import can be found
-- by import_id, else by created_at, which is that of the entry. The setting lets this update pass the trigger of audit_log.
create function summarize_import(entity text, row_count bigint, acting uuid, actor jsonb, undone uuid default null) returns void
  language plpgsql security definer as $$
declare
  of_import constant text := coalesce(undone, current_import_id())::text;
  key constant text := coalesce(of_import, pg_catalog.pg_current_xact_id()::text);
  named constant text := case when undone is null then 'import' else 'undo' end;
  is_counted boolean;
begin
  -- A clause SET of the function would be refused to an owner without superuser.
  perform pg_catalog.set_config('norberts_spark.audit_log', 'unlocked', true);
  update audit_log set changes = changes || pg_catalog.jsonb_build_object(entity, coalesce((changes ->> entity)::bigint, 0) + row_count)
    where created_at = pg_catalog.now()::timestamptz(3) and entity_type = 'import'
      and entity_id = key and action = named and is_history;
  is_counted := found;
  perform pg_catalog.set_config('norberts_spark.audit_log', '', true);
  if not is_counted then
    insert into audit_log (user_id, ip_address, user_agent, request_id, system, is_history, entity_type, entity_id, action, changes)
      values (acting, (actor ->> 'ipAddress'::text)::inet, actor ->> 'userAgent'::text, actor ->> 'requestId'::text, actor ->> 'system'::text, true,
        'import', key, named, pg_catalog.jsonb_build_object(entity, row_count));
  end if;
end
$$;

-- Whether a row was created by an import and has not been changed since.
create function is_of_import(given jsonb, of_import uuid) returns boolean
  language sql immutable
  return coalesce(given ->> 'import_id'::text = of_import::text and given ->> 'updated_at'::text = given ->> 'created_at'::text, false);

-- Whether the login owns the tables; for a login that has taken another role, that role counts.
create function is_owner_of_history() returns boolean
  language sql stable security definer
  return pg_catalog.pg_has_role(
    coalesce(nullif(pg_catalog.current_setting('role'), 'none'), session_user::text)::name, current_user, 'usage');

create function record_history() returns trigger
  language plpgsql security definer as $$
declare
  entity constant text := tg_argv[0];
  keys constant text[] := pg_catalog.string_to_array(tg_argv[1], ',');
  -- These columns say no more than the entry itself.
  left_out constant text[] := pg_catalog.array_cat(array['updated_at', 'updated_by', 'version'], tg_argv[2:]);
  mode constant text := pg_catalog.current_setting('norberts_spark.history', true);
  -- The import whose rows are being deleted: those that were not changed since are counted in one entry.
  undone constant uuid := case when pg_catalog.starts_with(mode, 'undo ') then pg_catalog.substr(mode, 6)::uuid end;
  actor constant jsonb := current_actor();
  acting uuid := current_user_id();
begin
  -- The owner may leave the history out, and could disable the triggers as well.
  if mode = 'off' and is_owner_of_history() then
    return null;
  end if;
  -- Users who have deleted themselves do not exist any more.
  if acting is not null then
    acting := (select users.user_id from users where users.user_id = acting);
  end if;
  if tg_op = 'INSERT' and mode = 'import' then
    if exists (select from new_rows) then
      perform summarize_import(entity, (select pg_catalog.count(*) from new_rows), acting, actor, null::uuid);
    end if;
  elsif tg_op = 'INSERT' then
    insert into audit_log (user_id, ip_address, user_agent, request_id, system, is_history, entity_type, entity_id, action, changes)
      select acting, (actor ->> 'ipAddress'::text)::inet, actor ->> 'userAgent'::text, actor ->> 'requestId'::text, actor ->> 'system'::text, true,
        entity, pg_catalog.concat_ws('/', after ->> keys[1], after ->> keys[2]), 'create', changes
      from new_rows, pg_catalog.to_jsonb(new_rows) as after, lateral (
        select pg_catalog.jsonb_object_agg(name, pg_catalog.jsonb_build_array(null, value)) as changes
        from pg_catalog.jsonb_each(after - left_out) as field (name, value)
        where value <> 'null') as difference;
  elsif tg_op = 'DELETE' and undone is not null then
    if exists (select from old_rows where is_of_import(pg_catalog.to_jsonb(old_rows), undone)) then
      perform summarize_import(entity,
        (select pg_catalog.count(*) from old_rows where is_of_import(pg_catalog.to_jsonb(old_rows), undone)), acting, actor, undone);
    end if;
    insert into audit_log (user_id, ip_address, user_agent, request_id, system, is_history, entity_type, entity_id, action, changes)
      select acting, (actor ->> 'ipAddress'::text)::inet, actor ->> 'userAgent'::text, actor ->> 'requestId'::text, actor ->> 'system'::text, true,
        entity, pg_catalog.concat_ws('/', before ->> keys[1], before ->> keys[2]), 'delete', changes
      from old_rows, pg_catalog.to_jsonb(old_rows) as before, lateral (
        select pg_catalog.jsonb_object_agg(name, pg_catalog.jsonb_build_array(value, null)) as changes
        from pg_catalog.jsonb_each(before - left_out) as field (name, value)
        where value <> 'null') as difference
      where not is_of_import(before, undone);
  elsif tg_op = 'DELETE' then
    insert into audit_log (user_id, ip_address, user_agent, request_id, system, is_history, entity_type, entity_id, action, changes)
      select acting, (actor ->> 'ipAddress'::text)::inet, actor ->> 'userAgent'::text, actor ->> 'requestId'::text, actor ->> 'system'::text, true,
        entity, pg_catalog.concat_ws('/', before ->> keys[1], before ->> keys[2]), 'delete', changes
      from old_rows, pg_catalog.to_jsonb(old_rows) as before, lateral (
        select pg_catalog.jsonb_object_agg(name, pg_catalog.jsonb_build_array(value, null)) as changes
        from pg_catalog.jsonb_each(before - left_out) as field (name, value)
        where value <> 'null') as difference;
  elsif tg_level = 'ROW' then
    insert into audit_log (user_id, ip_address, user_agent, request_id, system, is_history, entity_type, entity_id, action, changes)
      select acting, (actor ->> 'ipAddress'::text)::inet, actor ->> 'userAgent'::text, actor ->> 'requestId'::text, actor ->> 'system'::text, true,
        entity, pg_catalog.concat_ws('/', after ->> keys[1], after ->> keys[2]), 'update', changes
      from pg_catalog.to_jsonb(old) as before, pg_catalog.to_jsonb(new) as after, lateral (
        select pg_catalog.jsonb_object_agg(name, pg_catalog.jsonb_build_array(before -> name, value)) as changes
        from pg_catalog.jsonb_each(after - left_out) as field (name, value)
        where value::text <> (before -> name)::text) as difference
      where changes is not null;
  else
    -- The undo of an import that created no rows has an entry, too.
    if undone is not null then
      perform summarize_import(entity, 0, acting, actor, undone);
    end if;
    -- A row whose key is changed is deleted under the old one and created under the new one.
    insert into audit_log (user_id, ip_address, user_agent, request_id, system, is_history, entity_type, entity_id, action, changes)
      select acting, (actor ->> 'ipAddress'::text)::inet, actor ->> 'userAgent'::text, actor ->> 'requestId'::text, actor ->> 'system'::text, true,
        entity, coalesce(former.key, latter.key),
        case when former.key is null then 'create' when latter.key is null then 'delete' else 'update' end, changes
      from (
        select before, pg_catalog.concat_ws('/', before ->> keys[1], before ->> keys[2]) as key
        from old_rows, pg_catalog.to_jsonb(old_rows) as before
      ) as former full join (
        select after, pg_catalog.concat_ws('/', after ->> keys[1], after ->> keys[2]) as key
        from new_rows, pg_catalog.to_jsonb(new_rows) as after
      ) as latter on latter.key = former.key, lateral (
        select pg_catalog.jsonb_object_agg(name, pg_catalog.jsonb_build_array(before -> name, after -> name)) as changes
        from pg_catalog.jsonb_object_keys(coalesce(after, before) - left_out) as field (name)
        where nullif(before -> name, 'null')::text is distinct from nullif(after -> name, 'null')::text) as difference
      where changes is not null;
  end if;
  return null;
end
$$;

comment on function summarize_import is 'Counts the new rows of an import in one entry of the audit log.';
comment on function is_of_import is 'Whether a row was created by an import and has not been changed since.';
comment on function is_owner_of_history is 'Whether the login owns the tables.';
comment on function record_history is 'Writes the history of changes to the audit log: (entity, columns of its key, columns to leave out).';

-- Their names lead to the schema of their creation, never to a temporary table. No other login may execute them or make
-- them the trigger of a table of its own.
do $$
declare
  pinned regprocedure;
begin
  foreach pinned in array array['summarize_import'::regproc::regprocedure, 'record_history'::regproc::regprocedure] loop
    execute pg_catalog.format('alter function %s set search_path = %I, pg_temp', pinned, current_schema());
    execute pg_catalog.format('revoke execute on function %s from public', pinned);
  end loop;
end
$$;

create trigger users_history_insert after insert on users referencing new table as new_rows
  for each statement execute function record_history('user', 'user_id', 'password', 'last_sign_in_at');
create trigger users_history_update after update on users referencing old table as old_rows new table as new_rows
  for each statement execute function record_history('user', 'user_id', 'password', 'last_sign_in_at');
create trigger users_history_delete after delete on users referencing old table as old_rows
  for each statement execute function record_history('user', 'user_id', 'password', 'last_sign_in_at');

create trigger customers_history_insert after insert on customers referencing new table as new_rows
  for each statement execute function record_history('customer', 'customer_id');
create trigger customers_history_update after update on customers referencing old table as old_rows new table as new_rows
  for each statement execute function record_history('customer', 'customer_id');
create trigger customers_history_delete after delete on customers referencing old table as old_rows
  for each statement execute function record_history('customer', 'customer_id');

create trigger people_history_insert after insert on people referencing new table as new_rows
  for each statement execute function record_history('person', 'person_id');
create trigger people_history_update after update on people referencing old table as old_rows new table as new_rows
  for each statement execute function record_history('person', 'person_id');
create trigger people_history_delete after delete on people referencing old table as old_rows
  for each statement execute function record_history('person', 'person_id');

create trigger customer_people_history_insert after insert on customer_people referencing new table as new_rows
  for each statement execute function record_history('contact', 'customer_person_id');
create trigger customer_people_history_update after update on customer_people referencing old table as old_rows new table as new_rows
  for each statement execute function record_history('contact', 'customer_person_id');
create trigger customer_people_history_delete after delete on customer_people referencing old table as old_rows
  for each statement execute function record_history('contact', 'customer_person_id');

-- Every save changes the chat: only a new title is an entry, and only it costs something.
create trigger chats_history_insert after insert on chats referencing new table as new_rows
  for each statement execute function record_history('chat', 'user_id,id', 'next_position', 'active_stream_id');
create trigger chats_history_update after update of title on chats for each row when (old.title is distinct from new.title)
  execute function record_history('chat', 'user_id,id', 'next_position', 'active_stream_id');
create trigger chats_history_delete after delete on chats referencing old table as old_rows
  for each statement execute function record_history('chat', 'user_id,id', 'next_position', 'active_stream_id');

-- schema/46_erasure.sql

-- Erasure, export and retention. Nothing else changes or deletes entries of the audit log: the functions run as its owner and
-- make the setting that its trigger demands. They serve the owner, administrators and jobs; a login other than the
-- owner needs a grant as well. The functions that they call are qualified, because an overload for exactly these types would be
-- preferred.

-- A job needs a login with the policy of jobs: any other login could name itself one.
create function check_may_erase() returns void
  language plpgsql stable as $$
begin
  if is_owner_of_history() or current_actor() ->> 'role'::text = 'admin'
      or current_actor() ->> 'system'::text is not null and has_policy_of_jobs('users'::regclass) then
    return;
  end if;
  raise exception 'Only an administrator, a job or the owner of the tables may erase, export or purge.'
    using errcode = 'insufficient_privilege', hint = 'Use db.as({ userId, role: ''admin'' }) or db.as({ system }).';
end
$$;

-- Replaces texts that contain one of the words, or every value: keys and nulls remain. The words are in lower case. Objects and lists
-- below 100 levels are replaced as a whole: the depth of calls is limited, and one entry could make every erasure fail.
create function erase_json(given jsonb, words text[], is_whole boolean, depth integer) returns jsonb
  language plpgsql immutable as $$
begin
  return case
    when depth > 100 and pg_catalog.jsonb_typeof(given) = any (array['object', 'array']) then pg_catalog.to_jsonb('[erased]'::text)
    when pg_catalog.jsonb_typeof(given) = 'object' then coalesce((
      select pg_catalog.jsonb_object_agg(
        case when pg_catalog.lower(field.key) like any(words) then '[erased]' else field.key end, erase_json(field.value, words, is_whole, depth + 1))
      from pg_catalog.jsonb_each(given) as field), given)
    when pg_catalog.jsonb_typeof(given) = 'array' then coalesce((
      select pg_catalog.jsonb_agg(erase_json(item.value, words, is_whole, depth + 1) order by item.place)
      from pg_catalog.jsonb_array_elements(given) with ordinality as item (value, place)), given)
    when pg_catalog.jsonb_typeof(given) = 'null' then given
    when is_whole or pg_catalog.lower(given #>> '{}'::text[]) like any(words) then pg_catalog.to_jsonb('[erased]'::text)
    else given
  end;
end
$$;

-- Erases one person from all entries: everything in those about the entity, and in others the texts that contain one of
-- the given ones. Reads the whole log. Returns the number of entries about the entity.
create function erase_entries(of_id text, texts text[]) returns bigint
  language plpgsql as $$
declare
  -- Shorter texts occur in too many others.
  words constant text[] := array(
    select distinct '%' || pg_catalog.regexp_replace(pg_catalog.lower(given), '([\\%_])', '\\\1', 'g') || '%'
    from pg_catalog.unnest(texts) as given where pg_catalog.char_length(given) >= 4);
  -- As JSON writes them.
  written constant text[] := array(
    select distinct '%' || pg_catalog.regexp_replace(pg_catalog.lower(pg_catalog.btrim(pg_catalog.to_jsonb(given)::text, '"')), '([\\%_])', '\\\1', 'g') || '%'
    from pg_catalog.unnest(texts) as given where pg_catalog.char_length(given) >= 4);
  entries bigint;
begin
  with erased as (
    update audit_log set
      changes = erase_json(changes, words, entity_id = of_id or pg_catalog.starts_with(entity_id, of_id || '/'), 0),
      entity_id = case when pg_catalog.lower(entity_id) like any(words) then '[erased]' else entity_id end,
      user_agent = case when pg_catalog.lower(user_agent) like any(words) then '[erased]' else user_agent end
    where entity_id = of_id or pg_catalog.starts_with(entity_id, of_id || '/') or pg_catalog.lower(changes::text) like any(written)
      or pg_catalog.lower(entity_id) like any(words) or pg_catalog.lower(user_agent) like any(words)
    returning entity_id
  )
  select pg_catalog.count(*) filter (where entity_id = of_id) into entries from erased;
  return entries;
end
$$;

-- The entry that an erasure or a purge leaves.
create function record_erasure(of_entity text, of_id text, what text, details jsonb) returns void
  language plpgsql as $$
declare
  actor constant jsonb := current_actor();
  acting constant uuid := (select users.user_id from users where users.user_id = current_user_id());
begin
  insert into audit_log (user_id, ip_address, user_agent, request_id, system, is_history, entity_type, entity_id, action, changes)
    values (acting,
      (actor ->> 'ipAddress'::text)::inet, actor ->> 'userAgent'::text, actor ->> 'requestId'::text, actor ->> 'system'::text, true,
      of_entity, of_id, what, pg_catalog.jsonb_concat(details, pg_catalog.jsonb_build_object('login', session_user)));
end
$$;

-- Every value that a column of an entity had, now and before.
create function values_in_history(of_entity text, of_id text, columns text[]) returns text[]
  language sql stable
  return array(
    select distinct item.value from audit_log, pg_catalog.jsonb_each(audit_log.changes) as field,
      pg_catalog.jsonb_array_elements_text(case pg_catalog.jsonb_typeof(field.value) when 'array' then field.value else '[]' end) as item
    where audit_log.entity_type = of_entity and audit_log.entity_id = of_id and audit_log.is_history and pg_catalog.jsonb_typeof(audit_log.changes) = 'object'
      and field.key = any(columns) and item.value is not null and item.value <> '[erased]');

-- The setting is made within the functions: a clause SET of a function would be refused to an owner without superuser.
create function erase_user(of_user uuid) returns boolean
  language plpgsql security definer as $$
declare
  texts text[];
  existed boolean;
  entries bigint;
begin
  perform check_may_erase();
  perform pg_catalog.set_config('norberts_spark.audit_log', 'unlocked', true);
  update audit_log set ip_address = null, user_agent = null
    where user_id = of_user and (ip_address is not null or user_agent is not null);
  delete from users where users.user_id = of_user;
  existed := found;
  -- The entry of the deletion has the last values.
  texts := values_in_history('user', of_user::text, array['name', 'email', 'provider_id']);
  entries := erase_entries(of_user::text, texts);
  if existed or entries > 0 then
    perform record_erasure('user', of_user::text, 'erase', '{}'::jsonb);
  end if;
  perform pg_catalog.set_config('norberts_spark.audit_log', '', true);
  return existed or entries > 0;
end
$$;

-- The ids of a person: of the winner of merges and of the people who were merged into it. Rows that do not exist any more are
-- known from the history.
create function ids_of_person(of_person uuid) returns text[]
  language plpgsql stable as $$
declare
  winner constant text := coalesce(
    (select coalesce(merged_into, person_id) from people where person_id = of_person)::text,
    (select entity_id from audit_log where entity_type = 'person' and action = 'merge' and is_history
      and changes -> 'merged'::text ->> 1 = of_person::text order by created_at desc limit 1),
    of_person::text);
begin
  return array(
    select winner union select of_person::text
    union select person_id::text from people where merged_into = winner::uuid
    union select changes -> 'merged'::text ->> 1 from audit_log
      where entity_type = 'person' and entity_id = winner and action = 'merge' and is_history
        and changes -> 'merged'::text ->> 1 <> '[erased]');
end
$$;

create function erase_person(of_person uuid) returns boolean
  language plpgsql security definer as $$
declare
  ids text[];
  texts text[] := '{}';
  existed boolean;
  entries bigint := 0;
  id text;
begin
  perform check_may_erase();
  loop
    ids := ids_of_person(of_person);
    perform from people where people.person_id = any (ids::uuid[]) order by people.person_id for update;
    -- A merge that this waited for may have led to another one.
    exit when ids_of_person(of_person) operator(pg_catalog.<@) ids;
  end loop;
  perform pg_catalog.set_config('norberts_spark.audit_log', 'unlocked', true);
  delete from people where people.person_id = any (ids::uuid[]);
  existed := found;
  foreach id in array ids loop
    texts := pg_catalog.array_cat(texts, pg_catalog.array_cat(
      values_in_history('person', id, array['email', 'phone', 'phone_e164', 'linkedin_url', 'external_id']), array(
        select pg_catalog.concat(first_name, ' ', last_name)
        from pg_catalog.unnest(values_in_history('person', id, array['first_name'])) as first_name,
          pg_catalog.unnest(values_in_history('person', id, array['last_name'])) as last_name)));
    texts := pg_catalog.array_cat(texts, array(
      select field.value
      from pg_catalog.unnest(values_in_history('person', id, array['emails', 'phones', 'addresses'])) as list,
        pg_catalog.jsonb_array_elements(list::jsonb) as item, pg_catalog.jsonb_each_text(item) as field
      where field.key = any(array['address', 'number', 'e164', 'street'])));
  end loop;
  foreach id in array ids loop
    entries := entries + erase_entries(id, texts);
  end loop;
  if existed or entries > 0 then
    perform record_erasure('person', of_person::text, 'erase', '{}'::jsonb);
  end if;
  perform pg_catalog.set_config('norberts_spark.audit_log', '', true);
  return existed or entries > 0;
end
$$;

create function export_user(of_user uuid) returns json
  language plpgsql stable security definer as $$
begin
  perform check_may_erase();
  return pg_catalog.json_build_object(
    'users', (select coalesce(pg_catalog.json_agg(pg_catalog.to_jsonb(users) - 'password'::text), '[]') from users where users.user_id = of_user),
    'chats', (select coalesce(pg_catalog.json_agg(chats order by chats.created_at, chats.id), '[]') from chats where chats.user_id = of_user),
    'messages', (select coalesce(pg_catalog.json_agg(messages order by messages.chat_id, messages.position), '[]') from messages where messages.user_id = of_user),
    'parts', (select coalesce(pg_catalog.json_agg(part order by part.chat_id, part.message_id, part.position), '[]') from (
      select chat_id, message_id, position, type, payload from parts where parts.user_id = of_user) as part),
    'ai_options', (select coalesce(pg_catalog.json_agg(ai_options order by ai_options.chat_id, ai_options.message_id), '[]') from ai_options where ai_options.user_id = of_user),
    'audit_log', (select coalesce(pg_catalog.json_agg(entry order by entry.created_at, entry.id), '[]') from (
      select * from audit_log where user_id = of_user
      union
      select * from audit_log where entity_id = of_user::text or pg_catalog.starts_with(entity_id, of_user::text || '/')) as entry));
end
$$;

create function export_person(of_person uuid) returns json
  language plpgsql stable security definer as $$
declare
  ids text[];
begin
  perform check_may_erase();
  ids := ids_of_person(of_person);
  return pg_catalog.json_build_object(
    'people', (select coalesce(pg_catalog.json_agg(people order by people.merged_into nulls first, people.person_id), '[]') from people where people.person_id = any (ids::uuid[])),
    'customer_people', (select coalesce(pg_catalog.json_agg(customer_people order by customer_people.start_date), '[]') from customer_people where customer_people.person_id = any (ids::uuid[])),
    'audit_log', (select coalesce(pg_catalog.json_agg(audit_log order by audit_log.created_at, audit_log.id), '[]') from audit_log where entity_id = any (ids)));
end
$$;

create function purge_audit_log(older_than timestamptz, is_dry_run boolean) returns bigint
  language plpgsql security definer as $$
declare
  purged bigint;
begin
  perform check_may_erase();
  if is_dry_run then
    return (select pg_catalog.count(*) from audit_log where created_at < older_than);
  end if;
  perform pg_catalog.set_config('norberts_spark.audit_log', 'unlocked', true);
  delete from audit_log where created_at < older_than;
  get diagnostics purged = row_count;
  perform pg_catalog.set_config('norberts_spark.audit_log', '', true);
  if purged > 0 then
    perform record_erasure('audit_log', 'audit_log', 'purge', pg_catalog.jsonb_build_object('olderThan', older_than, 'entries', purged));
  end if;
  return purged;
end
$$;

comment on function check_may_erase is 'Refuses everyone but the owner, administrators and jobs.';
comment on function erase_json is 'JSON with [erased] in place of the texts that contain one of the given words, or of every value.';
comment on function erase_entries is 'Erases one person from the entries of the audit log, and returns how many were about this person.';
comment on function record_erasure is 'Writes the entry that an erasure or a purge leaves.';
comment on function values_in_history is 'Every value that columns of an entity had.';
comment on function erase_user is 'Deletes a user with all chats and erases the personal data in the audit log; returns whether there was something.';
comment on function ids_of_person is 'The id of a person and of those who were merged into it.';
comment on function erase_person is 'Deletes a person, with those who were merged into it, and erases the personal data in the audit log; returns whether there was something.';
comment on function export_user is 'Every row that belongs to a user, by table.';
comment on function export_person is 'Every row that belongs to a person and those who were merged into it, by table.';
comment on function purge_audit_log is 'Deletes the entries of the audit log from before a time, and returns their number.';

do $$
declare
  pinned regprocedure;
begin
  foreach pinned in array array['check_may_erase'::regproc::regprocedure, 'erase_json'::regproc::regprocedure,
    'erase_entries'::regproc::regprocedure, 'record_erasure'::regproc::regprocedure, 'erase_user'::regproc::regprocedure,
    'ids_of_person'::regproc::regprocedure, 'erase_person'::regproc::regprocedure, 'export_user'::regproc::regprocedure, 'export_person'::regproc::regprocedure,
    'purge_audit_log'::regproc::regprocedure] loop
    execute pg_catalog.format('alter function %s set search_path = %I, pg_temp', pinned, current_schema());
    execute pg_catalog.format('revoke execute on function %s from public', pinned);
  end loop;
end
$$;

-- schema/47_merge.sql

-- Merge: the winner keeps its id and gets the contacts of the losers, which remain as archived rows that lead to it. The
-- functions run as their caller, so that row security applies.

-- The id of the row that a merged one leads to, else the id itself; null for a row that does not exist. Merges keep the way one step
-- long.
create function merged_customer(of_customer uuid) returns uuid
  language sql stable parallel safe
  return (select coalesce(merged_into, customer_id) from customers where customer_id = of_customer);

create function merged_person(of_person uuid) returns uuid
  language sql stable parallel safe
  return (select coalesce(merged_into, person_id) from people where person_id = of_person);

-- Moves contacts to the winner of a merge of customers or of people. Contacts of one person at one customer in one role whose
-- times overlap become one, from the earliest start to the latest end, which is primary if one of them was. Others remain. The caller
-- has locked these contacts, and what they could move from or be added to: nothing is computed from a row that another session changes.
create function move_contacts(to_customer uuid, from_customers uuid[], to_person uuid, from_people uuid[]) returns void
  language plpgsql as $$
declare
  kept uuid[];
  removed uuid[];
  first_days date[];
  last_days date[];
  primaries boolean[];
begin
  with concerned as (
    select customer_person_id as id, role, start_date, coalesce(end_date, 'infinity'::date) as last_day, is_primary,
      case when customer_id = any (from_customers) then to_customer else customer_id end as at_customer,
      case when person_id = any (from_people) then to_person else person_id end as of_person,
      coalesce(customer_id = any (from_customers), false) or coalesce(person_id = any (from_people), false) as is_moved
    from customer_people
    where customer_id = any (pg_catalog.array_append(from_customers, to_customer)) or person_id = any (pg_catalog.array_append(from_people, to_person))
  ), begun as (
    select *, coalesce(start_date > pg_catalog.max(last_day) over (
        partition by at_customer, of_person, role order by start_date, id rows between unbounded preceding and 1 preceding), true) as is_start
    from concerned
  ), numbered as (
    select *, pg_catalog.count(*) filter (where is_start) over (partition by at_customer, of_person, role order by start_date, id) as stretch
    from begun
  ), stretches as (
    select pg_catalog.array_agg(id order by is_moved, start_date, id) as ids, pg_catalog.min(start_date) as first_day,
      nullif(pg_catalog.max(last_day), 'infinity'::date) as last_day, pg_catalog.bool_or(is_primary) as is_primary
    from numbered group by at_customer, of_person, role, stretch having pg_catalog.bool_or(is_moved)
  )
  select pg_catalog.array_agg(ids[1]), pg_catalog.array_agg(first_day), pg_catalog.array_agg(last_day), pg_catalog.array_agg(is_primary),
    (select pg_catalog.array_agg(id) from stretches as each, pg_catalog.unnest(each.ids[2:]) as id)
  into kept, first_days, last_days, primaries, removed
  from stretches;
  delete from customer_people where customer_person_id = any (removed);
  update customer_people set
    customer_id = case when customer_id = any (from_customers) then to_customer else customer_id end,
    person_id = case when person_id = any (from_people) then to_person else person_id end,
    start_date = unified.first_day, end_date = unified.last_day, is_primary = unified.is_primary
  from rows from (pg_catalog.unnest(kept), pg_catalog.unnest(first_days), pg_catalog.unnest(last_days), pg_catalog.unnest(primaries))
    as unified (id, first_day, last_day, is_primary)
  where customer_person_id = unified.id;
end
$$;

-- Both lists of details, each detail once by the value of a key, or as a whole without one; those of the winner come first. At most 20
-- remain.
create function unite_details(winner jsonb, loser jsonb, key text) returns jsonb
  language plpgsql immutable parallel safe as $$
begin
  return (
    select pg_catalog.jsonb_agg(item order by place) from (
      select item, place from (
        select distinct on (pg_catalog.lower(coalesce(item ->> key, item::text))) item, place
        from pg_catalog.jsonb_array_elements(pg_catalog.jsonb_concat(coalesce(winner, '[]'::jsonb), coalesce(loser, '[]'::jsonb)))
          with ordinality as given (item, place)
        order by pg_catalog.lower(coalesce(item ->> key, item::text)), place) as each
      order by place limit 20) as kept);
end
$$;

-- Both lists of tags, each tag once; those of the winner come first. At most 50 remain.
create function unite_tags(winner text[], loser text[]) returns text[]
  language plpgsql immutable parallel safe as $$
begin
  return (
    select pg_catalog.array_agg(tag order by place) from (
      select tag, pg_catalog.min(place) as place from pg_catalog.unnest(pg_catalog.array_cat(winner, loser)) with ordinality as given (tag, place)
      group by tag order by pg_catalog.min(place) limit 50) as kept);
end
$$;

-- Merges customers, and returns an outcome with the row that it is about: merged, missing, or stale with its version. A statement of a
-- function sees what was committed before it, so that the rows are read once they are locked.
create function merge_customers(winner uuid, losers uuid[], fields jsonb, if_version integer)
  returns table (outcome text, row_id uuid, row_version integer)
  language plpgsql as $$
declare
  ids uuid[];
  merging customers;
  source customers;
  primary_contact uuid;
begin
  -- Those to which the given ids lead are locked, in one order for all callers; the other ones change with them alone. Where a merge
  -- that this waited for leads elsewhere, the locks are released first, by the end of a subtransaction.
  loop
    ids := array(select merged_customer(id) from pg_catalog.unnest(pg_catalog.array_append(losers, winner)) as id);
    begin
      perform from customers where customer_id = any (ids) order by customer_id for update;
      exit when (select pg_catalog.bool_and(coalesce(merged_customer(id) = any (ids), true)) from pg_catalog.unnest(pg_catalog.array_append(losers, winner)) as id);
      raise sqlstate 'LOCKS';
    exception when sqlstate 'LOCKS' then null;
    end;
  end loop;
  select id into row_id from pg_catalog.unnest(pg_catalog.array_prepend(winner, losers)) with ordinality as given (id, place)
    where merged_customer(id) is null order by place limit 1;
  if row_id is not null then
    return query select 'missing', merge_customers.row_id, null::integer;
    return;
  end if;
  winner := merged_customer(winner);
  losers := array(
    select merged_customer(id) as loser from pg_catalog.unnest(losers) with ordinality as given (id, place)
    where merged_customer(id) <> winner group by loser order by pg_catalog.min(place));
  select * into merging from customers where customer_id = winner;
  if if_version is not null and merging.version <> if_version then
    return query select 'stale', winner, merging.version;
    return;
  end if;

  -- A merge of people waits here, and an end of a contact.
  perform from customer_people where customer_id = any (pg_catalog.array_prepend(winner, losers)) order by customer_person_id for update;
  select customer_person_id into primary_contact from customer_people
    where customer_id = any (pg_catalog.array_prepend(winner, losers)) and is_primary order by pg_catalog.array_position(pg_catalog.array_prepend(winner, losers), customer_id) limit 1;
  update customer_people set is_primary = false
    where customer_id = any (losers) and is_primary and customer_person_id <> primary_contact;
  perform move_contacts(winner, losers, null::uuid, null::uuid[]);
  update customers set merged_into = winner, archived_at = coalesce(archived_at, now())
    where customer_id = any (losers) or merged_into = any (losers);
  for source in select * from customers where customer_id = any (losers) order by pg_catalog.array_position(losers, customer_id) loop
    merging.industry := coalesce(merging.industry, source.industry);
    merging.company_size := coalesce(merging.company_size, source.company_size);
    merging.website_url := coalesce(merging.website_url, source.website_url);
    merging.billing_country := coalesce(merging.billing_country, source.billing_country);
    merging.owner_id := coalesce(merging.owner_id, source.owner_id);
    if merging.source is null then
      merging.source := source.source;
      merging.external_id := source.external_id;
    end if;
    merging.tags := unite_tags(merging.tags, source.tags);
    -- Those of the winner precede.
    merging.attributes := coalesce(pg_catalog.jsonb_concat(source.attributes, merging.attributes), merging.attributes, source.attributes);
    merging.emails := unite_details(merging.emails, source.emails, 'address');
    merging.phones := unite_details(merging.phones, source.phones, 'number');
    merging.addresses := unite_details(merging.addresses, source.addresses, null);
  end loop;
  merging := pg_catalog.jsonb_populate_record(merging, fields);
  update customers set
    legal_name = merging.legal_name, display_name = merging.display_name, status = merging.status, industry = merging.industry,
    company_size = merging.company_size, website_url = merging.website_url, billing_country = merging.billing_country,
    timezone = merging.timezone, source = merging.source, external_id = merging.external_id, tags = merging.tags,
    attributes = merging.attributes, emails = merging.emails, phones = merging.phones, addresses = merging.addresses,
    owner_id = merging.owner_id, version = version + pg_catalog.cardinality(losers[:1])
  where customer_id = winner
  returning 'merged', customer_id, version into outcome, row_id, row_version;
  return next;
end
$$;

create function merge_people(winner uuid, losers uuid[], fields jsonb, if_version integer)
  returns table (outcome text, row_id uuid, row_version integer)
  language plpgsql as $$
declare
  ids uuid[];
  merging people;
  source people;
begin
  loop
    ids := array(select merged_person(id) from pg_catalog.unnest(pg_catalog.array_append(losers, winner)) as id);
    begin
      perform from people where person_id = any (ids) order by person_id for update;
      exit when (select pg_catalog.bool_and(coalesce(merged_person(id) = any (ids), true)) from pg_catalog.unnest(pg_catalog.array_append(losers, winner)) as id);
      raise sqlstate 'LOCKS';
    exception when sqlstate 'LOCKS' then null;
    end;
  end loop;
  select id into row_id from pg_catalog.unnest(pg_catalog.array_prepend(winner, losers)) with ordinality as given (id, place)
    where merged_person(id) is null order by place limit 1;
  if row_id is not null then
    return query select 'missing', merge_people.row_id, null::integer;
    return;
  end if;
  winner := merged_person(winner);
  losers := array(
    select merged_person(id) as loser from pg_catalog.unnest(losers) with ordinality as given (id, place)
    where merged_person(id) <> winner group by loser order by pg_catalog.min(place));
  select * into merging from people where person_id = winner;
  if if_version is not null and merging.version <> if_version then
    return query select 'stale', winner, merging.version;
    return;
  end if;

  -- As set_primary_contact and a merge of the customers do, which may move the contacts while this waits; a contact that is being added
  -- does not wait for it.
  loop
    ids := array(select customer_id from customer_people where person_id = any (pg_catalog.array_append(losers, winner)));
    begin
      perform from customers where customer_id = any (ids) order by customer_id for no key update;
      exit when (select coalesce(pg_catalog.bool_and(customer_id = any (ids)), true) from customer_people
        where person_id = any (pg_catalog.array_append(losers, winner)));
      raise sqlstate 'LOCKS';
    exception when sqlstate 'LOCKS' then null;
    end;
  end loop;
  perform from customer_people where person_id = any (pg_catalog.array_append(losers, winner)) order by customer_person_id for update;
  perform move_contacts(null::uuid, null::uuid[], winner, losers);
  -- An archived person does not keep the email address, which the winner may take.
  update people set merged_into = winner, archived_at = coalesce(archived_at, now())
    where person_id = any (losers) or merged_into = any (losers);
  for source in select * from people where person_id = any (losers) order by pg_catalog.array_position(losers, person_id) loop
    merging.email := coalesce(merging.email, source.email);
    if merging.phone is null then
      merging.phone := source.phone;
      merging.phone_e164 := source.phone_e164;
    end if;
    merging.job_title := coalesce(merging.job_title, source.job_title);
    merging.linkedin_url := coalesce(merging.linkedin_url, source.linkedin_url);
    merging.owner_id := coalesce(merging.owner_id, source.owner_id);
    if merging.source is null then
      merging.source := source.source;
      merging.external_id := source.external_id;
    end if;
    merging.tags := unite_tags(merging.tags, source.tags);
    -- Those of the winner precede.
    merging.attributes := coalesce(pg_catalog.jsonb_concat(source.attributes, merging.attributes), merging.attributes, source.attributes);
    -- The address and the number of a loser become further ones of the winner.
    if pg_catalog.lower(source.email::text) <> pg_catalog.lower(merging.email::text) and char_length(source.email::text) <= 200 then
      merging.emails := unite_details(merging.emails,
        pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('address', source.email::text)), 'address');
    end if;
    if duplicate_phone(source.phone) is distinct from duplicate_phone(merging.phone) and source.phone <> merging.phone then
      merging.phones := unite_details(merging.phones, pg_catalog.jsonb_build_array(
        pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('number', source.phone, 'e164', source.phone_e164))), 'number');
    end if;
    merging.emails := unite_details(merging.emails, source.emails, 'address');
    merging.phones := unite_details(merging.phones, source.phones, 'number');
    merging.addresses := unite_details(merging.addresses, source.addresses, null);
  end loop;
  merging := pg_catalog.jsonb_populate_record(merging, fields);
  update people set
    first_name = merging.first_name, last_name = merging.last_name, email = merging.email, phone = merging.phone,
    phone_e164 = merging.phone_e164, job_title = merging.job_title, linkedin_url = merging.linkedin_url, is_active = merging.is_active,
    source = merging.source, external_id = merging.external_id, tags = merging.tags,
    attributes = merging.attributes, emails = merging.emails, phones = merging.phones, addresses = merging.addresses,
    owner_id = merging.owner_id,
    version = version + pg_catalog.cardinality(losers[:1])
  where person_id = winner
  returning 'merged', person_id, version into outcome, row_id, row_version;
  return next;
end
$$;

-- Contacts that are added to a merged customer or person belong to the winner. A contact that waits for a merge, by the foreign
-- key, is seen here after it.
create function redirect_contacts() returns trigger
  language plpgsql security definer as $$
begin
  if exists (select from new_rows join customers using (customer_id) where customers.merged_into is not null)
    or exists (select from new_rows join people using (person_id) where people.merged_into is not null) then
    -- The winner may have been merged while the foreign key waited.
    loop
      update customer_people set
        customer_id = merged_customer(customer_people.customer_id), person_id = merged_person(customer_people.person_id)
      from new_rows
      where customer_people.customer_person_id = new_rows.customer_person_id
        and (merged_customer(customer_people.customer_id), merged_person(customer_people.person_id))
          <> (customer_people.customer_id, customer_people.person_id);
      exit when not found;
    end loop;
  end if;
  return null;
end
$$;

-- Its name lets it run after the history of the insert.
create trigger customer_people_redirect after insert on customer_people referencing new table as new_rows
  for each statement execute function redirect_contacts();

-- An entry in the history of the winner, which names the loser.
create function record_merge() returns trigger
  language plpgsql security definer as $$
declare
  actor constant jsonb := current_actor();
  acting constant uuid := (select users.user_id from users where users.user_id = current_user_id());
begin
  if pg_catalog.current_setting('norberts_spark.history', true) = 'off' and is_owner_of_history() then
    return null;
  end if;
  insert into audit_log (user_id, ip_address, user_agent, request_id, system, is_history, entity_type, entity_id, action, changes)
    values (acting,
      (actor ->> 'ipAddress'::text)::inet, actor ->> 'userAgent'::text, actor ->> 'requestId'::text, actor ->> 'system'::text, true,
      tg_argv[0], new.merged_into::text, 'merge',
      pg_catalog.jsonb_build_object('merged', pg_catalog.jsonb_build_array(null, pg_catalog.to_jsonb(new) -> tg_argv[1])));
  return null;
end
$$;

create trigger customers_history_merge after update of merged_into on customers for each row
  when (new.merged_into is distinct from old.merged_into and new.merged_into is not null) execute function record_merge('customer', 'customer_id');
create trigger people_history_merge after update of merged_into on people for each row
  when (new.merged_into is distinct from old.merged_into and new.merged_into is not null) execute function record_merge('person', 'person_id');

comment on function merged_customer is 'The id of the customer that a merged one leads to, else the id itself.';
comment on function merged_person is 'The id of the person that a merged one leads to, else the id itself.';
comment on function move_contacts is 'Moves contacts to the winner of a merge, and unifies those that overlap in the same role.';
comment on function unite_details is 'Two lists of details as one, each detail once.';
comment on function unite_tags is 'Two lists of tags as one, each tag once.';
comment on function merge_customers is 'Merges customers into one and returns the outcome.';
comment on function merge_people is 'Merges people into one and returns the outcome.';
comment on function redirect_contacts is 'Moves new contacts of merged customers and people to the winners.';
comment on function record_merge is 'Writes the entry of a merge to the history of the winner: (entity, column of its key).';

-- Names of these functions lead to the schema of their creation, never to that of a caller or to temporary objects.
do $$
declare
  pinned regprocedure;
begin
  foreach pinned in array array['move_contacts'::regproc::regprocedure, 'unite_details'::regproc::regprocedure, 'unite_tags'::regproc::regprocedure,
    'merge_customers'::regproc::regprocedure, 'merge_people'::regproc::regprocedure,
    'redirect_contacts'::regproc::regprocedure, 'record_merge'::regproc::regprocedure] loop
    execute pg_catalog.format('alter function %s set search_path = %I, pg_temp', pinned, current_schema());
  end loop;
  foreach pinned in array array['redirect_contacts'::regproc::regprocedure, 'record_merge'::regproc::regprocedure] loop
    execute pg_catalog.format('revoke execute on function %s from public', pinned);
  end loop;
end
$$;

-- schema/48_import.sql

-- Undo of an import: rows that it created are deleted, rows that it changed get the values from before, which the history has. The
-- functions run as their caller, so that row security applies: to undo an import, its actor or an administrator has to see its entries.

-- Ids of the rows of an entity that an import has changed.
create function changed_by_import(of_import uuid, of_entity text) returns setof uuid
  language sql stable
begin atomic
  select entity_id::uuid from audit_log
    where import_id = of_import and entity_type = of_entity and action = 'update' and is_history;
end;

-- Rows of an import that another transaction changed whose time is the same, before or after it: times do not tell. It runs as its
-- owner, because changes of other users count, too.
create function changed_beside_import(of_import uuid) returns table (entity text, id uuid)
  language sql stable security definer
begin atomic
  with beside as materialized (
    select entity_type, entity_id, entity_id::uuid as id from audit_log
    where created_at = (select pg_catalog.min(created_at) from audit_log where import_id = of_import and is_history)
      and is_history and import_id is distinct from of_import and entity_type in ('customer', 'person', 'contact')
  )
  select entity_type, beside.id from beside
    where exists (select from audit_log where import_id = of_import and audit_log.entity_type = beside.entity_type
        and audit_log.entity_id = beside.entity_id and is_history)
      or entity_type = 'customer' and exists (select from customers where customer_id = beside.id and import_id = of_import)
      or entity_type = 'person' and exists (select from people where person_id = beside.id and import_id = of_import)
      or entity_type = 'contact' and exists (select from customer_people where customer_person_id = beside.id and import_id = of_import);
end;

-- Rows of an import that were changed after it. The times of one transaction are equal.
create function changed_since_import(of_import uuid) returns table (entity text, id uuid)
  language sql stable
begin atomic
  select 'customer' as entity, customer_id as id from customers where import_id = of_import and updated_at <> created_at
  union select 'person' as entity, person_id as id from people where import_id = of_import and updated_at <> created_at
  union select 'contact' as entity, customer_person_id as id from customer_people where import_id = of_import and updated_at <> created_at
  -- Contacts of others, which would be deleted with the customer or the person.
  union select 'customer' as entity, customers.customer_id as id from customers join customer_people using (customer_id)
    where customers.import_id = of_import and customer_people.import_id is distinct from of_import
  union select 'person' as entity, people.person_id as id from people join customer_people using (person_id)
    where people.import_id = of_import and customer_people.import_id is distinct from of_import
  union select 'customer' as entity, customer_id as id from audit_log join customers on customer_id = entity_id::uuid
    where audit_log.import_id = of_import and entity_type = 'customer' and action = 'update' and is_history and updated_at <> audit_log.created_at
  union select 'person' as entity, person_id as id from audit_log join people on person_id = entity_id::uuid
    where audit_log.import_id = of_import and entity_type = 'person' and action = 'update' and is_history and updated_at <> audit_log.created_at
  union select 'contact' as entity, customer_person_id as id from audit_log join customer_people on customer_person_id = entity_id::uuid
    where audit_log.import_id = of_import and entity_type = 'contact' and action = 'update' and is_history and updated_at <> audit_log.created_at
  union select entity, id from changed_beside_import(of_import);
end;

-- Gives rows that an import changed the values that they had before, except those in `kept` and those that it created, and returns
-- their number.
create function restore_before_import(of_table regclass, key text, of_entity text, of_import uuid, kept uuid[]) returns bigint
  language plpgsql as $$
declare
  columns text;
  restored bigint;
begin
  select pg_catalog.string_agg(pg_catalog.format('%1$I = before.%1$I', attname), ', ') into columns
    from pg_catalog.pg_attribute
    where attrelid = of_table::oid and attnum > 0 and not attisdropped
      and attname::text <> all (array[key, 'version', 'created_at', 'updated_at', 'created_by', 'updated_by', 'import_id']);
  execute pg_catalog.format('
    with changed as (
      -- The first entry has the value from before the import.
      select distinct on (entity_id, field.key) entity_id::uuid as id, field.key as name, field.value -> 0 as value
      from audit_log cross join lateral pg_catalog.jsonb_each(changes) as field
      where import_id = $1 and entity_type = $2 and action = ''update'' and is_history and entity_id::uuid <> all ($3)
      order by entity_id, field.key, created_at, audit_log.id
    ), whole as (
      select id, pg_catalog.jsonb_object_agg(name, value) as value from changed group by id
    ), before as (
      select (pg_catalog.jsonb_populate_record(given, whole.value)).*
      from whole join %1$s as given on given.%2$I = whole.id and given.import_id is distinct from $1
    )
    update %1$s as target set %3$s from before where target.%2$I = before.%2$I', of_table, key, columns)
    using of_import, of_entity, kept;
  get diagnostics restored = row_count;
  return restored;
end
$$;

-- Undoes an import and returns what it did: { outcome, … }. The outcome is missing, undone (before), changed or done.
create function undo_import(of_import uuid, keeps_changed boolean) returns jsonb
  language plpgsql as $$
declare
  former_mode constant text := coalesce(pg_catalog.current_setting('norberts_spark.history', true), '');
  changed jsonb;
  kept uuid[];
  deleted bigint[] := '{}';
  restored bigint[] := '{}';
  affected bigint;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(of_import::text, 0));
  if not exists (select from audit_log where import_id = of_import and is_history) then
    return '{"outcome": "missing"}';
  end if;
  if exists (select from audit_log where entity_type = 'import' and entity_id = of_import::text and action = 'undo' and is_history) then
    return '{"outcome": "undone"}';
  end if;
  -- Changes of these rows that are under way are seen below, later ones wait.
  perform from customers where customer_id in (select customer_id from customers where import_id = of_import
    union select id from changed_by_import(of_import, 'customer') as id) order by customer_id for update;
  perform from people where person_id in (select person_id from people where import_id = of_import
    union select id from changed_by_import(of_import, 'person') as id) order by person_id for update;
  perform from customer_people where customer_person_id in (select customer_person_id from customer_people where import_id = of_import
    union select id from changed_by_import(of_import, 'contact') as id) order by customer_person_id for update;
  select pg_catalog.array_agg(id), pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('entity', entity, 'id', id) order by entity, id) filter (where place <= 100)
    into kept, changed
    from (select *, pg_catalog.row_number() over (order by entity, id) as place from changed_since_import(of_import)) as since;
  if kept is not null and not keeps_changed then
    return pg_catalog.jsonb_build_object('outcome', 'changed', 'count', pg_catalog.cardinality(kept), 'rows', changed);
  end if;
  kept := coalesce(kept, '{}');
  perform pg_catalog.set_config('norberts_spark.history', 'undo ' || of_import::text, true);
  delete from customer_people where import_id = of_import and customer_person_id <> all (kept)
    and customer_id <> all (kept) and person_id <> all (kept);
  get diagnostics affected = row_count;
  deleted := pg_catalog.array_append(deleted, affected);
  delete from people where import_id = of_import and person_id <> all (kept)
    and not exists (select from customer_people where customer_people.person_id = people.person_id);
  get diagnostics affected = row_count;
  deleted := pg_catalog.array_append(deleted, affected);
  delete from customers where import_id = of_import and customer_id <> all (kept)
    and not exists (select from customer_people where customer_people.customer_id = customers.customer_id);
  get diagnostics affected = row_count;
  deleted := pg_catalog.array_append(deleted, affected);
  restored := array[
    restore_before_import('customer_people'::regclass, 'customer_person_id', 'contact', of_import, kept),
    restore_before_import('people'::regclass, 'person_id', 'person', of_import, kept),
    restore_before_import('customers'::regclass, 'customer_id', 'customer', of_import, kept)];
  perform pg_catalog.set_config('norberts_spark.history', former_mode, true);
  return pg_catalog.jsonb_build_object('outcome', 'done', 'kept', pg_catalog.cardinality(kept),
    'contacts', pg_catalog.jsonb_build_object('deleted', deleted[1], 'restored', restored[1]),
    'people', pg_catalog.jsonb_build_object('deleted', deleted[2], 'restored', restored[2]),
    'customers', pg_catalog.jsonb_build_object('deleted', deleted[3], 'restored', restored[3]));
end
$$;

-- The rows of a JSON array, by the names of columns, that break a CHECK of a table; the first one by name, as PostgreSQL reports it.
-- `index` is that in the array, from 0. A check is left out where the row lacks one of its columns.
create function broken_checks(of_table regclass, given jsonb) returns table (index integer, broken text)
  language plpgsql stable as $$
declare
  tests text;
begin
  select pg_catalog.string_agg(pg_catalog.format('when import_row ?& %L::text[] and (%s) is false then %L',
      columns, pg_catalog.pg_get_expr(conbin, conrelid), conname), ' ' order by conname) into tests
    from pg_catalog.pg_constraint, lateral (
      select pg_catalog.array_agg(attname::text) as columns from pg_catalog.pg_attribute where attrelid = conrelid and attnum = any (conkey)) as named
    where conrelid = of_table::oid and contype = 'c' and columns is not null;
  if tests is null then
    return;
  end if;
  return query execute pg_catalog.format('
    select import_index, import_check from (
      select (import_place - 1)::integer as import_index, case %1$s end as import_check
      from pg_catalog.jsonb_array_elements($1) with ordinality as each (import_row, import_place),
        lateral pg_catalog.jsonb_populate_record(null::%2$s, import_row) as %3$I) as tested
    where import_check is not null', tests, of_table, (select relname from pg_catalog.pg_class where oid = of_table::oid))
    using given;
end
$$;

comment on function broken_checks is 'The rows of a JSON array that break a CHECK of a table.';
comment on function changed_by_import is 'Ids of the rows of an entity that an import has changed.';
comment on function changed_beside_import is 'Rows of an import that another transaction of the same time changed.';
comment on function changed_since_import is 'Rows that an import created or changed and that were changed after it.';
comment on function restore_before_import is 'Gives the rows of a table the values from before an import.';
comment on function undo_import is 'Undoes an import, and returns what it did.';

do $$
declare
  pinned regprocedure;
begin
  foreach pinned in array array['restore_before_import'::regproc::regprocedure, 'undo_import'::regproc::regprocedure, 'broken_checks'::regproc::regprocedure] loop
    execute pg_catalog.format('alter function %s set search_path = %I, pg_temp', pinned, current_schema());
  end loop;
end
$$;

-- schema/50_row_security.sql

-- Row security, for every login but the owner of the tables: rows are seen and changed by the actor of db.as(actor), and
-- without an actor not at all. The subqueries are evaluated once for each statement, and an index can compare with
-- them. Jobs need policies for the role of their own login: docs/how-to/run-with-less-privileges.md.

alter table users enable row level security;
create policy users_self_and_admins on users
  using (user_id = (select current_user_id()) or (select current_actor() ->> 'role' = 'admin'));
comment on policy users_self_and_admins on users is 'Users see and change themselves; administrators see and change all users.';

-- Their role and the account that they sign in with are not theirs to change, nor to choose after they have deleted
-- themselves. Where row security does not apply, to the owner, neither does this.
create function refuse_own_role_change() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  actor jsonb := nullif(current_setting('norberts_spark.actor', true), '')::jsonb;
begin
  if not row_security_active(tg_relid) or actor ->> 'system' is not null or actor ->> 'role' = 'admin' then
    return null;
  end if;
  if tg_op = 'INSERT' or (new.role, new.provider, new.provider_id, new.deactivated_at) is distinct from (old.role, old.provider, old.provider_id, old.deactivated_at) then
    raise exception 'role, provider, provider_id and deactivated_at of a user are set by administrators and jobs'
      using errcode = 'check_violation', schema = tg_table_schema, table = 'users', constraint = 'users_role_by_admins',
        hint = 'Act as an administrator: db.as({ userId, role: ''admin'' }), or as a job.';
  end if;
  return null;
end
$$;

create constraint trigger users_role_by_admins after insert or update of role, provider, provider_id, deactivated_at on users
  for each row execute function refuse_own_role_change();
comment on trigger users_role_by_admins on users is 'Only an administrator can set a role or an identity provider, or deactivate a user.';

-- Neither are the version of a row, its times, and who created and changed it.
create trigger users_stamp_row before insert on users
  for each row when (current_setting('norberts_spark.user_id', true) <> '') execute function stamp_row();
create trigger customers_stamp_row before insert on customers
  for each row when (current_setting('norberts_spark.user_id', true) <> '') execute function stamp_row();
create trigger people_stamp_row before insert on people
  for each row when (current_setting('norberts_spark.user_id', true) <> '') execute function stamp_row();
create trigger customer_people_stamp_row before insert on customer_people
  for each row when (current_setting('norberts_spark.user_id', true) <> '') execute function stamp_row();

alter table customers enable row level security;
create policy customers_signed_in on customers using ((select current_user_id()) is not null);
comment on policy customers_signed_in on customers is 'Every signed-in user sees and changes all customers.';

alter table people enable row level security;
create policy people_signed_in on people using ((select current_user_id()) is not null);
comment on policy people_signed_in on people is 'Every signed-in user sees and changes all people.';

alter table customer_people enable row level security;
create policy customer_people_signed_in on customer_people using ((select current_user_id()) is not null);
comment on policy customer_people_signed_in on customer_people is 'Every signed-in user sees and changes all contacts.';

alter table chats enable row level security;
create policy chats_owner on chats using (user_id = (select current_user_id()));
comment on policy chats_owner on chats is 'A chat is seen and changed by its owner alone.';

alter table messages enable row level security;
create policy messages_owner on messages using (user_id = (select current_user_id()));
comment on policy messages_owner on messages is 'Messages are seen and changed by the owner of their chat alone.';

alter table parts enable row level security;
create policy parts_owner on parts using (user_id = (select current_user_id()));
comment on policy parts_owner on parts is 'Parts are seen and changed by the owner of their chat alone.';

alter table ai_options enable row level security;
create policy ai_options_owner on ai_options using (user_id = (select current_user_id()));
comment on policy ai_options_owner on ai_options is 'Options are seen and changed by the owner of their chat alone.';

alter table audit_log enable row level security;
create policy audit_log_self_and_admins_select on audit_log for select
  using (user_id = (select current_user_id()) or (select current_actor() ->> 'role' = 'admin'));
create policy audit_log_self_and_admins_insert on audit_log for insert
  with check (user_id = (select current_user_id()) or (select current_actor() ->> 'role' = 'admin'));
create policy audit_log_history_insert on audit_log as restrictive for insert with check (not is_history);
-- Queries of the table follow its policies, not those of its partitions. A partition that is named itself has none: only the
-- owner reads and writes it, also where a login was granted all tables of the schema. `maintain` enables it on each.
alter table audit_log_earlier enable row level security;
comment on policy audit_log_self_and_admins_select on audit_log is 'Users see the entries of their own actions; administrators see all entries.';
comment on policy audit_log_self_and_admins_insert on audit_log is 'Users record their own actions; administrators record any.';
comment on policy audit_log_history_insert on audit_log is 'History is written by its triggers alone, which run as the owner.';

-- schema/51_lookups.sql

-- Lookups of actors. PostgreSQL applies a policy before an operator that may leak values, and those of email addresses
-- (citext) and of search may, so that no index of them serves a login with row security. These functions run as their owner,
-- apply the rule of the policies themselves, and return ids only: the statement that calls them reads the rows under the
-- policies.

-- Whether the login that calls, or the role that it has taken, has a policy of one of these conditions.
create function has_policy(of_table regclass, commands text[], conditions text[]) returns boolean
  language plpgsql stable as $$
declare
  caller constant oid := coalesce(nullif(pg_catalog.current_setting('role'), 'none'), session_user::text)::regrole;
begin
  return exists (
    select from pg_catalog.pg_policy
    where polrelid = of_table::oid and caller = any(polroles) and polpermissive and polcmd::text = any(commands)
      and pg_catalog.regexp_replace(pg_catalog.pg_get_expr(polqual, polrelid), ' AS "\?column\?"|[\s()]', '', 'g') = any(conditions)
  );
end
$$;

-- The condition as it is printed, without spaces and parentheses.
create function has_policy_of_jobs(of_table regclass) returns boolean
  language plpgsql stable as $$
begin
  return has_policy(of_table, array['*'], array[pg_catalog.replace('SELECT current_actor->>''system''::text IS NOT NULL', ' ', '')]);
end
$$;

-- Whether the caller may see all rows of a table: its owner, or a login whose policy `grant` has created. Jobs are recognized
-- by a privilege and a policy for all commands, which only they have: to print the condition of a policy takes longer than a
-- lookup.
create function sees_all_rows(of_table regclass) returns boolean
  language plpgsql stable as $$
declare
  caller constant oid := coalesce(nullif(pg_catalog.current_setting('role'), 'none'), session_user::text)::regrole;
begin
  if current_actor() ->> 'system'::text is not null
      and pg_catalog.has_function_privilege(caller, 'erase_user(uuid)'::regprocedure::oid, 'execute'::text)
      and exists (select from pg_catalog.pg_policy where polrelid = of_table::oid and caller = any(polroles) and polcmd = '*') then
    return true;
  end if;
  return exists (
    select from pg_catalog.pg_class where oid = of_table::oid and pg_catalog.pg_has_role(caller, relowner, 'usage')
  ) or exists (
    select from pg_catalog.pg_roles where oid = caller and (rolsuper or rolbypassrls)
  ) or has_policy(of_table, array['*', 'r'], array['true'])
    or current_actor() ->> 'system'::text is not null and has_policy_of_jobs(of_table);
end
$$;

create function find_user_by_email(address citext) returns uuid
  language plpgsql stable security definer as $$
declare
  found_id constant uuid := (select user_id from users where email = address);
begin
  if found_id is null or found_id = current_user_id() or current_actor() ->> 'role'::text = 'admin' or sees_all_rows('users'::regclass) then
    return found_id;
  end if;
  return null;
end
$$;

create function search_users(words tsquery) returns setof uuid
  language plpgsql stable security definer rows 20 as $$
begin
  if current_actor() ->> 'role'::text = 'admin' or sees_all_rows('users'::regclass) then
    return query select user_id from users where search_words(name || ' ' || email::text) @@ words;
  else
    return query select user_id from users
      where user_id = current_user_id() and search_words(name || ' ' || email::text) @@ words;
  end if;
end
$$;

create function search_customers(words tsquery) returns setof uuid
  language plpgsql stable security definer rows 20 as $$
begin
  if current_user_id() is not null or sees_all_rows('customers'::regclass) then
    return query select customer_id from customers
      where (search_words(display_name || ' ' || legal_name || coalesce(' ' || website_url, '')
        || coalesce(' ' || words_of_list(emails, 'address'), '')) || coalesce(digits_of_list(phones), '')) @@ words;
  end if;
end
$$;

create function search_people(words tsquery) returns setof uuid
  language plpgsql stable security definer rows 20 as $$
begin
  if current_user_id() is not null or sees_all_rows('people'::regclass) then
    return query select person_id from people
      where (search_words(first_name || ' ' || last_name || coalesce(' ' || email::text, '')
        || coalesce(' ' || words_of_list(emails, 'address'), '')) || search_digits(phone) || coalesce(digits_of_list(phones), '')) @@ words;
  end if;
end
$$;

create function find_people_by_email(given citext[]) returns setof uuid
  language plpgsql stable security definer rows 20 as $$
begin
  if current_user_id() is not null or sees_all_rows('people'::regclass) then
    -- The index has those in use only.
    return query select person_id from people where email = any(given) and archived_at is null;
  end if;
end
$$;

create function find_customers_by_tags(given text[], is_any boolean default false) returns setof uuid
  language plpgsql stable security definer rows 100 as $$
begin
  if current_user_id() is null and not sees_all_rows('customers'::regclass) then
    return;
  end if;
  if is_any then
    return query select customer_id from customers where tags operator(pg_catalog.&&) given;
  else
    return query select customer_id from customers where tags operator(pg_catalog.@>) given;
  end if;
end
$$;

create function find_customers_by_attributes(given jsonb) returns setof uuid
  language plpgsql stable security definer rows 100 as $$
begin
  if current_user_id() is not null or sees_all_rows('customers'::regclass) then
    return query select customer_id from customers where attributes operator(pg_catalog.@>) given;
  end if;
end
$$;

create function find_people_by_tags(given text[], is_any boolean default false) returns setof uuid
  language plpgsql stable security definer rows 100 as $$
begin
  if current_user_id() is null and not sees_all_rows('people'::regclass) then
    return;
  end if;
  if is_any then
    return query select person_id from people where tags operator(pg_catalog.&&) given;
  else
    return query select person_id from people where tags operator(pg_catalog.@>) given;
  end if;
end
$$;

create function find_people_by_attributes(given jsonb) returns setof uuid
  language plpgsql stable security definer rows 100 as $$
begin
  if current_user_id() is not null or sees_all_rows('people'::regclass) then
    return query select person_id from people where attributes operator(pg_catalog.@>) given;
  end if;
end
$$;

-- For the deletion of users: administrators see no chats.
create function files_of_users(ids uuid[]) returns setof text
  language plpgsql stable security definer as $$
begin
  return query select distinct parts.user_id::text || '/'::text || parts.file from parts
    where parts.user_id = any(ids) and parts.file is not null
      and (parts.user_id = current_user_id() or current_actor() ->> 'role'::text = 'admin' or sees_all_rows('users'::regclass));
end
$$;

create function find_people_by_further_email(given text[]) returns setof uuid
  language plpgsql stable security definer rows 20 as $$
begin
  if current_user_id() is not null or sees_all_rows('people'::regclass) then
    return query select person_id from people
      where emails is not null and texts_of_list(emails, 'address') operator(pg_catalog.&&) given;
  end if;
end
$$;

-- Ids that no user has, which the foreign key of an owner would refuse. It tells a caller no more than that refusal does.
create function find_missing_users(ids uuid[]) returns setof uuid
  language plpgsql stable security definer rows 20 as $$
begin
  if current_user_id() is not null or sees_all_rows('users'::regclass) then
    return query select distinct id from pg_catalog.unnest(ids) as id
      where not exists (select from users where users.user_id = id);
  end if;
end
$$;

-- Rows that share a key of duplicates, up to a number for each key. The planner would read the table from its beginning where it expects
-- many rows with a key, and the key may be one of few.
create function find_customers_by_keys(keys text[], most integer) returns setof uuid
  language plpgsql stable security definer rows 20 set enable_seqscan = off as $$
begin
  if current_user_id() is not null or sees_all_rows('customers'::regclass) then
    return query select distinct found.customer_id from pg_catalog.unnest(keys) as key cross join lateral (
      select customers.customer_id from customers
      where customer_duplicate_keys(legal_name, display_name, website_url) operator(pg_catalog.@>) array[key] and archived_at is null limit most) as found;
  end if;
end
$$;

create function find_people_by_keys(keys text[], most integer) returns setof uuid
  language plpgsql stable security definer rows 20 set enable_seqscan = off as $$
begin
  if current_user_id() is not null or sees_all_rows('people'::regclass) then
    return query select distinct found.person_id from pg_catalog.unnest(keys) as key cross join lateral (
      select people.person_id from people
      where person_duplicate_keys(first_name, last_name, email::text, phone) operator(pg_catalog.@>) array[key] and archived_at is null limit most) as found;
  end if;
end
$$;

comment on function has_policy is 'Whether the login that calls has a policy of a table with one of these conditions.';
comment on function has_policy_of_jobs is 'Whether the login that calls has the policy of jobs.';
comment on function sees_all_rows is 'Whether the login that calls may see all rows of a table.';
comment on function find_user_by_email is 'The user with an email address, if the actor may see it.';
comment on function search_users is 'Users that the actor may see and that have all words of a query.';
comment on function search_customers is 'Customers that the actor may see and that have all words of a query.';
comment on function search_people is 'People that the actor may see and that have all words of a query.';
comment on function find_people_by_email is 'People that the actor may see, by email address.';
comment on function find_people_by_further_email is 'People that the actor may see, by one of the email addresses in their list.';
comment on function files_of_users is 'Keys of the files of users that the actor may see.';
comment on function find_missing_users is 'Those of some ids that no user has.';
comment on function find_customers_by_keys is 'Customers that the actor may see and that share a key of duplicates.';
comment on function find_people_by_keys is 'People that the actor may see and that share a key of duplicates.';
comment on function find_customers_by_tags is 'Customers that the actor may see and that have all of some tags, or any of them.';
comment on function find_customers_by_attributes is 'Customers that the actor may see and whose attributes contain others.';
comment on function find_people_by_tags is 'People that the actor may see and that have all of some tags, or any of them.';
comment on function find_people_by_attributes is 'People that the actor may see and whose attributes contain others.';

-- Their names lead to the schema of their creation, never to a temporary table.
do $$
declare
  pinned text;
begin
  foreach pinned in array array['has_policy(regclass, text[], text[])', 'has_policy_of_jobs(regclass)',
    'sees_all_rows(regclass)', 'find_user_by_email(citext)', 'search_users(tsquery)',
    'search_customers(tsquery)', 'search_people(tsquery)', 'find_people_by_email(citext[])', 'files_of_users(uuid[])',
    'find_customers_by_keys(text[],integer)', 'find_people_by_keys(text[],integer)', 'find_customers_by_tags(text[], boolean)',
    'find_customers_by_attributes(jsonb)', 'find_people_by_tags(text[], boolean)', 'find_people_by_attributes(jsonb)',
    'find_people_by_further_email(text[])', 'find_missing_users(uuid[])'] loop
    execute pg_catalog.format('alter function %s set search_path = %I, pg_temp', pinned, current_schema());
  end loop;
end
$$;
