const list = (words: string) => words.split('|')

/** First words of company names. */
export const QUALITIES = list(
  'Amber|Arctic|Baltic|Blue|Bright|Calm|Coastal|Copper|Crystal|Eastern|Evergreen|First|Frosty|Global|Golden|Harbour|Iron|Ivory|Little|Lunar|Maple|Modern|Noble|Nordic|Northern|Open|Pine|Quiet|Rapid|Royal|Silver|Solar|Southern|Stone|Urban|Zephyr',
)
/** Second words of company names. */
export const TRADES = list(
  'Bakery|Bikes|Books|Brewery|Cargo|Clinic|Coffee|Dental|Energy|Farms|Fisheries|Foods|Forge|Furniture|Gardens|Glass|Hotels|Insurance|Labs|Legal|Logistics|Media|Metals|Motors|Optics|Paper|Pharma|Print|Robotics|Shipping|Software|Studio|Textiles|Timber|Tools|Travel',
)
/** Trades in East Asian company names by country, each with its form in a domain. */
export const EASTERN_TRADES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  JP: [
    ['電機', 'denki'],
    ['商事', 'shoji'],
    ['製作所', 'seisakusho'],
    ['物流', 'butsuryu'],
    ['食品', 'shokuhin'],
  ],
  CN: [
    ['科技', 'keji'],
    ['贸易', 'maoyi'],
    ['物流', 'wuliu'],
    ['食品', 'shipin'],
  ],
  KR: [
    ['전자', 'jeonja'],
    ['물산', 'mulsan'],
    ['식품', 'sikpum'],
  ],
}
/** Industries of customers. */
export const INDUSTRIES = list(
  'Agriculture|Automotive|Banking|Construction|Education|Energy|Food & Beverage|Forestry|Healthcare|Hospitality|Insurance|Legal Services|Logistics|Manufacturing|Media|Pharmaceuticals|Public Sector|Retail|Software|Telecommunications',
)
/** Job titles of contacts. */
export const JOB_TITLES = list(
  'Chief Executive Officer|Chief Financial Officer|Chief Technology Officer|Head of Procurement|Head of Operations|IT Manager|Office Manager|Accountant|Purchasing Specialist|Product Manager|Sales Director|Data Protection Officer|Software Engineer',
)
/** Job titles in the local language by country. */
export const LOCAL_JOB_TITLES: Readonly<Record<string, readonly string[]>> = {
  LV: list('Valdes loceklis|Grāmatvede|Iepirkumu vadītāja'),
  DE: list('Geschäftsführerin|Einkäufer|Leiter Qualitätssicherung'),
  FR: list('Directeur général|Chargée de clientèle'),
  ES: list('Jefa de compras|Técnico informático'),
  PL: list('Główna księgowa|Dyrektor sprzedaży'),
  JP: list('営業部長|代表取締役'),
  CN: list('总经理|采购经理'),
}
/** Tags of customers and people. */
export const TAGS = list(
  'partner|reseller|key account|north|south|renewal|newsletter|trade fair|trial|at risk',
)
/** Plans in the attributes of customers. */
export const PLANS = list('starter|team|enterprise')
/** Other systems that customers and people come from. */
export const SYSTEMS = list('salesforce|hubspot|old-crm')
/** Streets and postal codes by country: ~ is a name, # a number, and a digit of a postal code. */
export const STREETS: Readonly<Record<string, readonly [string, string]>> = {
  LV: ['~ iela #', 'LV-10##'],
  DE: ['~straße #', '10###'],
  US: ['# ~ Street', '100##'],
  GB: ['# ~ Road', 'EC1A #BB'],
  FR: ['# rue ~', '750##'],
  ES: ['Calle ~ #', '280##'],
  PL: ['ul. ~ #', '00-###'],
  SE: ['~gatan #', '111 ##'],
  JP: ['~町#', '100-00##'],
  CN: ['~路#号', '2000##'],
  KR: ['~로 #', '04###'],
  GR: ['Οδός ~ #', '105 ##'],
}
/** Products that conversations mention. */
export const PRODUCTS = list(
  'Starter plan|Team plan|Enterprise plan|onboarding package|priority support|data export add-on|analytics module|mobile app|API access|training day|single sign-on|storage upgrade',
)
/** Topics of conversations. */
export const TOPICS = list(
  'renewal|open invoice|price increase|support ticket|contract draft|demo|data migration|security review|discount|quarterly review|cancellation|delivery date|user training|billing address|new contact person|churn risk',
)
/** User agents of audit entries. */
export const AGENTS = list(
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0|Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36|Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15|crm-import/2.3',
)
/** Language models of answers. */
export const MODELS = list('gpt-5|gpt-5-mini|claude-sonnet-4-5|gemini-2.5-pro|mistral-large')
