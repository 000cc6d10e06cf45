/** A name and its form in an email address. */
export interface Name {
  readonly text: string
  readonly slug: string
}

/** A country with its names and the formats of its data. */
export interface Place {
  readonly country: string
  readonly timezone: string
  readonly language: Language
  /** Each # is a digit. The numbers are reserved for fiction in countries that reserve any. */
  readonly phone: string
  readonly first: readonly Name[]
  readonly last: readonly Name[]
  /** Forms of legal names, in which ~ is the name. */
  readonly legal: readonly string[]
  readonly familyNameFirst: boolean
}

/** A language of the conversations. */
export type Language = 'en' | 'de' | 'es' | 'lv' | 'ja'

/** Splits names at spaces; `田中=Tanaka` states the form in an email address. */
function names(list: string): Name[] {
  return list.split(' ').map((entry) => {
    const [text = '', latin = text] = entry.split('=')
    return { text, slug: slugOf(latin) }
  })
}

const LETTERS: Readonly<Record<string, string>> = { ß: 'ss', ø: 'o', ł: 'l', æ: 'ae', ı: 'i', đ: 'd' }

/** The text in lower-case ASCII letters, digits and hyphens. */
export function slugOf(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(/[ßøłæıđ]/g, (letter) => LETTERS[letter] ?? '')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

function place(
  country: string,
  timezone: string,
  language: Language,
  phone: string,
  legal: string,
  first: string,
  last: string,
): Place {
  const familyNameFirst = ['JP', 'CN', 'KR'].includes(country)
  return {
    country,
    timezone,
    language,
    phone,
    legal: legal.split('|'),
    first: names(first),
    last: names(last),
    familyNameFirst,
  }
}

/** The places of users and customers. */
export const PLACES: readonly Place[] = [
  place(
    'LV',
    'Europe/Riga',
    'lv',
    '+371 2000 ####',
    '~ SIA|SIA "~"|~ AS',
    'Anna Jānis Kristīne Mārtiņš Līga Andris Ilze Edgars Zane Kārlis Dace Ģirts',
    'Bērziņš Kalniņa Ozoliņš Liepiņa Krūmiņš Šķēle Žagars Ņikitina Ābele Čakste',
  ),
  place(
    'DE',
    'Europe/Berlin',
    'de',
    '+49 30 23125 ###',
    '~ GmbH|~ AG|~ GmbH & Co. KG',
    'Jürgen Käthe Björn Änne Sophie Lukas Franziska Jonas Günther Anneliese Matthias Zoë',
    'Müller Weiß Schäfer Köhler Böhm Jäger Größler Lindemann Hoffmann Krüger',
  ),
  place(
    'US',
    'America/New_York',
    'en',
    '+1 212 555 01##',
    '~ Inc.|~ LLC|~ Corp.',
    'Olivia James Maya Ethan Grace Noah Zora Marcus Chloe Tyrell Priya Samuel',
    "Johnson Carter O'Neill Ramirez Washington Patel Nguyen Goldberg Hopper Lovelace",
  ),
  place(
    'GB',
    'Europe/London',
    'en',
    '+44 20 7946 0###',
    '~ Ltd|~ plc|~ LLP',
    'Siân Oliver Niamh Harry Imogen Rhys Freya Callum Zainab Alistair',
    'Smith MacDonald Llewellyn Patterson Okafor Hughes Taylor-Brown Ahmed Whitfield Fraser',
  ),
  place(
    'FR',
    'Europe/Paris',
    'en',
    '+33 1 99 00 ## ##',
    '~ SAS|~ SARL|~ SA',
    'Émilie François Zoé Jérôme Hélène Loïc Chloë Benoît Maëlle Théo',
    "Lefèvre Dubois Gérard Noël Garçon Bélanger Côté D'Arcy Lemaître Chaînier",
  ),
  place(
    'ES',
    'Europe/Madrid',
    'es',
    '+34 600 000 ###',
    '~ S.L.|~ S.A.',
    'Íñigo María Ángel Lucía José Begoña Álvaro Inés Raúl Nuria',
    'Núñez García Muñoz Ibáñez Peña Sánchez Güell Hernández Yáñez Ortega',
  ),
  place(
    'PL',
    'Europe/Warsaw',
    'en',
    '+48 22 000 ## ##',
    '~ Sp. z o.o.|~ S.A.',
    'Łukasz Małgorzata Paweł Żaneta Stanisław Agnieszka Błażej Święto Krzysztof Zofia',
    'Wójcik Kowalski Dąbrowska Zając Łuczak Śliwińska Żółtek Grabiec Szczęsny Nowak',
  ),
  place(
    'SE',
    'Europe/Stockholm',
    'en',
    '+46 8 465 004 ##',
    '~ AB',
    'Åsa Björn Märta Göran Örjan Linnéa Håkan Elin Sören Freja',
    'Sjögren Åkerström Öberg Lindqvist Nyström Bäcklund Hägg Holm Söderberg Ek',
  ),
  place(
    'JP',
    'Asia/Tokyo',
    'ja',
    '+81 3 0000 ####',
    '株式会社~|~株式会社|合同会社~',
    '花子=Hanako 太郎=Taro 美咲=Misaki 健太=Kenta さくら=Sakura 翔=Sho 葵=Aoi 直樹=Naoki',
    '田中=Tanaka 佐藤=Sato 鈴木=Suzuki 高橋=Takahashi 渡辺=Watanabe 小林=Kobayashi 山本=Yamamoto 中村=Nakamura',
  ),
  place(
    'CN',
    'Asia/Shanghai',
    'en',
    '+86 10 0000 ####',
    '~有限公司|~集团',
    '伟=Wei 芳=Fang 娜=Na 秀英=Xiuying 敏=Min 静=Jing 强=Qiang 磊=Lei',
    '王=Wang 李=Li 张=Zhang 刘=Liu 陈=Chen 杨=Yang 黄=Huang 赵=Zhao',
  ),
  place(
    'KR',
    'Asia/Seoul',
    'en',
    '+82 2 0000 ####',
    '주식회사 ~|~ 주식회사',
    '민준=Minjun 서연=Seoyeon 지훈=Jihun 하은=Haeun 도윤=Doyun 수아=Sua',
    '김=Kim 이=Lee 박=Park 최=Choi 정=Jung 강=Kang',
  ),
  place(
    'GR',
    'Europe/Athens',
    'en',
    '+30 21 0000 ####',
    '~ Α.Ε.|~ ΕΠΕ',
    'Ελένη=Eleni Γιώργος=Giorgos Μαρία=Maria Νίκος=Nikos Κατερίνα=Katerina Δημήτρης=Dimitris',
    'Παπαδόπουλος=Papadopoulos Βλάχος=Vlachos Νικολάου=Nikolaou Γεωργίου=Georgiou Ιωάννου=Ioannou',
  ),
]
