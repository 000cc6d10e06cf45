/**
 * Characters that searches ignore, as a class of a regular expression: accents, vowel points of Hebrew and Arabic, the
 * Arabic tatweel, soft hyphens and other characters without width, variation selectors, skin tones. The vowel signs of
 * the scripts of India and South-East Asia are letters.
 */
const IGNORED =
  String.raw`\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u061c\u0640` +
  String.raw`\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u08ca-\u08ff\u093c\u180b-\u180f` +
  String.raw`\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f\ufeff` +
  String.raw`\ufff9-\ufffb\u{1f3fb}-\u{1f3ff}\u{e0000}-\u{e0fff}`

/** Characters that join words to one: O'Brien, Jean-Luc, node.js, foo_bar, R&D. */
const JOINERS = String.raw`&'._\-\u2010\u2018\u2019\u05f3\u05f4`

/** Characters between words. + and # are not among them, because of C++ and C#. */
const SEPARATORS =
  String.raw`\u0001-\u0022\u0024\u0025\u0028-\u002a\u002c\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u00bf\u00d7\u00f7` +
  String.raw`\u02c2-\u02df\u02e5-\u02ff\u0375\u03f6\u0482\u055a-\u055f\u0589-\u058f\u05be\u05c0\u05c3\u05c6\u0606-\u060f` +
  String.raw`\u061b-\u061f\u066a-\u066d\u06d4\u06dd\u06de\u06e9\u06fd\u06fe\u0700-\u070f\u0964\u0965\u0970\u0e3f\u0e4f` +
  String.raw`\u0e5a\u0e5b\u0f01-\u0f17\u0f3a-\u0f3d\u0fbe-\u0fda\u104a-\u104f\u10fb\u1360-\u1368\u1400\u166d\u166e\u1680` +
  String.raw`\u16eb-\u16ed\u17d4-\u17db\u1800-\u180a\u1940-\u1945\u2000-\u200f\u2011-\u2017\u201a-\u2319\u231c-\u23e8` +
  String.raw`\u23fb-\u25ff\u27c0-\u2b04\u2b56-\u2bff\u2e00-\u2e7f\u2ff0-\u3004\u3008-\u3020\u3030\u303d-\u303f\u30a0\u30fb` +
  String.raw`\u3190-\u319f\u31c0-\u31ef\u4dc0-\u4dff\ua4fe\ua4ff\ua60d-\ua60f\ua673\ua67e\ua6f2-\ua6f7\ua700-\ua716\ua720` +
  String.raw`\ua721\ua789\ua78a\ua8ce\ua8cf\ud7fc-\uf8ff\ufd3e-\ufd4f\ufe10-\ufe1f\ufe30-\ufe6f\ufffc-\uffff` +
  String.raw`\u{1d000}-\u{1d3ff}`

/** Letters of scripts without spaces between words, and emoji: Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese. */
const UNSPACED =
  String.raw`\u0e01-\u0e5b\u0e81-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u231a\u231b\u23e9-\u23fa\u2600-\u27bf` +
  String.raw`\u2b05-\u2b55\u3005-\u3007\u3021-\u302f\u3031-\u303c\u3041-\u30ff\u3105-\u318f\u31a0-\u31bf\u31f0-\u4dbf` +
  String.raw`\u4e00-\u9fff\ua960-\ua97f\uaa60-\uaa7f\ua9e0-\ua9fe\uac00-\ud7fb\uf900-\ufaff\u{1f000}-\u{1fbff}` +
  String.raw`\u{20000}-\u{3ffff}`

