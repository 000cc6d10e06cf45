import { InvalidInputError } from './errors.ts'

/** What stands in place of a secret. */
const REDACTED = '[redacted]'

/** Found anywhere in a key, once its letters are all that is left of it. */
const STEMS = [
  ...['password', 'passwd', 'passwrd', 'pasword', 'passphrase', 'passcode', 'passkey', 'pwd'],
  ...['passwort', 'kennwort', 'motdepasse', 'contrasena', 'wachtwoord', 'пароль', '密码', 'パスワード'],
  ...['secret', 'token', 'jwt', 'bearer', 'cookie', 'credential', 'authorization', 'authorisation'],
  ...['apikey', 'accesskey', 'authkey', 'privatekey', 'privkey', 'signingkey', 'encryptionkey', 'masterkey'],
  ...['sharedkey', 'sshkey', 'sessionid', 'sessionkey', 'sessid', 'csrf', 'xsrf', 'totp', 'authcode'],
  ...['onetimecode', 'verificationcode', 'recoverycode', 'backupcode', 'securitycode', 'securityanswer'],
  ...['creditcard', 'cardnumber', 'socialsecurity', 'connectionstring', 'databaseurl'],
]

/** Found as a word of their own: within others they mean nothing. */
const WORDS = new Set('otp pin cvv cvc ssn salt sid dsn pem senha parole haslo heslo'.split(' '))

/** Found as the last word: `smtpPass`, `basic-auth`, but not `passThrough` or `authType`. */
const LAST_WORDS = new Set(['pass', 'auth'])

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
  readonly #stems: readonly string[]
  readonly #patterns: readonly RegExp[]
  /** A service uses few keys, and uses them often. */
  readonly #known = new Map<string, boolean>()

  /** @param more words found in keys like the stems above, and patterns for keys as they are written. */
  constructor(more: readonly (string | RegExp)[]) {
    this.#patterns = more.filter((each) => each instanceof RegExp)
    this.#stems = [...STEMS, ...more.filter((each) => typeof each === 'string')].map(squash).filter(Boolean)
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
      throw new InvalidInputError(field, `must be what JSON can hold (${(error as Error).message})`, {
        cause: error,
      })
    }
    if (json === undefined)
      throw new InvalidInputError(field, `must be what JSON can hold, not a ${typeof changes}`)
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
    if (LAST_WORDS.has(words.at(-1) ?? '') || words.some((word) => WORDS.has(word))) return true
    const squashed = squash(key)
    // A secretary keeps secrets, but is none.
    return this.#stems.some((stem) => squashed.replace(/secretar/g, '').includes(stem))
  }

  /** Called by JSON.stringify for every value, after its toJSON. */
  #clean(key: string, value: unknown, field: string): unknown {
    if (typeof value === 'string') check(value, field)
    if (key !== '') check(key, field)
    if (value !== undefined && value !== null && typeof value !== 'boolean') {
      if (this.isSecret(key) && !(typeof value === 'number' && isCount(key))) return REDACTED
    }
    if (typeof value === 'string') return this.#cleanText(value, field)
    if (Array.isArray(value)) return this.#cleanPairs(value)
    return typeof value === 'object' && value !== null ? this.#cleanLabelled(value) : value
  }

  /** A request's body may be kept as it came. */
  #cleanText(text: string, field: string): string {
    if (!/^\s*[[{]/.test(text)) return text
    let parsed: unknown
    try {
      parsed = JSON.parse(text)
    } catch {
      return text
    }
    const cleaned = this.stringify(parsed, field) ?? text
    return cleaned === JSON.stringify(parsed) ? text : cleaned
  }

  /** Headers as `[['authorization', 'Bearer …'], …]`. */
  #cleanPairs(list: unknown[]): unknown[] {
    const isPairs = list.length > 0 && list.every((each) => Array.isArray(each) && each.length === 2)
    if (!isPairs) return list
    return (list as [unknown, unknown][]).map((pair) =>
      this.#isSecretName(pair[0]) ? [pair[0], REDACTED] : pair,
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
    throw new InvalidInputError(field, 'must be well-formed Unicode: it contains half of a surrogate pair')
  }
}
