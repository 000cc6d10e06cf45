import type { Pair } from './pairs.ts'

/** More of the same, written without regard to how words are made. */
export const MORE_PAIRS: Record<string, Pair[]> = {
  latin: [
    {
      text: 'Żółta łódź płynie po Wiśle',
      finds: ['zolta lodz', 'ŻÓŁTA', 'wisle', 'plynie wis'],
      misses: ['olta'],
    },
    {
      text: 'Příliš žluťoučký kůň úpěl ďábelské ódy',
      finds: ['prilis zlutoucky', 'kun', 'ďábelské', 'dabelske ody'],
    },
    {
      text: 'El niño comió piñata ¿verdad?',
      finds: ['nino', 'niño', 'pinata', 'verdad', '¿verdad?'],
      misses: ['ino'],
    },
    {
      text: 'Größe: Fußgängerübergang',
      finds: ['grosse', 'Größe', 'fussganger', 'FUSSGÄNGER', 'fußgängerübergang'],
    },
    { text: 'MASSE und Maße', finds: ['masse', 'maße', 'MASSE'] },
    { text: 'Åse Øverland på fjellet', finds: ['ase overland', 'Øverland', 'pa fjellet'] },
    { text: 'Ştefan cel Mare și Țara', finds: ['stefan', 'ștefan', 'şi', 'tara', 'țara', 'ţara'] },
    { text: "l'été à Zürich, c'est beau", finds: ['ete', 'été', "l'ete", 'zurich', 'cest', 'c’est beau'] },
    {
      text: 'Diyarbakır ilçesi, IĞDIR ili',
      finds: ['diyarbakir', 'DIYARBAKIR', 'ığdır', 'igdir', 'İLÇESİ', 'ilcesi'],
    },
    { text: 'Győr – Őrség, tűz', finds: ['gyor', 'orseg', 'tuz', 'győr őrség'] },
    { text: 'Ķekava, Jūrmala un Liepāja', finds: ['kekava', 'JURMALA', 'liepaja jur'] },
    { text: 'Straßburg/Strasbourg', finds: ['strassburg', 'strasbourg', 'straßburg'] },
    { text: 'façade coöperate rôle', finds: ['facade', 'cooperate', 'role', 'FAÇADE'] },
    { text: 'Ĉu vi parolas Esperanton?', finds: ['cu vi', 'esperanton', 'Ĉu'] },
  ],
  vietnamese: [
    {
      text: 'Trường Đại học Bách khoa Thành phố Hồ Chí Minh',
      finds: ['truong dai hoc', 'bách khoa', 'ho chi minh', 'HỒ CHÍ'],
      misses: ['ruong'],
    },
    { text: 'Tôi muốn đặt hai vé đi Đà Nẵng', finds: ['da nang', 'đà nẵng', 'dat ve', 'toi muon'] },
  ],
  greek: [
    {
      text: 'Ο Γιώργος μένει στην Αθήνα',
      finds: ['γιωργος', 'ΑΘΗΝΑ', 'Γιώργος Αθήνα', 'αθην'],
      misses: ['θηνα'],
    },
    { text: 'ΜΑΪΟΣ και Μάιος, προϊόν', finds: ['μαιος', 'Μάϊος', 'προιον', 'ΠΡΟΪΟΝ'] },
    { text: 'ὦ ἄνδρες Ἀθηναῖοι', finds: ['ω ανδρες', 'αθηναιοι', 'ΑΘΗΝΑΙΟΙ'] },
  ],
  cyrillic: [
    { text: 'Ёлка стоит в лесу', finds: ['елка', 'ёлка', 'ЁЛКА', 'лесу ел'], misses: ['лка'] },
    { text: 'Мій дім — моя фортеця; об’єкт', finds: ['мій дім', "об'єкт", 'об’єкт', 'обєкт', 'фортец'] },
    {
      text: 'Йошкар-Ола, Санкт-Петербург',
      finds: ['йошкар', 'ола', 'санкт-петербург', 'петербург', 'санктпетербург'],
    },
    { text: 'Ўзбекистон Республикаси, Қазақстан', finds: ['Ўзбекистон', 'қазақстан', 'ҚАЗАҚ'] },
    { text: 'Љубав и Џеп', finds: ['љубав', 'ЏЕП'] },
  ],
  arabic: [
    {
      text: 'بالعربية وللكتاب والقلم',
      finds: ['عربية', 'العربية', 'كتاب', 'قلم', 'القلم', 'والقلم'],
      misses: ['لقلم'],
    },
    { text: 'وقت الغداء', finds: ['وقت', 'غداء'], misses: ['غد وقتل'] },
    { text: 'السَّلامُ عَلَيْكُمْ ورحمة الله', finds: ['السلام عليكم', 'سلام', 'رحمة', 'ورحمة الله', 'رحمه'] },
    { text: 'مدرسة البنات في القاهرة', finds: ['مدرسه', 'مدرسة', 'القاهره', 'قاهرة', 'بنات'] },
    { text: 'إنّ أمّي تُحبُّ القهوةَ', finds: ['ان امي', 'القهوة', 'تحب'] },
    { text: 'على الهاتف ٠٧٧١٢٣٤٥٦٧', finds: ['علي', '0771234567', 'الهاتف', 'هاتف'] },
    { text: 'کتابخانهٔ ملی ایران', finds: ['كتابخانه', 'ملي', 'ایران', 'ايران'] },
    { text: 'یہ اردو زبان ہے', finds: ['اردو', 'زبان', 'يہ'] },
  ],
  hebrew: [
    { text: 'בְּרֵאשִׁית בָּרָא אֱלֹהִים', finds: ['בראשית', 'ברא אלהים', 'אלהים ברא'] },
    { text: 'ד״ר כהן גר בתל אביב', finds: ['דר כהן', 'ד"ר', 'אביב', 'ד״ר כהן'] },
    { text: 'צ\'ק על סך 1,500 ש"ח', finds: ["צ'ק", 'צ׳ק', 'צק', '1500', 'ש"ח', 'שח'] },
  ],
  devanagari: [
    { text: 'मुझे दिल्ली जाना है।', finds: ['दिल्ली', 'जाना', 'मुझे दिल्ली', 'है'], misses: ['ल्ली'] },
    { text: 'क़लम और क़िताब', finds: ['कलम', 'क़लम', 'किताब', 'क़िताब'] },
    { text: 'महाराष्ट्र, पुणे ४११००१', finds: ['महाराष्ट्र', '411001', '४११००१', 'पुणे'] },
    { text: 'संस्कृतम् अहं पठामि', finds: ['संस्कृत', 'पठामि अहं'] },
  ],
  thai: [
    { text: 'ฉันอยากไปเที่ยวเชียงใหม่', finds: ['เชียงใหม่', 'ไปเที่ยว', 'อยาก'], misses: ['กรุงเทพ'] },
    { text: 'น้ำแข็ง น้ํา', finds: ['น้ำ', 'แข็ง'] },
  ],
  chinese: [
    {
      text: '请帮我订一张去上海的火车票',
      finds: ['上海', '火车票', '订', '上海 火车', '票'],
      misses: ['海上', '火票'],
    },
    {
      text: '我在GitHub上看到Kubernetes部署',
      finds: ['github', 'kubernetes', '部署', 'Kubernetes部署', '看到'],
    },
    { text: '价格：￥１２８元', finds: ['128', '元', '价格'] },
    { text: '臺灣大學的圖書館', finds: ['臺灣', '大學', '圖書館', '書'] },
    { text: '微信、支付宝', finds: ['微信', '支付宝', '微信 支付宝'], misses: ['信支'] },
  ],
  japanese: [
    {
      text: 'コーヒーを飲みながらプログラミングする',
      finds: ['コーヒー', 'こーひー', 'プログラミング', 'ﾌﾟﾛｸﾞﾗﾐﾝｸﾞ', '飲み'],
      misses: ['ヒコ'],
    },
    { text: '㈱東京製作所　第２工場', finds: ['東京', '製作所', '第2工場', '工場'] },
    { text: 'がぎぐげご パピプ', finds: ['がぎ', 'ガギグ', 'ぱぴぷ', 'パピ'] },
    { text: 'ＪＲ山手線・渋谷駅', finds: ['jr', '山手線', '渋谷', 'JR山手線'] },
  ],
  korean: [
    {
      text: '서울특별시 강남구에서 만나요',
      finds: ['서울', '강남', '강남구', '만나요', '특별시'],
      misses: ['남강'],
    },
    { text: '카카오톡으로 연락 주세요!', finds: ['카카오톡', '연락', '톡', '주세요'] },
    { text: `${'대한민국'.normalize('NFD')} 만세`, finds: ['대한민국', '민국', '만세'] },
  ],
  emoji: [
    { text: 'Ship it 🚀 now ✅', finds: ['🚀', 'ship 🚀', '✅', '🚀 now'], misses: ['🛸'] },
    { text: 'ok👌🏻great', finds: ['👌', '👌🏽', 'ok', 'great'] },
    { text: '❤️‍🔥 and 👨‍💻', finds: ['❤️‍🔥', '👨‍💻', '❤', '🔥'] },
  ],
  mixed: [
    {
      text: 'Встреча в Zoom: https://zoom.us/j/123456789',
      finds: ['встреча zoom', 'zoom.us', '123456789', 'ZOOM'],
    },
    { text: 'Café Москва 東京 ☕', finds: ['cafe москва', '東京 cafe', '☕', 'МОСКВА'] },
    {
      text: 'useEffect(() => fetchData(), [])',
      finds: ['useEffect', 'useeffect', 'fetchData', 'fetch', 'effect', 'use effect'],
    },
    {
      text: 'SELECT * FROM user_accounts WHERE id = 42;',
      finds: ['user_accounts', 'accounts', 'select from', 'id = 42', 'where id'],
      misses: ['id 43'],
    },
    {
      text: 'npm install @types/node@18.2.0 --save-dev',
      finds: ['@types/node', 'types/node', '18.2.0', '--save-dev', 'save-dev', 'savedev', 'npm install'],
    },
    {
      text: 'C:\\Users\\ada\\Documents\\report_final.docx',
      finds: ['C:\\Users', 'report_final', 'final.docx', 'documents', 'ada'],
    },
    { text: 'TCP/IP, I/O and Wi-Fi 6E', finds: ['tcp/ip', 'wi-fi', 'wifi', 'i/o', '6e', 'wi fi'] },
    { text: 'On 2026-03-14 at 09:30', finds: ['2026-03-14', '2026', '09:30', '"2026-03-14"', '20260314'] },
  ],
  phones: [
    {
      isMessage: true,
      text: 'Call +1 (555) 010-7788 today',
      finds: ['5550107788', '555 010 7788', '+1 555 010 7788', '0107788', '(555) 010-7788'],
    },
    {
      isMessage: true,
      text: 'tel. 020 7946 0958',
      finds: ['02079460958', '7946 0958', '020 7946', '79460958'],
    },
    {
      isMessage: true,
      text: 'Tālr. +371 2612 3456',
      finds: ['26123456', '+37126123456', '37126123456', '2612 3456', '0037126123456'],
    },
  ],
  websites: [
    {
      text: 'Visit http://shop.example.co.uk/cart?id=7',
      finds: ['example.co.uk', 'shop.example.co.uk', 'cart', 'http://shop.example.co.uk', 'shop'],
    },
    {
      text: 'www.Müller-Brot.de',
      finds: ['müller-brot.de', 'muller-brot', 'muller', 'www.müller-brot.de', 'brot.de'],
    },
    {
      text: 'write to jane_doe+news@mail.example.org',
      finds: ['jane_doe', 'jane', 'mail.example.org', 'example.org', 'news'],
    },
  ],
  quoted: [
    {
      text: 'to be, or not to be: that is the question',
      finds: ['"to be or not to be"', '"not to be" question', '"the question"'],
      misses: ['"be to"', '"or to be"', '"to be that the"'],
    },
    {
      text: 'The quick brown fox',
      finds: ['"quick brown"', '“quick brown fox”', '«quick brown»', 'fox "the quick"'],
      misses: ['"brown quick"', '"quick fox"'],
    },
    {
      text: 'Die "Neue Zürcher Zeitung"',
      finds: ['"neue zürcher"', '„Neue Zürcher Zeitung“', '"zurcher zeitung"'],
    },
    { text: '今天天气很好', finds: ['"天气"', '"今天天气"', '「天气」'], misses: ['"天很"'] },
  ],
  hostile: [
    {
      text: '50% off & free_shipping',
      finds: ['50%', '50% off', 'free_shipping', 'off & free'],
      misses: ['%off%x'],
    },
    {
      text: 'O\'Reilly\'s "Learning SQL"',
      finds: ["o'reilly", 'oreillys', "reilly's", '"learning sql"', "O'Reilly's \"Learning"],
    },
    {
      text: 'a <-> b && !c || (d:*)',
      finds: ['a <-> b', '!c', '(d:*)', 'a && b', 'b | a', 'c & d'],
      misses: ['e:*'],
    },
    { text: "back\\slash and 'quote'", finds: ['back\\slash', "'quote'", "quote'", 'slash'] },
    { text: "ts_query to_tsquery('x')", finds: ["to_tsquery('x')", 'tsquery', 'to_tsquery'] },
    { text: 'null undefined NaN true', finds: ['null', 'NaN', 'undefined true'] },
    {
      text: '$1 $[name] {{mustache}} <b>bold</b>',
      finds: ['$1', '$[name]', '{{mustache}}', '<b>bold</b>', 'bold'],
    },
  ],
}
