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
