// cspell:disable

type Replacement = readonly [pattern: RegExp, replacement: string]

const SCHEME = String.raw`(?<![a-z\d+.-])[a-z][a-z\d+.-]{0,30}:\/\/`
const SERVERS =
  '(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\\+srv)?|rediss?|amqps?|mssql|sqlserver|ftps?|sftp|smtps?|ldaps?)'

/** Passwords of URLs, which may contain `@`, and those of servers `/` too: `postgres://ada:…@host`; parameters. */
export const URLS: readonly Replacement[] = [
  [new RegExp(String.raw`(${SERVERS}:\/\/[^\s/:@"'<>]{0,200}:)[^\s"'<>]{1,500}@`, 'gi'), '$1[redacted]@'],
  [new RegExp(String.raw`(${SCHEME}[^\s/:@"'<>]{0,200}:)[^\s/"'<>]{1,500}@`, 'gi'), '$1[redacted]@'],
  [new RegExp(String.raw`(${SCHEME})[\w%-]{20,500}@`, 'gi'), '$1[redacted]@'],
  [
    /([?&#;](?:amp;)?(?:sig|signature|x-amz-(?:signature|credential)|x-goog-signature|hmac|key|code|auth|st|otp|ticket|invite|magic|hash)=)[^\s&#"'<>]{6,}/gi,
    '$1[redacted]',
  ],
]

/** Links that authorize the person who has them. */
export const LINKS: readonly Replacement[] = [
  [/(hooks\.slack\.com\/(?:services|workflows|triggers)\/)[\w/-]{8,}/gi, '$1[redacted]'],
  [/(webhook\.office\.com\/webhookb2\/)[\w@/-]{8,}/gi, '$1[redacted]'],
  [/(discord(?:app)?\.com\/api\/webhooks\/\d{1,30}\/)[\w-]{8,}/gi, '$1[redacted]'],
  [
    /(\/[\w-]{0,30}(?:reset|magic|verif|confirm|activat|invit|unsubscribe|recover|sign-?in|login|password)[\w-]{0,30}\/)(?=[\w.~%-]{0,200}\d)[\w.~%-]{12,}/gi,
    '$1[redacted]',
  ],
]

/** `mysql -phunter2`, `curl -u ada:hunter2`, `sshpass -p hunter2`. */
export const COMMANDS: readonly Replacement[] = [
  [/(\b(?:mysql|mysqldump|mariadb)\b[^\r\n]{0,200}?\s-p)[^\s"']+/gi, '$1[redacted]'],
  [
    /(\b(?:curl|wget|http)\b[^\r\n]{0,300}?\s(?:-u|--user|-a|--auth)[ =]?["']?[^\s:"']{1,100}:)[^\s"']+/gi,
    '$1[redacted]',
  ],
  [/(\bsshpass\s{1,3}-p\s{0,3})\S+/gi, '$1[redacted]'],
]

/** The words that all commands and sentences contain. */
export const HAS_SUBJECT =
  /curl|wget|http |mysql|mariadb|sshpass|bearer|basic|digest|negotiate|token|secret|key|pass|code|pin|otp|pwd|kennwort/i

const SUBJECT = String.raw`(?<!\p{L})(?:(?:verification|security|login|sign-in|access|confirmation|recovery|backup|one-time|authentication|auth|sms|2fa|mfa|otp|reset)[ -]?(?:code|pin|password)|(?:your|my|the) code|pin|otp|(?:pass)(?:word|wort|phrase|code|wd)|pwd|kennwort|(?:api|secret|access)[ -](?:key|token)|secret|token)`
const CHOSEN = String.raw`(?:"[^"\r\n]{1,200}"|'[^'\r\n]{1,200}'|(?=[^\s]{0,60}[\d#$%&*@^_])[^\s]{4,200})`

/** `Bearer …`, `your code is 123456`, `the new password is hunter2`, `password changed from … to …`. */
export const SENTENCES: readonly Replacement[] = [
  [
    /((?<![\p{L}\p{N}])(?:bearer|digest|negotiate|apikey)\s{1,3})(?=[\w.~+/=-]{0,200}[\d._/+=])[\w.~+/=-]{6,}/giu,
    '$1[redacted]',
  ],
  [
    /((?<![\p{L}\p{N}])(?:[Bb]asic|BASIC|[Tt]oken|TOKEN)\s{1,3})(?=[\w.~+/=-]{0,200}[\d=]|\w{0,200}[a-z][A-Z])[\w.~+/=-]{6,}/gu,
    '$1[redacted]',
  ],
  [
    new RegExp(
      String.raw`(${SUBJECT}s?(?: for \S{1,60})? (?:is|was|are|ist|lautet|set to|changed to|reset to|now):? {1,3})${CHOSEN}`,
      'giu',
    ),
    '$1[redacted]',
  ],
  [
    new RegExp(
      String.raw`(${SUBJECT} (?:was )?(?:changed |updated |rotated )?from )\S{1,200}( to )\S{1,200}`,
      'giu',
    ),
    '$1[redacted]$2[redacted]',
  ],
  [
    new RegExp(
      String.raw`(${SUBJECT} )(?:"[^"\s]{4,200}"|'[^'\s]{4,200}'|(?=[^\s]{0,80}\d)(?=[^\s]{0,80}[a-z])[\w.~+/=-]{8,})`,
      'giu',
    ),
    '$1[redacted]',
  ],
]

/** `<input name="password" value="…">`, `<add key="Password" value="…"/>`. */
export const TAG = /<[a-z][^<>]{0,2000}>/gi
export const TAG_NAME = /\b(?:name|key|id|type|autocomplete|property)\s{0,2}=\s{0,2}["']?([^\s"'>]{1,100})/gi
export const TAG_VALUE = /(\b(?:value|content|default)\s{0,2}=\s{0,2})(?:"[^"]*"|'[^']*'|[^\s>]+)/gi

/** A part of a form: `Content-Disposition: form-data; name="password"`, an empty line, the value. */
export const FORM_PART =
  /(name="([^"\r\n]{1,100})"[^\r\n]{0,200}(?:\r?\n[^\r\n]{1,200}){0,5}\r?\n\r?\n)[^\r\n]*/gi

/** PHP's format: `s:8:"password";s:7:"hunter2";`. */
export const SERIALIZED = /("([^"]{1,100})";s:\d{1,9}:)"[^"]*"/g

// cspell:enable
