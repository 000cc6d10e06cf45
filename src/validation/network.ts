import { Problem, type Read, UNKNOWN } from './values.ts'

/**
 * Reads addresses as PostgreSQL does, including its peculiarities:
 * https://github.com/postgres/postgres/blob/REL_18_0/src/backend/utils/adt/inet_net_pton.c
 */
export function readNetwork(given: unknown, kind: 'inet' | 'cidr'): Read {
  const text = typeof given === 'string' ? given : ''
  const isFine = text.includes(':')
    ? readIpv6(text, kind)
    : kind === 'inet'
      ? readInet4(text)
      : readCidr4(text)
  return isFine
    ? UNKNOWN
    : new Problem(
        `must be ${kind === 'inet' ? 'an IP address' : 'a network'}, for example ${kind === 'inet' ? '192.0.2.1 or 2001:db8::1' : '192.0.2.0/24 or 2001:db8::/32'}`,
      )
}

function readInet4(text: string): boolean {
  const [, address = '', length] = /^((?:\d+\.)*\d*)(?:\/(\d+))?$/.exec(text) ?? []
  const octets = address.replace(/\.$/, '').split('.')
  if (!areOctets(octets)) return false
  if (length === undefined) return octets.length === 4
  const bits = Number(length)
  return bits <= 32 && Math.floor(bits / 8) <= octets.length
}

function readCidr4(text: string): boolean {
  const [, address = '', length] = /^(\d+(?:\.\d+)*|0x[0-9a-f]+)(?:\/(\d+))?$/i.exec(text) ?? []
  const octets = /^0x/i.test(address)
    ? (address.slice(2).match(/..?/g) ?? []).map((pair) => String(Number.parseInt(pair.padEnd(2, '0'), 16)))
    : address.split('.')
  if (!areOctets(octets)) return false
  const bits = length === undefined ? widthOf(octets.map(Number)) : Number(length)
  return bits <= 32 && hasNoHostBits(octets.map(Number), bits)
}

function areOctets(octets: string[]): boolean {
  return octets.length <= 4 && octets.every((octet) => octet !== '' && Number(octet) <= 255)
}

/** The width of the network's class, or of the octets in the text if they are more. */
function widthOf(octets: number[]): number {
  const [first = 0] = octets
  const ofClass = first >= 240 ? 32 : first >= 224 ? 8 : first >= 192 ? 24 : first >= 128 ? 16 : 8
  const bits = Math.max(ofClass, octets.length * 8)
  return bits === 8 && first === 224 ? 4 : bits
}

function hasNoHostBits(octets: number[], bits: number): boolean {
  return octets.every((octet, at) => {
    const own = Math.min(8, Math.max(0, bits - at * 8))
    return (octet & (0xff >> own)) === 0
  })
}

function readIpv6(text: string, kind: 'inet' | 'cidr'): boolean {
  const [address = '', length, ...more] = text.split('/')
  if (more.length > 0 || (length !== undefined && !/^(?:0|[1-9]\d{0,2})$/.test(length))) return false
  const bits = length === undefined ? 128 : Number(length)
  const octets = octetsOf(address)
  return bits <= 128 && octets !== undefined && (kind === 'inet' || hasNoHostBits(octets, bits))
}

function octetsOf(address: string): number[] | undefined {
  const halves = address.split('::')
  const [head = [], tail] = halves.map((half) => (half === '' ? [] : half.split(':')))
  if (halves.length > 2) return undefined
  const before = groupsOf(head, tail === undefined)
  const after = groupsOf(tail ?? [], true)
  if (!before || !after) return undefined
  const missing = 16 - before.length - after.length
  // `::` replaces at least one group of zeros.
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined
  return [...before, ...new Array<number>(missing).fill(0), ...after]
}

/** An IPv4 address can replace the last two groups. */
function groupsOf(groups: string[], isEnd: boolean): number[] | undefined {
  const octets: number[] = []
  for (const [at, group] of groups.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16)
      octets.push(value >> 8, value & 0xff)
    } else if (isEnd && at === groups.length - 1 && isIpv4(group))
      octets.push(...[...group.split('.').map(Number), 0, 0].slice(0, 4))
    else return undefined
  }
  return octets
}

/** Missing octets count as 0. */
function isIpv4(text: string): boolean {
  return /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){1,3}$/.test(text) && areOctets(text.split('.'))
}
