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
