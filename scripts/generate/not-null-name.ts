/** NAMEDATALEN - 1: what a name may take, in bytes. */
const LIMIT = 63
const LABEL = '_not_null'

/**
 * The name that PostgreSQL 18 gives a NOT NULL, for servers before it, which give none.
 *
 * Of names too long, the longer one is cut first, as makeObjectName does:
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

/** At most that many bytes, and no part of a character. */
function cut(name: Buffer, length: number): string {
  let end = length
  while (end > 0 && end < name.length && ((name[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return name.subarray(0, end).toString()
}
