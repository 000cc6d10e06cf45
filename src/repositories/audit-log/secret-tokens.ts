// cspell:disable

/**
 * Secrets that their form shows. The patterns follow the documentation of the providers; the repetitions are bounded,
 * so that a text of any length is read in linear time.
 */
const FORMS: readonly RegExp[] = [
  // JSON Web Tokens, encrypted ones too.
  /eyJ[\w-]{8,8000}\.[\w-]{4,8000}(?:\.[\w-]{0,8000}){0,3}/,
  // PASETO.
  /v[1-4]\.(?:local|public)\.[\w-]{16,8000}/,
  // Cloud providers.
  /(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{12,}/,
  /AIza[\w-]{30,}/,
  /ya29\.[\w-]{16,}/,
  /GOCSPX-[\w-]{16,}/,
  /1\/\/0[\w-]{24,}/,
  /LTAI[A-Za-z0-9]{12,}/,
  /do[opr]_v1_[a-f0-9]{24,}/,
  /(?:dapi|oy2)[a-z0-9]{32,}/,
  // Source code and packages.
  /gh[a-z]_[A-Za-z0-9]{16,}/,
  /github_pat_\w{16,}/,
  /gl[a-z]{2,5}-[\w.-]{16,}/,
  /npm_[A-Za-z0-9]{24,}/,
  /pypi-[\w-]{16,}/,
  /rubygems_[a-f0-9]{24,}/,
  /dckr_(?:pat|oat)_[\w-]{16,}/,
  /(?:ATATT|ATCTT|ATBB)[\w=-]{16,}/,
  // Messages and mail.
  /x(?:ox[a-z]|app)[.-][\w.-]{8,}/,
  /SG\.[\w-]{12,}\.[\w-]{12,}/,
  /(?:xkeysib|xsmtpsib|key)-[a-f0-9]{24,}[\w-]{0,40}/,
  /(?:SK|AC)[a-f0-9]{32}/,
  /(?:bot)?\d{8,10}:AA[\w-]{30,}/,
  /[MNO][A-Za-z\d]{22,27}\.[\w-]{6}\.[\w-]{27,}/,
  // Payments and shops.
  /(?:sk|rk|pk|ak|ek)_(?:live|test|prod|sandbox)_\w{6,}/,
  /whsec_[\w+/=]{12,}/,
  /sq0[a-z]{3}-[\w-]{16,}/,
  /EAA[A-Za-z0-9]{24,}/,
  /shp[a-z]{2}_[A-Fa-f0-9]{24,}/,
  /access_token\$(?:production|sandbox)\$\w{10,}\$\w{20,}/,
  // AI, data and operations.
  /(?:sk|pk|xai|gsk|pplx|nvapi|r8|hf|fw|csk|tgp)[-_](?=[\w-]{0,200}\d)[\w-]{18,}/,
  /re_[A-Za-z0-9]{6,12}_[A-Za-z0-9]{12,}/,
  /hv[sbr]\.[\w-]{16,}/,
  /(?:glsa|glc|lin_api|lin_oauth|ntn|figd|phx|tskey|sbp|sb_secret|pscale_(?:tkn|pw|oauth)|sntry[su]|PMAK|NRAK|CFPAT|rpa|fly|FlyV1|dp\.(?:pt|st|ct)|fo1|pul|sgp|secret|vercel|nfp|rnd|cal_live)[-_.](?=[\w-]{0,60}\d)[\w.=-]{16,}/,
  /pat[A-Za-z0-9]{14}\.[a-f0-9]{32,}/,
  /[a-z][a-z0-9]{1,11}_(?:live|test|prod|secret|token|key|pat|sk)_(?=[A-Za-z0-9]{0,60}\d)[A-Za-z0-9]{12,}/,
  /AGE-SECRET-KEY-1[A-Z0-9]{20,}/,
  // Hashes of passwords.
  /\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{20,}/,
  /\$(?:argon2(?:id?|d)|scrypt|pbkdf2[\w-]{0,12}|1|5|6|7|y|gy|apr1)\$[\w./+=,$-]{12,}/,
  /(?:pbkdf2|scrypt)[_:$]\w{0,12}[:$][\w./+=:$-]{20,}/,
  /SCRAM-SHA-\d{1,3}\$[\w./+=:$-]{16,}/,
  /md5[a-f0-9]{32}/,
]

/** Forms with characters of their own at their beginning and end. */
const WHOLE_FORMS =
  /-----BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE KEY|SECRET)[A-Z ]{0,12}-----(?:[\s\S]*?-----END [A-Z0-9 ]{0,60}-----|[\s\S]*)|PuTTY-User-Key-File-[\s\S]*|otpauth(?:-migration)?:\/\/[^\s"'<>]+|\{(?:S?SHA(?:256|384|512)?|S?MD5|CRYPT|PBKDF2[\w-]{0,12})\}[\w./+=$-]{8,}/g

const TOKENS = new RegExp(`(?<![A-Za-z0-9])(?:${FORMS.map(({ source }) => source).join('|')})`, 'g')

/** Signs that all of them contain; ordinary sentences do not. */
const HAS_FORM = /[\w$.+/=-]{16}|-----BEGIN|PuTTY|otpauth|\{S?(?:SHA|MD5|CRYPT|PBK)/

// cspell:enable

/** Replaces tokens, keys and hashes that their form shows. */
export function maskTokens(text: string, mask: string): string {
  return HAS_FORM.test(text) ? text.replace(WHOLE_FORMS, mask).replace(TOKENS, mask) : text
}
