// cspell:disable

/** Secret anywhere in a key, when the key is reduced to its letters and digits. */
const STEMS = wordsIn(`
  password passwd passwrd passwrod passwod passowrd passord pasword passward pssword psswrd psswd paswd
  passphrase passcode passkey passhash hashedpass pwd pincode pinnumber
  passwort kennwort motdepasse contrasena wachtwoord losenord salasana adgangskode passerord sifre jelszo
  heslo haslo hasło parola lozinka geslo zugangsdaten kodeord пароль лозинка 密码 密碼 パスワード 비밀번호 סיסמה
  contrasenia contrasenya katasandi katalaluan nenosiri matkhau slaptazodis parool lykilord pasahitza fjalekalim passord
  парола секрет κωδικοςπροσβασης 口令 密钥 密鑰 暗証番号 秘密鍵 암호 비밀키 รหัสผ่าน पासवर्ड كلمةالمرور كلمةالسر رمزعبور گذرواژه
  secret token jwt bearer cookie credential authorization authorisation authheader
  apikey accesskey authkey privatekey privkey signingkey encryptionkey masterkey sharedkey sshkey deploykey
  saltedhash sessionid sessionkey sessid csrf xsrf totp otpauth authcode mfacode oauthverifier
  onetimecode verificationcode recoverycode backupcode securitycode accesscode logincode resetcode
  confirmationcode activationcode unlockcode devicecode smscode tempcode temporarycode mailcode signincode doorcode gatecode
  alarmcode safecode invitecode invitationcode codeverifier
  securityanswer challengeanswer mnemonic seedphrase seedwords idrsa ided25519 idecdsa iddsa recoveryphrase backupphrase
  magiclink resetlink invitelink invitationlink verificationlink activationlink loginlink signinlink
  magicurl reseturl presignedurl signedurl sasurl
  creditcard cardnumber cardno ccnumber ccnum maidenname answertosecurity cardcvc cardcvv socialsecurity
  connectionstring connstring connstr connectionuri connectionurl
  databaseurl databaseuri dburl dburi mongourl mongouri mongodburi postgresurl redisurl jdbcurl
  keymaterial keystore htpasswd communitystring samlresponse clientassertion
`)

/** Words that contain a stem and are not secret: secretary, tokenizer. */
const NO_STEMS = /secretar|секретар|secretion|secretive|token[iy][sz]/g

/** Secret as a separate word of a key; within other words they mean nothing. */
const WORDS = new Set(
  wordsIn(`otp hotp pin mpin puk cvv cvv2 cvc cvc2 cvn csc ssn salt seed sid dsn pem pfx p12 pkcs8 pkcs12 jks psk hmac
    pw psw pswd pword userpw dbpw rootpw tok toks passe senha parole clave mdp sandi creds cred ntlm sas userpin`),
)

/** Secret as the last word of a key: `basic-auth`, but not `authType`. */
const LAST_WORDS = new Set(wordsIn('auth oauth session sess sig sk pat private'))

/** `pass` is secret in any place (`smtpPass`, `passHash`, `dbpass`), except in these words and before these words. */
const NO_PASS = /^(com|by|tres|over|under|sur|en?com|im|tress)pass$/
const AFTER_PASS = new Set(wordsIn('through thru rate count fail on back by mark criteria holder type'))

/** Secret only as a whole key: within others they mean nothing. */
const WHOLE_KEYS = new Set(wordsIn('signature private refresh verifier assertion unlock'))

/** Things whose signature is secret: `requestSignature`, but not that of an email. */
const SIGNED = new Set(
  wordsIn('request webhook hub url api aws x amz token cookie body payload message hmac jwt'),
)

/** A word and `key` is a secret (`stripeKey`), except after these words. */
const OPEN_KEYS = new Set(
  wordsIn(`primary foreign sort public partition cache object row map unique index entity translation message group lookup
  routing idempotency natural composite range storage query registry config parent child sub hot short`),
)

/** Last words of keys that describe a secret and are not secret themselves: `passwordChangedAt`, `tokenType`. */
const ATTRIBUTES = new Set(
  wordsIn(
    'at on type types consent policy strength expires expiry expiration ttl algorithm method methods enabled disabled required',
  ),
)

/** Words that, beside a stem, make a number a count and not a secret: `maxTokens`, `tokenCount`. */
const COUNTS = new Set(wordsIn('tokens count limit usage used budget total length size'))

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
    if (before !== undefined && last === 'refresh' && /auth|login|jwt|api/.test(before)) return true
    if ((LAST_WORDS.has(last) || last.endsWith('auth')) && !/^(is|has|make)$/.test(words[0] as string))
      return true
    if (words.some((word, place) => WORDS.has(word) || isPass(word, words[place + 1]))) return true
    if (WHOLE_KEYS.has(words.join(''))) return true
    if (SIGNED.has(words[words.indexOf('signature') - 1] ?? '') && /^(?:signature|\d+)$/.test(last))
      return true
    if (/^keys?$/.test(last) && before !== undefined && !OPEN_KEYS.has(before)) return true
    return this.#stems.test(toLetters(key).replace(NO_STEMS, ''))
  }
}

function isPass(word: string, next = ''): boolean {
  return [word.replace(/\d+$/, ''), word]
    .map(toLetters)
    .some((letters) => letters.endsWith('pass') && !NO_PASS.test(letters) && !AFTER_PASS.has(next))
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

function wordsIn(words: string): string[] {
  return words.split(/\s+/).filter(Boolean)
}

/** The letters and digits of a key in lower case, without accents, with similar letters replaced by Latin ones. */
function toLetters(key: string): string {
  if (/^[a-z_.-]*$/i.test(key)) return key.toLowerCase().replace(/[_.-]/g, '')
  const plain = key.normalize('NFKD').toLowerCase()
  return Array.from(plain, (letter) => SIMILAR_LETTERS.get(letter) ?? letter)
    .join('')
    .replace(/[^\p{L}\p{N}]/gu, '')
}
