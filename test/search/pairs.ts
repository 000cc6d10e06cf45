/** A text, queries that find it, and queries that do not, as a person expects. */
export interface Pair {
  /** Whether only the words of messages find it, which the process makes: numbers of phones in a text. */
  isMessage?: boolean
  text: string
  finds: string[]
  misses?: string[]
}

export const PAIRS: Record<string, Pair[]> = {
  latin: [
    {
      text: 'Christopher Anderson',
      finds: ['Anderson Christopher', 'chris', 'and ch'],
      misses: ['topher', 'chris x'],
    },
    {
      text: 'Call me, maybe',
      finds: ['call me maybe', '"call me"', 'maybe call'],
      misses: ['"me call"', '"call maybe"'],
    },
    { text: 'Zoë Šķēle-Müller', finds: ['zoe', 'skele', 'SKELE-MULLER', 'müller'], misses: ['kele'] },
    { text: 'Straße am Weißen Hügel', finds: ['strasse', 'STRASSE', 'weissen', 'straße hugel'] },
    { text: 'Ærø smørrebrød œuvre', finds: ['aero', 'smorrebrod', 'oeuvre', 'ærø'] },
    { text: 'İstanbul Işık ılık', finds: ['istanbul', 'ISTANBUL', 'isik', 'işık', 'ilik'] },
    { text: 'Łódź Gdańsk', finds: ['lodz', 'ŁÓDŹ', 'gdansk'] },
    { text: 'ﬁnal ﬂight ﬃ', finds: ['final', 'flight', 'ffi'] },
    { text: 'Ｆｕｌｌ　ｗｉｄｔｈ １２３', finds: ['full width', '123', 'ｆｕｌｌ'] },
    {
      text: 'soft\u00adhyphen zero\u200bwidth',
      finds: ['softhyphen', 'zerowidth', 'soft', 'zero\u200bwidth'],
    },
    { text: 'Þórður Đặng', finds: ['thordur', 'dang'] },
    { text: 'e\u0301te\u0301 naïve', finds: ['été', 'ete', 'naive'] },
  ],
  vietnamese: [
    { text: 'Nguyễn Văn Đức', finds: ['nguyen', 'van duc', 'Đức', 'nguyễn'], misses: ['uyen'] },
    { text: 'Phở bò ở Hà Nội', finds: ['pho bo', 'ha noi', 'hà nội'] },
  ],
  greek: [
    { text: 'Οδυσσέας', finds: ['οδυσσεας', 'ΟΔΥΣΣΕΑΣ', 'οδυσσέα'] },
    { text: 'ὁ ἄνθρωπος Σίσυφος', finds: ['ανθρωπος', 'ΣΙΣΥΦΟΣ', 'σισυφοσ'] },
  ],
  cyrillic: [
    { text: 'Пётр Чайковский', finds: ['петр', 'ЧАЙКОВСКИЙ', 'чайк пе'], misses: ['ковский'] },
    { text: 'Київ, Україна', finds: ['київ', 'УКРАЇНА'] },
    { text: 'Ђорђе Њежић', finds: ['ђорђе', 'ЊЕЖИЋ'] },
  ],
  arabic: [
    { text: 'مُحَمَّد', finds: ['محمد', 'مُحمد'] },
    { text: 'أحمد إبراهيم آدم', finds: ['احمد', 'ابراهيم', 'ادم', 'أحمد'] },
    { text: 'الكتاب الجديد', finds: ['كتاب', 'الكتاب', 'جديد'] },
    { text: 'مـــرحبا ١٢٣', finds: ['مرحبا', '123', '١٢٣'] },
    { text: 'می‌خواهم کتاب', finds: ['میخواهم', 'کتاب', 'كتاب'] },
  ],
  hebrew: [
    { text: 'שָׁלוֹם עֲלֵיכֶם', finds: ['שלום', 'עליכם', 'שלום עליכם'] },
    { text: 'צה"ל בן־גוריון', finds: ['צה"ל', 'גוריון'] },
  ],
  devanagari: [
    { text: 'हिन्दी में किताबें', finds: ['हिन्दी', 'किताब', 'किताबें'], misses: ['हनद'] },
    { text: 'ज़रूरी काम', finds: ['जरूरी', 'ज़रूरी'] },
  ],
  bengali: [{ text: 'বাংলা ভাষা', finds: ['বাংলা', 'ভাষা'] }],
  tamil: [{ text: 'தமிழ் மொழி', finds: ['தமிழ்', 'மொழி'] }],
  thai: [
    { text: 'ภาษาไทยง่ายมาก', finds: ['ไทย', 'ง่าย', 'ภาษา', 'ย'], misses: ['ไทยมาก'] },
    { text: 'ราคา ๑๒๓ บาท', finds: ['123', 'บาท'] },
  ],
  khmer: [{ text: 'ភាសាខ្មែរ', finds: ['ខ្មែរ', 'ភាសា'] }],
  lao: [{ text: 'ພາສາລາວ', finds: ['ລາວ'] }],
  burmese: [{ text: 'မြန်မာဘာသာ', finds: ['ဘာသာ', 'မြန်မာ'] }],
  chinese: [
    { text: '东京都塔在哪里', finds: ['东京', '塔', '哪里', '里', '东京都塔'], misses: ['京东', '都在'] },
    { text: '京都と東京', finds: ['京都', '東京', '京都 東京'], misses: ['東京都'] },
    { text: '我用iPhone拍照', finds: ['iphone', '拍照', '我用iPhone'] },
  ],
  japanese: [
    {
      text: '東京タワーはどこですか',
      finds: ['タワー', '東京', 'どこ', 'ﾀﾜｰ', 'たわー'],
      misses: ['東タワ'],
    },
    { text: 'ｶﾞﾝﾀﾞﾑ', finds: ['ガンダム', 'がんだむ'] },
  ],
  korean: [
    { text: '안녕하세요 세계', finds: ['안녕', '하세요', '세계', '녕'], misses: ['안하'] },
    { text: '한국'.normalize('NFD'), finds: ['한국', '국'] },
  ],
  georgian: [{ text: 'საქართველო', finds: ['საქართ', 'ᲡᲐᲥᲐᲠᲗᲕᲔᲚᲝ'] }],
  armenian: [{ text: 'Հայաստան', finds: ['հայաստան', 'ՀԱՅ'] }],
  ethiopic: [{ text: 'ሰላም፡ለዓለም', finds: ['ሰላም', 'ለዓለም'] }],
  emoji: [
    { text: 'Party 🎉🎊 tonight', finds: ['🎉', '🎊', '🎉🎊', 'party 🎊'], misses: ['🎂'] },
    { text: 'Good 👍🏽 ❤️', finds: ['👍', '👍🏿', '❤', '❤️'] },
    { text: 'Family 👩‍👩‍👧 🇱🇻', finds: ['👩‍👩‍👧', '🇱🇻'], misses: ['🇪🇪'] },
  ],
  names: [
    { text: "Conan O'Brien", finds: ["o'brien", 'obrien', 'brien', 'o’brien', 'conan obr'] },
    { text: 'Conan O’Brien', finds: ["o'brien", 'obrien'] },
    {
      text: 'Jean-Luc Picard',
      finds: ['jean-luc', 'jeanluc', 'luc', 'jean luc', '"jean luc picard"'],
      misses: ['luc-jean'],
    },
    { text: 'Ronald McDonald', finds: ['mcdonald', 'donald'] },
    {
      text: 'Ada Lovelace',
      finds: ['"ada lovelace"', 'a l', '“ada lovelace”', 'lovelace "ada"'],
      misses: ['"ada love"', '"lovelace ada"'],
    },
    { text: 'AT&T and R&D', finds: ['at&t', 'att', 'r&d', 'rd'] },
  ],
  code: [
    { text: 'I write C++ and C# daily', finds: ['c++', 'C#', 'c', 'c++ c#'], misses: ['c+++d'] },
    { text: 'A cat sat', finds: ['cat'], misses: ['c++', 'c#'] },
    {
      text: 'Use node.js v3.14',
      finds: ['node.js', 'nodejs', 'node', 'js', 'v3.14'],
      misses: ['node.css'],
    },
    { text: 'pi is 3.14159', finds: ['3.14', '3.14159'], misses: ['14.3'] },
    { text: 'call foo_bar(baz)', finds: ['foo_bar', 'foobar', 'bar', 'foo', 'baz'], misses: ['bar_foo'] },
    { text: 'getUserName returns', finds: ['getUserName', 'getusername', 'user', 'name', 'getUser'] },
    { text: 'price 1,000 EUR', finds: ['1000', '1,000', '1.000'] },
    { text: 'a+b=c', finds: ['a+b', 'a', 'b', 'c'] },
    { text: 'src/query/page.ts', finds: ['page.ts', 'query/page', 'src'], misses: ['page/query'] },
  ],
  addresses: [
    {
      text: 'mail user.name@example.com',
      finds: ['user.name@example.com', 'user', 'example.com', 'username', 'name@example'],
    },
    {
      text: 'see https://www.acme.com/about',
      finds: ['acme.com', 'acme', 'https://www.acme.com/about', 'www.acme.com', 'about'],
      misses: ['acme.org'],
    },
  ],
  hostile: [
    { text: '100%_sure\\ yes', finds: ['%_sure\\', '100%', 'sure'], misses: ['%', '_', '\\', '10_%z'] },
    {
      text: 'cats & dogs | birds',
      finds: [
        'cats & dogs',
        'cats&dogs',
        'birds | cats',
        '!cats',
        'cats:*',
        'cats <-> dogs',
        '(cats',
        "cats'",
      ],
      misses: ['fish | horses', ':*', '!', '&'],
    },
    { text: 'say "hello" twice', finds: ['"hello"', '"hello', 'hello"', '""hello', 'say "hello"'] },
    { text: 'nul and words', finds: ['nul\0 words', 'words\ud800'] },
  ],
}
