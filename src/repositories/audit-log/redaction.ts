import { InvalidInputError } from '../../errors/index.ts'

/** What stands in place of a secret. */
const REDACTED = '[redacted]'

/** Found anywhere in a key, once its letters are all that is left of it. */
const STEMS = [
  ...['password', 'passwd', 'passwrd', 'pasword', 'passphrase', 'passcode', 'passkey', 'pwd', 'pincode'],
  ...['passwort', 'kennwort', 'motdepasse', 'contrasena', 'wachtwoord', 'пароль', '密码', 'パスワード'],
  ...[
    'secret',
    'token',
    'jwt',
    'bearer',
    'cookie',
    'credential',
    'authorization',
    'authorisation',
    'authheader',
  ],
  ...['apikey', 'accesskey', 'authkey', 'privatekey', 'privkey', 'signingkey', 'encryptionkey', 'masterkey'],
  ...[
    'sharedkey',
    'sshkey',
    'sessionid',
    'sessionkey',
    'sessid',
    'csrf',
    'xsrf',
    'totp',
    'authcode',
    'mfacode',
  ],
  ...[
    'onetimecode',
    'verificationcode',
    'recoverycode',
    'backupcode',
    'securitycode',
    'accesscode',
    'logincode',
  ],
  ...['securityanswer', 'mnemonic', 'seedphrase', 'magiclink', 'resetlink', 'creditcard', 'cardnumber'],
  ...['socialsecurity', 'connectionstring', 'databaseurl'],
]

/** What has a stem within it and is none: a secretary keeps secrets, a tokenizer makes no tokens of access. */
const NO_STEMS = /secretar|token[iy][sz]/g

/** Found as a word of their own: within others they mean nothing. */
const WORDS = new Set(
  'otp pin cvv cvv2 cvc cvc2 ssn salt seed sid dsn pem pw psw pswd pword senha parole haslo heslo'.split(' '),
)

/** Found as the last word: `smtpPass`, `basic-auth`, but not `passThrough` or `authType`. */
const LAST_WORDS = new Set(['pass', 'auth', 'oauth', 'session'])

/** `stripeKey` is one, these are not. */
const OPEN_KEYS = new Set(
  `primary foreign sort public partition cache object row map unique index entity translation message group lookup
  routing idempotency natural composite range storage query registry config parent child sub hot short`.split(
    /\s+/,
  ),
)

/** What is said of a secret and is none: `passwordChangedAt`, `tokenType`. */
const ASIDES = new Set('at on type types consent policy strength expires expiry expiration ttl'.split(' '))

/** What a number may be beside a stem without being a secret: `maxTokens`, `tokenCount`. */
const COUNTS = new Set('tokens count limit usage used budget total length size'.split(' '))

/** In `{ field: 'password', before: …, after: … }` these name the key, and the others its values. */
const LABELS = 'field key name column property attribute path header parameter param'.split(' ')
const VALUES = new Set(
  'value values old new before after from to previous current original updated oldvalue newvalue'.split(' '),
)

