// cspell:ignore parola
import { isCount } from './secret-keys.ts'
import { COMMAND_LINES, HAS_COMMAND, HAS_SECRET_WORD, maskCards, NEARBY } from './secret-nearby.ts'
import {
  COMMANDS,
  FORM_PART,
  HAS_SUBJECT,
  LINKS,
  SENTENCES,
  SERIALIZED,
  TAG,
  TAG_NAME,
  TAG_VALUE,
  URLS,
} from './secret-phrases.ts'
import { maskTokens } from './secret-tokens.ts'

/** Replaces a secret. */
export const REDACTED = '[redacted]'

/** Whether values with this name are secret. */
export type IsSecret = (name: string) => boolean

/** A way to write a named value: the head ends where the value begins. */
interface Notation {
  /** Its group `name` is the name. It begins at the beginning of a name, so that a long text is read once. */
  readonly head: RegExp
  readonly value: RegExp
  /** A sign without which a text has no head; saves the search. */
  readonly sign: string
  /** Whether the value may be one; default: it may. */
  readonly accepts?: (name: string, value: string) => boolean
}

const NAME = String.raw`[\p{L}\p{N}_$@.%[\]-]{1,100}`
const START = String.raw`(?<![\p{L}\p{N}_$@.%[\]-])`
/** A value in quotes, which may be escaped as in JSON within JSON; one whose end is missing reaches to the end. */
const QUOTED = String.raw`\\{1,3}["'][^"'\\]*(?:\\{1,3}["'])?|"(?:[^"\\]|\\[^])*"?|'(?:[^'\\]|\\[^])*'?|\x60[^\x60]*\x60?`
/** A value without quotes. A comma or bracket belongs to it unless the next name follows. */
const PLAIN = String.raw`(?:(?:bearer|basic|digest)\s+)?(?:[^\s&;,"'<>)}]|[,)}](?=[^\s&;,"'<>)}=]{1,100}(?:$|[\s&;])))+`

