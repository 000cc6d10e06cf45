/** Types whose every value another type has, too, and shows the same. */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  smallint: ['integer', 'bigint', 'numeric', 'real', 'double precision'],
  integer: ['bigint', 'numeric', 'double precision'],
  bigint: ['numeric'],
  real: ['double precision'],
  'character varying': ['text', 'citext'],
  text: ['citext', 'character varying'],
  citext: ['text', 'character varying'],
  jsonb: ['json'],
  cidr: ['inet'],
}

/**
 * Whether a change of type leaves every value as it is, or is refused by PostgreSQL where it would not: a text that is too
 * long for its new type is not cut. Names as format_type gives them.
 */
export function keepsValues(from: string, to: string): boolean {
  const [old, fresh] = [partsOf(from), partsOf(to)]
  if (old.array !== fresh.array) return false
  if (old.name !== fresh.name) {
    const isWider = WIDER[old.name]?.includes(fresh.name) ?? false
    return isWider && (fresh.limits.length === 0 || fresh.name === 'character varying')
  }
  if (old.name === 'character varying' || fresh.limits.length === 0) return true
  if (old.limits.length === 0) return false
  const [precision = 0, scale = 0] = fresh.limits
  const [oldPrecision = 0, oldScale = 0] = old.limits
  return scale >= oldScale && precision - scale >= oldPrecision - oldScale
}

/** `timestamp(3) with time zone[]` is a name, limits, and whether it is a list. */
function partsOf(type: string): { name: string; limits: number[]; array: boolean } {
  const limits = /\(([\d,\s-]+)\)/.exec(type)?.[1] ?? ''
  return {
    name: type.replace(/\([\d,\s-]+\)/, '').replace('[]', ''),
    limits: limits ? limits.split(',').map(Number) : [],
    array: type.endsWith('[]'),
  }
}