/** Letters that look like others: digits and signs in place of letters, and Cyrillic ones. */
const LOOKALIKES = new Map(
  Object.entries({ 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', $: 's', '@': 'a', '!': 'i' }).concat(
    [...'аеорсхуікт'].map((letter, index) => [letter, 'aeopcxyikt'[index] as string]),
  ),
)

const MOST_REMEMBERED = 2_000

/** Turns changes into JSON for the audit log, without the secrets. */
export class Redaction {
  readonly #stems: RegExp
  readonly #patterns: readonly RegExp[]
  /** A service uses few keys, and uses them often. */
  readonly #known = new Map<string, boolean>()

  /** @param more words found in keys like the stems above, and patterns for keys as they are written. */
  constructor(more: readonly (string | RegExp)[]) {
    this.#patterns = more.filter((each) => each instanceof RegExp)
    const words = more.filter((each) => typeof each === 'string')
    this.#stems = new RegExp([...STEMS, ...words].map(squash).filter(Boolean).join('|'))
  }

  /**
   * JSON that a jsonb column takes; null where there is nothing.
   *
   * @throws {InvalidInputError} JSON or jsonb cannot hold the value.
   */
  stringify(changes: unknown, field: string): string | null {
    if (changes === undefined || changes === null) return null
    let json: string | undefined
    try {
      json = JSON.stringify(changes, (key, value: unknown) => this.#clean(key, value, field))
    } catch (error) {
      if (error instanceof InvalidInputError) throw error
      throw new InvalidInputError(
        field,
        `must be a value that JSON can represent (${(error as Error).message.split('\n')[0]})`,
        {
          cause: error,
        },
      )
    }
    if (json === undefined)
      throw new InvalidInputError(field, `must be a value that JSON can represent, not a ${typeof changes}`)
    return json
  }

  isSecret(key: string): boolean {
    let isSecret = this.#known.get(key)
    if (isSecret === undefined) {
      isSecret = this.#looksSecret(key)
      if (this.#known.size >= MOST_REMEMBERED) this.#known.clear()
      this.#known.set(key, isSecret)
    }
    return isSecret
  }

  #looksSecret(key: string): boolean {
    if (this.#patterns.some((pattern) => key.search(pattern) >= 0)) return true
    const words = wordsOf(key)
    const [before, last = ''] = [words.at(-2), words.at(-1)]
    if (words.length > 1 && ASIDES.has(last)) return false
    if (LAST_WORDS.has(last) || words.some((word) => WORDS.has(word))) return true
    if (/^keys?$/.test(last) && before !== undefined && !OPEN_KEYS.has(before)) return true
    return this.#stems.test(squash(key).replace(NO_STEMS, ''))
  }

  /** Called by JSON.stringify for every value, after its toJSON. */
  #clean(key: string, value: unknown, field: string): unknown {
    if (typeof value === 'string') check(value, field)
    if (key !== '') check(key, field)
    if (value !== undefined && value !== null && typeof value !== 'boolean') {
      if (this.isSecret(key) && !(typeof value === 'number' && isCount(key))) return REDACTED
    }
    if (typeof value === 'string') return this.#cleanText(value, field)
    const items = itemsOf(value)
    if (Array.isArray(items)) return this.#cleanList(items, key)
    return typeof items === 'object' && items !== null ? this.#cleanLabelled(items) : items
  }

  /** A request's body may be kept as it came. */
  #cleanText(text: string, field: string): string {
    if (!/^\s*[[{]/.test(text)) return maskText(text)
    let parsed: unknown
    try {
      parsed = JSON.parse(text)
    } catch {
      return text
    }
    const cleaned = this.stringify(parsed, field) ?? text
    return cleaned === JSON.stringify(parsed) ? text : cleaned
  }

  /** Headers as `[['authorization', 'Bearer …'], …]`, or as Node's `rawHeaders`: names and values by turns. */
  #cleanList(list: unknown[], key: string): unknown[] {
    if (list.length > 0 && list.every((each) => Array.isArray(each) && each.length === 2)) {
      return (list as [unknown, unknown][]).map((pair) =>
        this.#isSecretName(pair[0]) ? [pair[0], REDACTED] : pair,
      )
    }
    if (!/headers$/i.test(key)) return list
    return list.map((each, index) =>
      index % 2 === 1 && this.#isSecretName(list[index - 1]) ? REDACTED : each,
    )
  }

  #cleanLabelled(object: object): object {
    const entries = Object.entries(object)
    const isLabelled = entries.some(
      ([key, value]) => LABELS.includes(key.toLowerCase()) && this.#isSecretName(value),
    )
    if (!isLabelled) return object
    return Object.fromEntries(
      entries.map(([key, value]) => [key, VALUES.has(squash(key)) ? REDACTED : value]),
    )
  }

  #isSecretName(value: unknown): boolean {
    return typeof value === 'string' && /^\S{1,100}$/.test(value) && this.isSecret(value)
  }
}

/** What JSON.stringify would make an empty object of: maps, sets, headers, search parameters. */
function itemsOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !(Symbol.iterator in value))
    return value
  const items = [...(value as Iterable<unknown>)]
  const isKeyed =
    !(value instanceof Set) && items.every((item) => Array.isArray(item) && typeof item[0] === 'string')
  return isKeyed && items.length > 0 ? Object.fromEntries(items as [string, unknown][]) : items
}

/** Secrets by their form: a password in a URL, the value of an Authorization header. */
function maskText(text: string): string {
  if (/^(bearer|basic) +\S+$/i.test(text)) return REDACTED
  return text.includes('://') ? text.replace(/(:\/\/[^\s/:@]*:)[^\s/@]+@/g, `$1${REDACTED}@`) : text
}

function isCount(key: string): boolean {
  return wordsOf(key).some((word) => COUNTS.has(word))
}

/** `X-Api_Key` and `apiKEY` are both words; `APIKey` is api and key. */
function wordsOf(key: string): string[] {
  return key
    .normalize('NFKC')
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
}

/** The letters of a key in one spelling: lower case, without accents, look-alikes and whatever stands between them. */
function squash(key: string): string {
  const plain = key.normalize('NFKD').toLowerCase()
  return Array.from(plain, (letter) => LOOKALIKES.get(letter) ?? letter)
    .join('')
    .replace(/[^\p{L}\p{N}]/gu, '')
}

/** What JSON can write and jsonb cannot hold: https://www.postgresql.org/docs/current/datatype-json.html */
function check(text: string, field: string): void {
  if (text.includes('\0')) {
    throw new InvalidInputError(field, 'must not contain the character NUL, which PostgreSQL cannot store')
  }
  if (!text.isWellFormed()) {
    throw new InvalidInputError(field, 'must be well-formed Unicode; it contains half of a surrogate pair')
  }
}
