// cspell:disable

/** Ordinary values of customers, people and chats, among them words that resemble those of secrets. */
const SENTENCES = `Please check the passport of the driver before Friday.
The token ring network was replaced in 1998.
Her secretary called twice: please call back.
Author: Ada Lovelace
Private school in Riga, 240 pupils
We forgot the password again, can you send us a link?
How do I reset my password?
Password: please choose a new one
The password must have at least 12 characters.
Password reset requested by the customer
The password policy is described in the handbook.
Is the password is case sensitive?
A pass for the whole season costs 120 euros.
Boarding pass, gate 12, seat 14A
Session: Introduction to CRM
Session 3: 10:00 to 11:30
The next session is on Monday at 10:00.
Seed: tomato, 200 g
Pin: a small flag on the map
PIN number forgotten, sent a letter
The secret: patience
The secret is out: we are moving to Berlin!
The secret of good service is listening.
Token of appreciation for 10 years
A token: the smallest unit of text
The model used 1,200 tokens.
Tokens: 1200 of 4000
Signature: John Doe, CEO
Signature of the contract: 12 May 2026
Cookies: chocolate, oat, vanilla
Cookie consent was given on 2026-01-02.
Basic training for new employees
Basic plan, 10 seats
Basic plan: 10 seats
Bearer of good news
The key to success: persistence
Key account: Acme Ltd
Key accounts = the largest customers
Primary key = customer id
Keyboard and monitor for 3 desks
Auth0 is our provider.
Two-factor authentication: enabled
Authorization: the manager decides.
Authorization by the board is required.
Authority: the municipality of Riga
Credentials of the auditor were checked.
Credit note 2026-0042 over 120.00 EUR
Our API key management is described at https://docs.example.com/keys
https://www.example.com/blog/password-managers
https://www.example.com/login
https://www.example.com/en/invite?utm_source=newsletter&utm_campaign=spring
https://www.example.com/orders?id=42&page=2&sort=name
https://www.example.com:8443/path/to/page.html#section-2
https://example.com/@ada/posts/2026-05-12-a-new-start
mailto:ada.lovelace@example.com
ada.lovelace+crm@example.com
Call +371 26 123 456 or +49 30 1234567
IBAN LV80 BANK 0000 4351 9500 1
VAT LV40003245752
Order 2026-000123-45, tracking 1Z999AA10123456784
0193a7c2-5b3e-7000-8000-0123456789ab
ISBN 978-3-16-148410-0
SHA-256: the sum of the file is on the page
commit 3f785a1 fixes the import
Version 2.14.0-beta.3 was released.
Meeting at 14:30, room B: agenda attached
Meeting: 14:30
Status: active; owner: Ada
name=Acme; size=50; country=LV
if (count > 0) { total = count * 2 }
const author = 'Ada'
select name from customers where country = 'LV'
{"name":"Acme","size":50}
[1, 2, 3]
{ not json
"quoted text"
<p>Hello <b>Ada</b>, see you on Monday.</p>
<div class="card" id="customer-7">Acme</div>
a <b and c> d
name,country,size\\nAcme,LV,50\\nBeta,EE,20
Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36
Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15
curl/8.5.0
Discount code: SPRING
The zip code is 10115.
Your code of conduct is on page 3.
The country code is +371.
The access road is closed from Monday to Friday.
Changed from active to churned
Status changed from lead to active by Ada
The price was changed from 100 to 120.
Moved from Riga to Berlin
Deutsches Passwort-Handbuch, 2. Auflage
Das Passwort ist vergessen worden.
Bitte schicken Sie uns ein neues Passwort.
El secreto: trabajar juntos
La clave es la paciencia.
La clave: paciencia y tiempo
Das Geheimnis ist die Sauce.
パスワードを忘れました。
Le mot de passe est oublié.
Secret Garden Ltd
Token Ring Consulting
Passaic County
Compass Group plc
Bypass Street 12
Trespass Outdoor
Private Label Foods
Refresh Drinks GmbH
Authentic Foods
Cookie Factory SIA
Keyword: logistics
Keywords: crm, sales, chat
Monkey business
Turkey trip, 5 days
Pinball tournament
Opinion of the lawyer: no risk
Salted caramel
Basalt tiles, 12 m2
Assault course for teams
Spinning class
Shipping: 3 days
Passenger list of flight BT 123
Passage of time
Surpassing expectations
Tokyo office: 12 desks
Hash browns with eggs
Nonce words in English
Digest of the week: 3 new customers
Negotiate 5% more with the supplier
The session token expires after an hour.
An access token is a string that the server gives.
Use an API key per service.
Where do I find my API key?
Rotate secrets every 90 days.
The private key never leaves the device.
Our public key: see the website
The answer is 42.
The pin is made of steel.
The password is not stored.
The password is stored as a hash.
The password was changed on 2026-05-12.
Ticket 4711: login fails since the update
Login: see the handbook
Login with your account at work
User: ada
user=ada
Invitation to the summer party
Confirmation: order received
Please confirm the activation by mail.
Recovery plan for the data center
Backup at 02:00 every night
Security guard: night shift
One-time offer
C:\\\\Users\\\\ada\\\\report.pdf
/var/log/app/2026-05-12.log
s3://bucket/path/report-2026.pdf
postgres://localhost/crm
postgres://localhost:5432/crm_test
redis://cache:6379/0
https://cdn.example.com/a/b/c/0123456789abcdef0123456789abcdef.png
data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk
ask-me-anything-session-2026-berlin
sk-LV customers of the north
re-invoicing of 2026-04
Summer_sale_2026_newsletter_variant_b
customer_2026_05_12_import_final_v2
max_tokens = 4000
maxTokens: 4000
token_count=17
tokens_used: 1200
Re: Fwd: offer 2026-17
P.S. The keys are at the reception.
Keys: 3 for the front door, 1 for the cellar
Passkeys are supported since 2025.
The jwt library was updated to 9.0.2.
OAuth 2.1 replaces OAuth 2.0
SSO: yes, with SAML
SIN and VAT are not the same
Seed round: 2 million euros
Salt: 5 g per day
PEM is a format for certificates.
-----BEGIN CERTIFICATE-----
DSN 2026 conference`
  .split('\n')
  .map((line) => line.replaceAll('\\n', '\n'))

