/** NAMEDATALEN - 1: the maximum length of a name in bytes. */
const LIMIT = 63
const LABEL = '_not_null'

/**
 * The name that PostgreSQL 18 gives to a NOT NULL constraint. Older servers give none.
 *
 * If the name would be too long, the longer part is cut first, as in makeObjectName:
 * https://github.com/postgres/postgres/blob/REL_18_0/src/backend/commands/indexcmds.c#L2517
 */
export function notNullName(table: string, column: string): string {
  const names = [Buffer.from(table), Buffer.from(column)] as const
  const room = LIMIT - LABEL.length - 1
  let [first, second] = names.map((name) => name.length) as [number, number]
  while (first + second > room) {
    if (first > second) first -= 1
    else second -= 1
  }
  return `${cut(names[0], first)}_${cut(names[1], second)}${LABEL}`
}

/** Cuts a name to at most `length` bytes without splitting a character. */
function cut(name: Buffer, length: number): string {
  let end = length
  while (end > 0 && end < name.length && ((name[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return name.subarray(0, end).toString()
}