const NOTATIONS: readonly Notation[] = [
  // A line: `Authorization: Bearer …`, `- password: …`, `Reset code: …`.
  {
    head: new RegExp(
      String.raw`(?<=^|[\r\n]|\\n)[ \t>+*#-]{0,12}(?:-H )?["']?(?<name>${NAME}(?: ${NAME}){0,2})["']?[ \t]{0,8}:[ \t]{0,8}(?=[^\s/"'{[])`,
      'giu',
    ),
    sign: ':',
    value: /(?:(?!\\n)[^\r\n])+/y,
    accepts: (name, value) => !isProse(name, value),
  },
  // A program, JSON that is broken or escaped: `"password": "…"`, `{ pin: '1234' }`.
  {
    head: new RegExp(
      String.raw`${START}\\{0,3}(["']?)(?<name>${NAME})\\{0,3}\1\s{0,4}:\s{0,4}(?=\\{0,3}["'${'`'}])`,
      'giu',
    ),
    sign: ':',
    value: new RegExp(QUOTED, 'y'),
  },
  // An object or a list in broken JSON: `"password": {"old": "…"`.
  {
    head: new RegExp(
      String.raw`${START}\\{0,3}(["'])(?<name>${NAME})\\{0,3}\1\s{0,4}:\s{0,4}(?=[{[])`,
      'giu',
    ),
    sign: ':',
    value: /[{[][^}\]]*[}\]]?/y,
  },
  // The same with numbers and words: `"pin": 1234`, `{password: hunter2}`.
  {
    head: new RegExp(
      String.raw`(?:(?<=[{,]\s{0,4})|(?<=[{,]\s{0,4}\\{0,3}["']))(?<name>${NAME})(?:\\{0,3}["'])?\s{0,4}:\s{0,4}(?=[^\s"'{[,}\\])`,
      'giu',
    ),
    sign: ':',
    value: /[^\s"',}\\]{1,500}/y,
    accepts: (_, value) => !/^(?:true|false|null|None)$/.test(value),
  },
  // An assignment: `password=…`, `user[password]=…`, `:password => "…"`, `x-api-key := …`.
  {
    head: new RegExp(
      String.raw`${START}(["']?)(?<name>${NAME})\1\s{0,4}(?:=>|->|→|:=|={1,3})\s{0,4}(?=[^\s=])`,
      'giu',
    ),
    sign: '',
    value: new RegExp(`${QUOTED}|${PLAIN}`, 'iy'),
  },
  // Within a sentence or a command: `the password: hunter2`, `curl -H "Authorization: Bearer …"`.
  {
    head: new RegExp(
      String.raw`${START}(?<name>(?:(?:api|access|private|secret|auth|security|recovery|verification|login) )?${NAME})\s{0,2}:\s{0,3}(?=[^\s/])`,
      'giu',
    ),
    sign: ':',
    value: /(?:(?:bearer|basic|digest)\s+)?[^\s,;"'<>)]+/iy,
    accepts: (name, value) => looksChosen(value) && !isProse(name, value),
  },
  {
    head: /(?<![\w-])(?<name>(?:set-)?cookie|(?:proxy-)?authorization)\s{0,2}:\s{0,3}/gi,
    sign: ':',
    value: /[^\r\n"'<>]+/y,
    accepts: (_, value) => /[=\d]/.test(value),
  },
  // An element of a list, and an argument: `$config['password'] = "…"`, `define('DB_PASSWORD', '…')`.
  {
    head: new RegExp(String.raw`\[\s?(["'])(?<name>${NAME})\1\s?\]\s{0,4}=\s{0,4}(?=["'\x60])`, 'giu'),
    sign: '[',
    value: new RegExp(QUOTED, 'y'),
  },
  {
    head: new RegExp(String.raw`\(\s{0,4}(["'])(?<name>${NAME})\1\s{0,4},\s{0,4}(?=["'\x60])`, 'giu'),
    sign: '(',
    value: new RegExp(QUOTED, 'y'),
  },
  {
    head: new RegExp(String.raw`${START}(?<name>${NAME})\(\s{0,4}(?=["'\x60])`, 'giu'),
    sign: '(',
    value: new RegExp(QUOTED, 'y'),
  },
  // An option of a command: `--password hunter2`.
  {
    head: /(?<![\p{L}\p{N}-])--?(?<name>\p{L}[\p{L}\p{N}-]{1,60})\s{1,3}(?=[^\s-])/gu,
    sign: '-',
    value: new RegExp(String.raw`${QUOTED}|[^\s"']+`, 'y'),
  },
  // An element: `<password>…</password>`.
  {
    head: /<(?:[\w-]{1,40}:)?(?<name>[\w.-]{1,60})(?:\s[^<>]{0,400})?>(?:<!\[CDATA\[)?(?=\s{0,8}[^\s<])/g,
    sign: '>',
    value: /[^<]+/y,
  },
]

/** A cheap look for what all of the patterns need. */
const SUSPECT = /[^\p{L}\s.,!?()]|\bbearer\b|\p{L}{15}/iu

/** The sign `=`, `:` or `"` of a form or of JSON that is encoded as a whole for a URL. */
const ENCODED = /^[^\s=&?"{]*%(?:3D|3A|22)[^\s]*$/i

/**
 * Replaces the secrets in a text that their form or their name shows: assignments, headers, parameters, options,
 * connection strings, tokens. The text around them is kept.
 */
export function maskText(text: string, isSecret: IsSecret): string {
  if (!SUSPECT.test(text)) return text
  if (/^(?:bearer +(?=\S*[\d.=_/+-]|\S{12})\S+|basic +(?=\S*[\d=]|\S{12})[a-z\d+/]+={0,2})$/i.test(text))
    return REDACTED
  const isNamed: IsSecret = (name) => isSecretName(decoded(name).replace(/^[-$@%:]+/, ''), isSecret)
  if (ENCODED.test(text)) {
    const plain = decoded(text)
    if (plain !== text && maskText(plain, isSecret) !== plain) return REDACTED
  }
  let masked = maskCards(maskTokens(text, REDACTED), REDACTED)
  if (/[/&]/.test(masked)) {
    masked = replaceAll(replaceAll(masked, URLS), LINKS)
  }
  masked = masked.replace(FORM_PART, (all, head: string, name: string) =>
    isNamed(name) ? head + REDACTED : all,
  )
  for (const notation of NOTATIONS) {
    if (masked.includes(notation.sign)) masked = maskNamed(masked, notation, isNamed)
  }
  masked = masked
    .replace(TAG, (tag) => maskTag(tag, isNamed))
    .replace(SERIALIZED, (all, head: string, name: string) => (isNamed(name) ? `${head}"${REDACTED}"` : all))
  if (HAS_SUBJECT.test(masked)) masked = replaceAll(masked, COMMANDS)
  if (HAS_COMMAND.test(masked)) masked = replaceAll(masked, COMMAND_LINES)
  if (HAS_SUBJECT.test(masked)) masked = replaceAll(masked, SENTENCES)
  if (HAS_SECRET_WORD.test(masked)) masked = replaceAll(masked, NEARBY)
  return maskTable(maskSql(masked, isNamed), isNamed)
}

function replaceAll(text: string, replacements: readonly (readonly [RegExp, string])[]): string {
  let replaced = text
  for (const [pattern, replacement] of replacements) replaced = replaced.replace(pattern, replacement)
  return replaced
}

/** Whether a text is SQL that names a secret: its parameters are secret too. */
export function isSecretSql(text: string, isSecret: IsSecret): boolean {
  return SQL.test(text) && (text.match(/[\p{L}_][\p{L}\p{N}_]{0,99}/gu) ?? []).some(isSecret)
}

/** Replaces the values of one notation. The values of other names are read again: they may contain secrets. */
function maskNamed(text: string, { head, value, accepts }: Notation, isNamed: IsSecret): string {
  let masked = ''
  let from = 0
  head.lastIndex = 0
  for (let found = head.exec(text); found; found = head.exec(text)) {
    const name = found.groups?.name ?? ''
    if (!isNamed(name)) continue
    value.lastIndex = head.lastIndex
    const [content] = value.exec(text) ?? []
    if (content === undefined || (isCount(name) && /^[\d.,]+\b/.test(content))) continue
    if (accepts && !accepts(name, content)) continue
    const quote = /^\\{0,3}["'`]/.exec(content)?.[0] ?? ''
    masked += `${text.slice(from, head.lastIndex)}${quote}${REDACTED}${quote}`
    from = value.lastIndex
    head.lastIndex = from
  }
  return masked + text.slice(from)
}

function maskTag(tag: string, isNamed: IsSecret): string {
  const isOfSecret = [...tag.matchAll(TAG_NAME)].some(([, name = '']) => isNamed(name))
  return isOfSecret ? tag.replace(TAG_VALUE, `$1"${REDACTED}"`) : tag
}

const SQL = /^\s*(?:select|insert|update|merge|with|delete|alter|create|call|copy|set)\s/i

/** The literals of SQL that names a secret. */
function maskSql(text: string, isNamed: IsSecret): string {
  return isSecretSql(text, isNamed) ? text.replace(/'(?:[^']|'')*'?/g, `'${REDACTED}'`) : text
}

/** CSV and the like: the first line names the columns. */
function maskTable(text: string, isNamed: IsSecret): string {
  const [head = ''] = text.split(/\r?\n/, 1)
  const delimiter = head.length < Math.min(text.length, 1_000) && /[,;\t|]/.exec(head)?.[0]
  if (!delimiter) return text
  const names = head.split(delimiter).map((name) => name.trim().replace(/^"|"$/g, ''))
  if (!names.every((name) => /^[A-Za-z_][\w .-]{0,60}$/.test(name))) return text
  const secret = names.map((name) => isNamed(name))
  if (!secret.includes(true)) return text
  const lines = text.split(/(\r?\n)/).map((line, place) => {
    const cells = line.split(delimiter)
    if (place === 0 || cells.length < names.length) return line
    return cells.map((cell, column) => (secret[column] && cell !== '' ? REDACTED : cell)).join(delimiter)
  })
  return lines.join('')
}

/** Names that are ordinary words too: of meetings, plants, maps. */
const AMBIGUOUS =
  /(?:^|\W)(?:sessions?|private|refresh|signature|seed|salt|pin|secret[ao]?s?|tokens?|auth|clave|parola|cookies?)$/i
const FUNCTION_WORDS =
  /^(?:a|an|and|are|as|at|be|can|for|from|has|have|how|i|in|is|it|may|must|no|not|of|on|or|please|should|that|the|this|to|use|was|we|will|with|you|your|we'?re)[,.!?]?$/i

/** Whether the text after a colon is a sentence and not a secret: `Password: please choose a new one`. */
function isProse(name: string, value: string): boolean {
  const words = value.trim().split(/\s+/)
  if (/authorization$|cookie$/i.test(name) && /[=\d]/.test(value)) return false
  if (AMBIGUOUS.test(name.trim())) return words.length > 1 || !looksChosen(value) || value.length < 4
  return words.length > 2 && words.some((word) => FUNCTION_WORDS.test(word))
}

/** Whether a value within a sentence looks like a secret and not like its next word. */
function looksChosen(value: string): boolean {
  return /[\d_$%#@!^&*+/=~]/.test(value.replace(/[!?.]+$/, '')) || /\p{Ll}\p{Lu}/u.test(value)
}

/** A URL or an email address: each is another one, and none is a name. */
const ADDRESS = /:\/\/|^\S+@\S+\.\w+$/

/**
 * Whether a text is the name of a secret: a word such as `newPassword`, or a short label such as `New password:`; not a
 * sentence, and not `Token Ring`.
 */
export function isSecretName(text: string, isSecret: IsSecret): boolean {
  if (/^\w+$/.test(text)) return isSecret(text)
  if (text.length > 100 || ADDRESS.test(text)) return false
  const words = text
    .trim()
    .replace(/[:*?]+$/, '')
    .replace(/\s*\(.*\)$/, '')
    .split(/\s+/)
  const last = words.at(-1) as string
  if (words.length === 1) return isSecret(last)
  if (words.length > 5) return false
  const isQualified = /^(?:again|confirmation|confirm|repeat|hash|new|old|current|value)$/i.test(last)
  const isCompound =
    /^(?:keys?|codes?|phrases?|words?|links?|urls?|ids?|strings?|hash|answers?|numbers?)$/i.test(last)
  return (
    isSecret(isQualified ? (words.at(-2) as string) : last) ||
    (isCompound && isSecret(words.slice(-2).join('_')))
  )
}

function decoded(name: string): string {
  if (!name.includes('%')) return name
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