const NAMES =
  `Acme Ltd|Secretary Services GmbH|Passport Photos SIA|Token Ring AG|Private School of Riga|Authors & Co|Key West Ltd|
Pinewood Oy|Cookie Corner|Bearer Bros|Basic Foods|Sessions House|Sig Sauer Tools|Salt & Pepper|Seedling OÜ|Compass AS|
株式会社東京|Müller & Söhne KG|O'Brien Ltd|100% Bio`
    .replaceAll('\n', '')
    .split('|')

const TEMPLATES: readonly ((name: string, n: number) => string)[] = [
  (name) => name,
  (name) => `Chat with ${name}`,
  (name, n) => `${name}: invoice ${2026_000 + n} is due on 2026-0${(n % 9) + 1}-12`,
  (name, n) => `What is the state of the delivery at ${name}? It was promised for ${n % 12}:30.`,
  (name) => `The passport of the director of ${name} expires soon; please ask the secretary.`,
  (name, n) => `${name} pays ${n * 17}.50 EUR (before: ${n * 16}.00 EUR) from 2026-07-01 to 2026-12-31.`,
  (name, n) => `Note: ${name} moved to ${n} Private Road, LV-${1000 + n}`,
  (name) => `{"customer": "${name}", "status": "active", "owner": null}`,
  (name, n) => `https://crm.example.com/customers/${n}?name=${encodeURIComponent(name)}&tab=history`,
  (name, n) => `Imported ${n} rows; name = ${name}; status = done`,
  (name, n) =>
    `**${name}**\n\n- size: ${n}\n- author: Ada\n- key contact: Grace\n- session: Monday ${n % 12}:00\n`,
  (name, n) => `Hello,\nthank you for the offer of ${n} May.\nKey points: price, time.\nRegards,\n${name}`,
  (name) => `I changed the owner of ${name} from Ada to Grace, as the author said.`,
  (name, n) => `call_${(n * 2654435761).toString(36)}_${name.length}`,
  (name, n) => `The token limit for ${name} is ${n * 100} tokens per day.`,
  (name, n) => `${name};${n};LV;active\nBeta;${n};EE;lead`,
]

/** 2,000 ordinary texts. */
export const ORDINARY: readonly string[] = [
  ...SENTENCES,
  ...Array.from({ length: 2_000 - SENTENCES.length }, (_, n) => {
    const template = TEMPLATES[n % TEMPLATES.length] as (typeof TEMPLATES)[number]
    return template(NAMES[(n >> 4) % NAMES.length] as string, n)
  }),
]

/** Ordinary changes of rows and events of chats. */
export const ORDINARY_CHANGES: readonly unknown[] = [
  { tokenCount: [3, 5], maxTokens: [null, 4096] },
  { otp_enabled: ['no', 'yes'], passwordRequired: [1, 0] },
  { status: ['lead', 'active'], legalName: ['Token Ring AG', 'Token Ring SE'] },
  { op: 'replace', path: '/billing/country', value: 'LV' },
  { kind: 'E', path: ['address', 'city'], lhs: 'Riga', rhs: 'Berlin' },
  { label: 'Passport', value: 'LV1234567' },
  { name: 'Secret Garden Ltd', value: 5, note: 'moved' },
  { name: 'password', text: 'How do I change it?' },
  { tags: ['password', 'reset'], content: 'A question about the form' },
  { fields: ['email', 'password'], reason: 'both are required' },
  { changed: ['password', 'updatedAt'] },
  { columns: ['id', 'author'], rows: [[1, 'Ada']] },
  { type: 'text', text: 'The secret: patience', state: 'done' },
  { type: 'tool-searchCustomers', input: { query: 'private school' }, output: [{ id: 7 }] },
  { usage: { inputTokens: 12, outputTokens: 7, totalTokens: 19 }, maxTokens: 4000 },
  { emailSignature: 'Regards, Ada', isPrivate: true, autoRefresh: 'daily', tokenizer: 'o200k' },
  { from: 'ada@example.com', to: 'grace@example.com', subject: 'Password policy', key: 'contract-7' },
  { file: Buffer.from('name,size\nAcme,50') },
  { sql: 'select name from customers where country = $1', parameters: ['LV'] },
  {
    headers: [
      ['accept', '*/*'],
      ['user-agent', 'curl/8'],
    ],
  },
]
