// cspell:disable

/** Secret anywhere in a key, when the key is reduced to its letters and digits. */
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

/** Words that contain a stem and are not secret: secretary, tokenizer. */
const NO_STEMS = /secretar|token[iy][sz]/g

/** Secret as a separate word of a key; within other words they mean nothing. */
const WORDS = new Set(
  'otp pin cvv cvv2 cvc cvc2 ssn salt seed sid dsn pem pw psw pswd pword senha parole haslo heslo'.split(' '),
)

/** Secret as the last word of a key: `smtpPass`, `basic-auth`, but not `passThrough` or `authType`. */
const LAST_WORDS = new Set(['pass', 'auth', 'oauth', 'session'])

/** A word and `key` is a secret (`stripeKey`), except after these words. */
const OPEN_KEYS = new Set(
  `primary foreign sort public partition cache object row map unique index entity translation message group lookup
  routing idempotency natural composite range storage query registry config parent child sub hot short`.split(
    /\s+/,
  ),
)

/** Last words of keys that describe a secret and are not secret themselves: `passwordChangedAt`, `tokenType`. */
const ATTRIBUTES = new Set(
  'at on type types consent policy strength expires expiry expiration ttl'.split(' '),
)

/** Words that, beside a stem, make a number a count and not a secret: `maxTokens`, `tokenCount`. */
const COUNTS = new Set('tokens count limit usage used budget total length size'.split(' '))

/** Characters that stand for a Latin letter: digits, signs and Cyrillic letters. */
const SIMILAR_LETTERS = new Map(
  Object.entries({ 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', $: 's', '@': 'a', '!': 'i' }).concat(
    [...'аеорсхуікт'].map((letter, index) => [letter, 'aeopcxyikt'[index] as string]),
  ),
)

// cspell:enable

/** Number of keys whose result is remembered. */
const CACHE_SIZE = 2_000

/** Decides which keys of an object have secret values. */
export class SecretKeys {
  readonly #stems: RegExp
  readonly #patterns: readonly RegExp[]
  /** A service uses few keys, and uses them often. */
  readonly #cache = new Map<string, boolean>()

  /** @param more strings that are secret anywhere in a key, and patterns that match whole keys as they are written. */
  constructor(more: readonly (string | RegExp)[]) {
    this.#patterns = more.filter((each) => each instanceof RegExp)
    const words = more.filter((each) => typeof each === 'string')
    this.#stems = new RegExp([...STEMS, ...words].map(toLetters).filter(Boolean).join('|'))
  }

  /** Whether the values of this key are secret. */
  includes(key: string): boolean {
    let isSecret = this.#cache.get(key)
    if (isSecret === undefined) {
      isSecret = this.#looksSecret(key)
      if (this.#cache.size >= CACHE_SIZE) this.#cache.clear()
      this.#cache.set(key, isSecret)
    }
    return isSecret
  }

  #looksSecret(key: string): boolean {
    if (this.#patterns.some((pattern) => key.search(pattern) >= 0)) return true
    const words = wordsOf(key)
    const [before, last = ''] = [words.at(-2), words.at(-1)]
    if (words.length > 1 && ATTRIBUTES.has(last)) return false
    if (LAST_WORDS.has(last) || words.some((word) => WORDS.has(word))) return true
    if (/^keys?$/.test(last) && before !== undefined && !OPEN_KEYS.has(before)) return true
    return this.#stems.test(toLetters(key).replace(NO_STEMS, ''))
  }
}

/** Whether a number with this key is a count, which is not secret. */
export function isCount(key: string): boolean {
  return wordsOf(key).some((word) => COUNTS.has(word))
}

/** The words of a key in any convention: `X-Api_Key`, `apiKEY`, `APIKey`. */
function wordsOf(key: string): string[] {
  return key
    .normalize('NFKC')
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
}

/** The letters and digits of a key in lower case, without accents, with similar letters replaced by Latin ones. */
export function toLetters(key: string): string {
  const plain = key.normalize('NFKD').toLowerCase()
  return Array.from(plain, (letter) => SIMILAR_LETTERS.get(letter) ?? letter)
    .join('')
    .replace(/[^\p{L}\p{N}]/gu, '')
}
