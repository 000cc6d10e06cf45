import { isServerError } from './database-error.ts'

/** The fields of a server's error that name things and never hold values of rows. */
const KEPT = new Set(
  `name message stack length severity code hint schema table column dataType constraint file line routine position
  internalPosition`.split(/\s+/),
)

/** Details of these classes name objects, processes and limits: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const DETAIL_NAMES_OBJECTS = /^(?:0A|2B|40|42|53|54|55|57|58)/

/** Places in functions, and lines of COPY up to the text of the line, in every language of the server's messages. */
const PLACE =
  /^(?:PL\/pgSQL|SQL[- ]?[Ff]unction)(?!.*[=:]\s*').*$|^COPY[^\n:"\uff1a\u300c\u201c\u201e\u00ab]*/

/** A message of a parser ends in the value. */
const VALUE_AT_END = /\s*[:\uff1a]\s*["\u201c\u201e\u00ab\u300c].*$/s
/** Syntax errors, those of a tsquery too, and invalid names. */
const PARSED = /^4260[12]$/
/** Messages of class 22 have the value anywhere, quoted, and no other thing in quotes that would help. */
const QUOTED = /\s*(?:[:\uff1a]\s*)?["\u201c\u201e\u00ab\u300c].*["\u201d\u201c\u00bb\u300d]/s

/**
 * Removes everything from a server's error that may be a value of a row or of a parameter: logs must not get it.
 * Returns the same error.
 */
export function withoutRow<E extends Error>(error: E): E {
  if (!isServerError(error)) return error
  const { detail, where } = error
  for (const key of Object.keys(error)) if (!KEPT.has(key)) delete error[key as keyof E]
  if (detail !== undefined && DETAIL_NAMES_OBJECTS.test(error.code)) error.detail = detail
  const places = (where ?? '').split('\n').flatMap((line) => PLACE.exec(line)?.[0].trim() ?? [])
  if (places.length > 0) error.where = places.join('\n')
  const isParsed = PARSED.test(error.code)
  if (isParsed || error.code.startsWith('22')) {
    const ended = error.message.replace(VALUE_AT_END, '')
    const message = isParsed ? ended : ended.replace(QUOTED, '').trim()
    const { stack } = error
    if (stack)
      Object.defineProperty(error, 'stack', {
        value: stack.replace(error.message, () => message),
        configurable: true,
        writable: true,
      })
    error.message = message
  }
  return error
}
