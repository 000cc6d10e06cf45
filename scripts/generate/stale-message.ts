/** An item of an enumeration, with or without quotation marks. */
const ITEM = String.raw`["'\u201c\u2018\x60]?[\p{L}\p{N}][\p{L}\p{N}_-]*["'\u201d\u2019\x60]?`
/** `a, b, c`, `a or b`, `a, b, and c`. */
const ENUMERATION = new RegExp(`${ITEM}(?:, ${ITEM})*(?:,? (?:or|and) ${ITEM}|, ${ITEM})`, 'gu')

/**
 * Names in a constraint's message that are no longer among its values: a value was removed from the CHECK, and the message
 * still lists it. Only enumerations that contain a value are read.
 */
export function staleNames(message: string, values: readonly string[]): string[] {
  const known = new Set(values.map((value) => value.toLowerCase()))
  const found = (message.match(ENUMERATION) ?? []).flatMap((enumeration) => {
    const items = enumeration
      .split(/,? (?:or|and) |, /)
      .map((item) => item.replace(/^["'\u201c\u2018\x60]|["'\u201d\u2019\x60]$/g, ''))
    const isOfValues = items.some((item) => known.has(item.toLowerCase()))
    return isOfValues ? items.filter((item) => !known.has(item.toLowerCase())) : []
  })
  return [...new Set(found)]
}

const NUMBER = String.raw`\d[\d,]*(?:\.\d+)?`
/** A number that is a bound by its words: `at most 100`, `2 to 50 characters`. A unit makes another number of it. */
const BOUND = new RegExp(
  String.raw`(?:at (?:most|least)|up to|(?:no )?(?:more|less|fewer|longer|shorter|greater) than|between|from) (${NUMBER})(?: (?:to|and) (${NUMBER}))?(?![\w%]| [kKMG]i?B)|(?:(${NUMBER}) to )?(${NUMBER}) (?:characters|letters|digits)\b`,
  'gu',
)

/** Bounds in a constraint's message that its expression does not have: a number was changed in the CHECK, and not in the message. */
export function staleBounds(message: string, expression: string): string[] {
  const known = new Set((expression.match(/\d+(?:\.\d+)?/g) ?? []).map(Number))
  if (known.size === 0) return []
  const isKnown = (text: string) => {
    const number = Number(text.replaceAll(',', ''))
    // "More than 4" may be `>= 5`.
    return known.has(number) || known.has(number - 1) || known.has(number + 1)
  }
  const found = [...message.matchAll(BOUND)].flatMap(([, ...groups]) =>
    groups.filter((each) => each !== undefined),
  )
  return [...new Set(found.map((text) => text.replace(/,$/, '')).filter((text) => !isKnown(text)))]
}
