// cspell:disable

type Replacement = readonly [pattern: RegExp, replacement: string]

/** Words for a password, in the languages of the keys. */
const PASSWORD = String.raw`pass(?:word|phrase|code|wd|wort)?s?|pwd|pw|kennwort|mot de passe|contrase(?:n|ñ)a|senha|wachtwoord|parole|has(?:l|ł)o|heslo|пароль|密码|密碼|パスワード|비밀번호`
const CODE = String.raw`(?:[\p{L}-]{2,20} )?(?:code|pin|otp|passcode)`
const OTHER = String.raw`secret|token|(?:api |access |secret |private |signing |encryption )?key|credentials?|creds|login|jwt`
const WORD_BEFORE = String.raw`(?<![\p{L}\p{N}_-])`
const WORD_AFTER = String.raw`(?![\p{L}\p{N}_-])`

/** A character of a random text. */
const PLAIN = String.raw`[\w!#$%*+^~-]`
/** Three kinds of characters, or two that alternate: no word, number, date or path. Bounded, so that reading is linear. */
const RANDOM_AT = String.raw`(?!redacted\])(?=${PLAIN}{0,40}\d)(?=${PLAIN}{0,40}[a-z])(?=${PLAIN}{0,40}[A-Z]|${PLAIN}{0,40}[!#$%*^~]|(?:[a-z]{1,12}\d{1,6}){2}|[a-f\d]{16})(?![\w.-]{1,40}@)${PLAIN}{7,200}(?![\w/@]|\.[a-z])`
const RANDOM = `(?<![\\w./@-])${RANDOM_AT}`
/** A value in quotes; without a space in it. */
const QUOTED = `(?:"(?!\\[redacted)[^"\\s]{4,100}"|'(?!\\[redacted)[^'\\s]{4,100}'|“(?!\\[redacted)[^”\\s]{4,100}”|‘(?!\\[redacted)[^’\\s]{4,100}’|«(?!\\[redacted)[^»\\s]{4,100}»|\`(?!\\[redacted)[^\`\\s]{4,100}\`)`
/** A value that a sentence says to be the secret: it may be a word with a digit, or a very long one. */
const STATED = String.raw`(?:${QUOTED}|(?=[^\s]{0,60}\d)(?=[^\s]{0,60}[\p{L}#$%&*^_])(?![\d.:,/-]+(?:\s|$))[^\s,;)"']{5,100}|\p{Ll}{15,60}(?=[\s.,;!)]|$))`
/** The words between a subject and its value; not the end of a sentence. */
const BETWEEN = String.raw`[^\p{L}\p{N}.!?%&\r\n]{1,3}(?:[\p{L}'’]{1,14}[^\p{L}\p{N}.!?%&\r\n]{1,3}){0,4}`

const phrase = (text: string) => new RegExp(text, 'giu')
/** In these the case of letters tells a random text from a word. */
const exact = (text: string) => new RegExp(text, 'gu')
/** Escapes stay as they are; Bun writes letters that are not ASCII as such. */
const anyCase = (words: string) =>
  words.replace(/\\(?:p\{..?\}|u[\da-fA-F]{4}|.)|[a-z]/g, (each) =>
    each.length > 1 ? each : `[${each}${each.toUpperCase()}]`,
  )