/** Letters that another letter stands for, and that letter. normalize() replaces compatibility forms. */
const LETTERS: readonly (readonly [from: string, to: string])[] = [
  [
    'ÐØĐĦŁŊŦƁƂƄƆƇƉƊƋƎƏƐƑƓƔƖƗƘƜƝƟƢƤƦƧƩƬƮƱƲƳƵƷƸƼǤǶǷȜȠȢȤȺȻȽȾɁɃɄɅɆɈɊɌɎøłđðħŋŧıĸ',
    'dodhlntɓƃƅɔƈɖɗƌǝəɛƒɠɣɩɨƙɯɲɵƣƥʀƨʃƭʈʊʋƴƶʒƹƽǥƕƿȝƞȣȥⱥȼƚⱦɂƀʉʌɇɉɋɍɏolddhntik',
  ],
  [
    'ͰͲͶͿΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩϏϘϚϜϞϠϢϤϦϨϪϬϮϷϺϽϾϿЂЄЅІЈЉЊЋЏАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯѠѢѤѦѨѪѬѮѰѲѴѸѺѼѾҀҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨҪҬҮҰҲҴҶҸҺҼҾӀӃӅӇӉӋӍӔӘӠӨӶӺӼӾԀԂԄԆԈԊԌԎԐԒԔԖԘԚԜԞԠԢԤԦԨԪԬԮς',
    'ͱͳͷϳαβγδεζηθικλμνξοπρστυφχψωϗϙϛϝϟϡϣϥϧϩϫϭϯϸϻͻͼͽђєѕіјљњћџабвгдежзиклмнопрстуфхцчшщъыьэюяѡѣѥѧѩѫѭѯѱѳѵѹѻѽѿҁҋҍҏґғҕҗҙқҝҟҡңҥҧҩҫҭүұҳҵҷҹһҽҿӏӄӆӈӊӌӎӕәӡөӷӻӽӿԁԃԅԇԉԋԍԏԑԓԕԗԙԛԝԟԡԣԥԧԩԫԭԯσ',
  ],
  [
    'ԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖᲐᲑᲒᲓᲔᲕᲖᲗᲘᲙᲚᲛᲜᲝᲞᲟᲠᲡᲢᲣᲤᲥᲦᲧᲨᲩᲪᲫᲬᲭᲮᲯᲰᲱᲲᲳᲴᲵᲶᲷᲸᲹᲺᲽᲾᲿ𞤀𞤁𞤂𞤃𞤄𞤅𞤆𞤇𞤈𞤉𞤊𞤋𞤌𞤍𞤎𞤏𞤐𞤑𞤒𞤓𞤔𞤕𞤖𞤗𞤘𞤙𞤚𞤛𞤜𞤝𞤞𞤟𞤠𞤡',
    'աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆაბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰჱჲჳჴჵჶჷჸჹჺჽჾჿ𞤢𞤣𞤤𞤥𞤦𞤧𞤨𞤩𞤪𞤫𞤬𞤭𞤮𞤯𞤰𞤱𞤲𞤳𞤴𞤵𞤶𞤷𞤸𞤹𞤺𞤻𞤼𞤽𞤾𞤿𞥀𞥁𞥂𞥃',
  ],
  ['ىیکةہھٱ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'ييكههها01234567890123456789'],
  [
    '०१२३४५६७८९০১২৩৪৫৬৭৮৯੦੧੨੩੪੫੬੭੮੯૦૧૨૩૪૫૬૭૮૯୦୧୨୩୪୫୬୭୮୯௦௧௨௩௪௫௬௭௮௯౦౧౨౩౪౫౬౭౮౯೦೧೨೩೪೫೬೭೮೯൦൧൨൩൪൫൬൭൮൯๐๑๒๓๔๕๖๗๘๙໐໑໒໓໔໕໖໗໘໙༠༡༢༣༤༥༦༧༨༩၀၁၂၃၄၅၆၇၈၉០១២៣៤៥៦៧៨៩',
    '01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789',
  ],
  [
    'ァアィイゥウェエォオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトドナニヌネノハバパヒビピフブプヘベペホボポマミムメモャヤュユョヨラリルレロヮワヰヱヲンヴヵヶ',
    'ぁあぃいぅうぇえぉおかがきぎくぐけげこごさざしじすずせぜそぞただちぢっつづてでとどなにぬねのはばぱひびぴふぶぷへべぺほぼぽまみむめもゃやゅゆょよらりるれろゎわゐゑをんゔゕゖ',
  ],
]

/** Letters that two letters stand for. */
const PAIRS = { ß: 'ss', ẞ: 'ss', þ: 'th', Þ: 'th', æ: 'ae', Æ: 'ae', œ: 'oe', Œ: 'oe' }

const STAND_INS: ReadonlyMap<string, string> = new Map([
  ...Object.entries(PAIRS),
  ...LETTERS.flatMap(([from, to]) => {
    const letters = Array.from(to)
    return Array.from(from, (letter, index) => [letter, letters[index] as string] as const)
  }),
])

export const BEYOND_ASCII = /[^\0-\x7f]/u
const EACH_BEYOND_ASCII = /[^\0-\x7f]/gu
const IGNORED_RUN = new RegExp(`[${IGNORED}]+`, 'gu')
/** No word has more marks on one letter. normalize() takes the square of a run of them. */
const LONG_RUN_OF_MARKS = /(\p{M}{8})\p{M}+/gu

/** Typed as a quote within Hebrew acronyms. */
const GERSHAYIM = /(?<=[\u05d0-\u05ea])"(?=[\u05d0-\u05ea])/gu

/** The character classes, for regular expressions. */
export const CLASSES = { joiners: JOINERS, separators: SEPARATORS, unspaced: UNSPACED } as const

/**
 * Text with the letters that searches compare: without accents and typographic variants. ASCII keeps its letter case. The
 * function `search_letters` of the schema does the same.
 */
export function lettersOf(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text
  return text
    .replace(IGNORED_RUN, '')
    .replace(LONG_RUN_OF_MARKS, '$1')
    .normalize('NFKD')
    .replace(IGNORED_RUN, '')
    .normalize('NFC')
    .replace(EACH_BEYOND_ASCII, (letter) => STAND_INS.get(letter) ?? letter)
    .replace(GERSHAYIM, '\u05f4')
}

/** ASCII in lower case. Other letters have no case any more. */
export function lowerCase(letters: string): string {
  return letters.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase())
}

const BETWEEN_WORDS = new RegExp(`[${SEPARATORS}${JOINERS}]+`, 'gu')

/** The words of a text with one space between them, as the function `search_text` of the schema makes them. */
export function separateWords(text: string): string {
  return lowerCase(lettersOf(text).replace(BETWEEN_WORDS, ' '))
}