/** Words that all sentences of secrets contain. */
export const HAS_SECRET_WORD =
  /pass|pwd|pw[ /(-]|code|pin|otp|secret|token|key|cred|login|jwt|phrase|words|account|user|kennwort|mot de|contrase|senha|wachtwoord|parole|has[lł]o|heslo|пароль|密|パスワード|비밀번호/i

/** Signs that all command lines and protocols contain. */
export const HAS_COMMAND =
  /\s-{1,2}[a-z]|\becho |\bauth |\bpass |requirepass|masterauth|identified|net use|_\w{0,40}\s|:[\d*]{1,5}:\w|[\w:/!#$%&*+-]@\w|(?:^|\n)\w{3,9}=/i

/** Secrets that a sentence names, in any order: `use … as password`, `… is your code`, `Password changed (old: …)`. */
export const NEARBY: readonly Replacement[] = [
  [/((?<!\w)JWT )[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/gi, '$1[redacted]'],
  [
    phrase(
      String.raw`${WORD_BEFORE}${QUOTED}(?= (?:as|is|for|was) (?:[\p{L}'’]{1,12} ){0,3}(?:${PASSWORD}|${OTHER})${WORD_AFTER})`,
    ),
    '[redacted]',
  ],
  [
    phrase(
      String.raw`(?<=${WORD_BEFORE}(?:use|uses|used|using|with|try|type|enter|gave|set|has|have|sent|chose) )(?!(?:it|this|that|them|the|your|a|an|my|their|our|same|one|email|phone)${WORD_AFTER})[^\s,;"']{4,100}(?= as (?:[\p{L}'’]{1,12} ){0,2}(?:${PASSWORD}|pin|secret|token)${WORD_AFTER})`,
    ),
    '[redacted]',
  ],
  [
    phrase(
      String.raw`(?<![\p{L}\p{N}])(?:[A-Z]-)?\d{4,8}(?= is (?:your|the|my) (?:[\p{L}-]{1,20} ){0,3}(?:code|pin|otp|passcode)${WORD_AFTER})`,
    ),
    '[redacted]',
  ],
  [
    phrase(
      String.raw`(${WORD_BEFORE}(?:enter|use|type|your|one[ -]time) ${CODE}(?:${BETWEEN}| ))\d{4,8}(?![\p{L}\p{N}-])`,
    ),
    '$1[redacted]',
  ],
  [
    phrase(
      String.raw`(${WORD_BEFORE}(?:${PASSWORD})(?: for [^\s]{1,40}| ?\p{L}{0,9}){0,4} (?:is|was|to|as|now|still|es|est|ist|lautet|ir|är|er|on|jest|je)[: ]{1,3}(?:now |still )?)${STATED}`,
    ),
    '$1[redacted]',
  ],
  [
    phrase(String.raw`(${WORD_BEFORE}(?:${PASSWORD}|secret|token|credentials?)${BETWEEN})${QUOTED}`),
    '$1[redacted]',
  ],
  [
    exact(
      String.raw`(${WORD_BEFORE}(?:${anyCase(PASSWORD)}|${anyCase(OTHER)})${BETWEEN})${RANDOM}((?:, \p{L}{2,6}: )?)(?:${RANDOM}|\p{Ll}{15,60})?`,
    ),
    '$1[redacted]$2',
  ],
  [
    exact(
      String.raw`((?:密码|密碼|パスワード|비밀번호|пароль)(?:是|は|为|為|:|：|는|은)?\s{0,2})[\w!#$%&*+^~=-]{6,100}`,
    ),
    '$1[redacted]',
  ],
  [
    exact(
      String.raw`(${WORD_BEFORE}(?:user|login|username|account|credentials)[ :]{1,2}[\w.-]{1,40} ?\/ ?|${WORD_BEFORE}(?:${anyCase(PASSWORD)})\/)${RANDOM_AT}`,
    ),
    '$1[redacted]',
  ],
  [
    phrase(
      String.raw`(${WORD_BEFORE}(?:recovery|seed|backup|mnemonic|secret) (?:phrase|words)[: ]{1,3}(?:is |are )?)\p{Ll}{3,8}(?: \p{Ll}{3,8}){5,23}`,
    ),
    '$1[redacted]',
  ],
  [
    phrase(
      String.raw`(${WORD_BEFORE}(?:backup|recovery) codes?[: ]{1,3}(?:is |are )?)[\w -]{4,200}\d[\w -]{0,200}`,
    ),
    '$1[redacted]',
  ],
]

const PROGRAM = String.raw`(?:psql|pg_dump|pg_restore|createdb|redis-cli|valkey-cli|mongosh?|mongodump|sqlcmd|bcp|sqlplus|cqlsh|clickhouse-client|ldap\w{3,9}|kinit|svn|lftp|mosquitto_\w{3}|rabbitmqadmin|influx|zip|unzip|7za?|7zz|unrar|rar|openssl|gpg2?|mysqladmin|mysqlimport|snmp\w{3,8}|ipmitool|xfreerdp|smbmap|crackmapexec|(?:docker|podman|nerdctl|buildah|skopeo|oc|az|heroku|helm registry|cf|kubectl|argocd|vault|npm|gcloud|doctl|bw|op) (?:[\w-]{1,20} )?login)`

/** Secrets of command lines and protocols. */
export const COMMAND_LINES: readonly Replacement[] = [
  [
    new RegExp(
      String.raw`(\b${PROGRAM}\b[^\r\n|]{0,300}?\s-(?:[pPwWaksS])(?:\s{1,2}["']?|["']?))(?!\d{1,5}\b|[-/])[^\s"']{4,200}`,
      'g',
    ),
    '$1[redacted]',
  ],
  [/(\bsmbclient\b[^\r\n]{0,200}?-U\s{0,2}[^\s%]{1,60}%)\S+/g, '$1[redacted]'],
  [/(\bnet use\b[^\r\n]{0,200}?\\\S{1,100} )(?![/*])\S+/gi, '$1[redacted]'],
  [/(\bhtpasswd\b[^\r\n]{0,60}? -\w*b\w* \S{1,200} \S{1,60} )\S+/g, '$1[redacted]'],
  [
    /(\becho (?:-n )?)(?:"[^"\r\n]{1,200}"|'[^'\r\n]{1,200}'|[^\s|]{1,200})(?=\s{0,3}\|[^|\r\n]{0,200}(?:password-stdin|chpasswd|passwd|sudo -S|--stdin|cryptsetup|login))/g,
    '$1[redacted]',
  ],
  [/(-pass(?:in|out)? pass:)\S+/g, '$1[redacted]'],
  [
    /(^|[\r\n;])((?:PASS|AUTH(?: \w{1,40})?|requirepass|masterauth|config set (?:requirepass|masterauth)|auth login \S{1,60}|AUTH (?:PLAIN|LOGIN)) )(?!\d{3}\b)[^\s"']{6,}(?=\s{0,2}(?:$|[\r\n]))/gim,
    '$1$2[redacted]',
  ],
  [/(\bidentified (?:with \S{1,40} )?(?:by|as) )(?:'[^']*'|"[^"]*"|[^\s;,]+)/gi, '$1[redacted]'],
  // `aws configure set aws_secret_access_key …`, `setx API_TOKEN …`
  [
    /((?<![\w-])(?=[\w]{0,40}_)\w{0,40}(?:secret|token|password|passwd|passphrase|api_?key|access_?key|private_?key)\w{0,20}\s{1,2})(?=[^\s]{0,80}\d)(?=[^\s]{0,80}[a-z])[\w.~+/=-]{8,}/gi,
    '$1[redacted]',
  ],
  // .pgpass
  [/(^|[\r\n])([\w.*-]{1,200}:(?:\d{2,5}|\*):[^\s:]{1,63}:[^\s:]{1,63}:)[^\s:][^\r\n]*/g, '$1$2[redacted]'],
  // `ada:…@host`, `thin:ada/…@host`
  [
    /((?<![\w./@-])[\w.-]{1,60}:)(?!\/\/|\d{1,5}@)(?=[^\s@]{0,60}\d)[^\s@/"'<>]{6,100}(?=@[\w.-]{1,100}(?::\d|\/|\b))/g,
    '$1[redacted]',
  ],
  [/((?:thin|oci|sqlplus|connect)[: @]{1,2}[\w.-]{1,60}\/)[^\s@"']{4,100}(?=@)/gi, '$1[redacted]'],
  [
    /((?<![a-z\d+.-])https?:\/\/)(?=[^\s/@:]{0,60}\d)(?=[^\s/@:]{0,60}[A-Z])[\w%~.-]{10,300}@/g,
    '$1[redacted]@',
  ],
  [/((?:^|[\r\n])(?:code|auth|sig|otp|ticket|assertion)=)[^\s&]{6,}(?=&)/gi, '$1[redacted]'],
]

/** Card numbers: of the length and the first digits of a network, with the right check digit. */
const CARD =
  /(?<![\d.-])(?:4\d{3}|5[1-5]\d{2}|2[2-7]\d{2}|6(?:011|5\d{2})|3[47]\d{2})(?:[ -]?\d{4}){2}[ -]?\d{3,4}(?![\d-])/g

export function maskCards(text: string, mask: string): string {
  return /\d{4}[ -]?\d{4,6}[ -]?\d{4,5}/.test(text)
    ? text.replace(CARD, (digits) => (hasCheckDigit(digits) ? mask : digits))
    : text
}

/** https://en.wikipedia.org/wiki/Luhn_algorithm */
function hasCheckDigit(text: string): boolean {
  const digits = Array.from(text.replace(/\D/g, ''), Number).reverse()
  const sum = digits.reduce((total, digit, place) => {
    const doubled = place % 2 === 0 ? digit : digit * 2
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return sum % 10 === 0
}

/** Whether a text is random in itself: letters of both cases and digits, without words, dashes or dots between them. */
export function looksRandom(text: string): boolean {
  if (!/^[A-Za-z\d+/_=-]{12,400}$/.test(text)) return false
  const changes = text.match(/[a-z][A-Z\d]|[A-Z]\d|\d[A-Za-z]/g)?.length ?? 0
  return /\d/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text) && changes * 4 >= text.length
}
// cspell:enable
