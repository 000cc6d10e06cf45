/** A generator of random values from a seed; the values are the same on every run. */
export class Random {
  #state: number

  constructor(seed: string) {
    this.#state = Array.from(seed).reduce((sum, character) => Math.imul(sum, 31) + character.charCodeAt(0), 7)
  }

  /** A number from 0 to 1 (mulberry32): https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** An integer within the limits, both included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  pick<T>(values: readonly T[]): T {
    return values[this.between(0, values.length - 1)] as T
  }
}

const ALPHABETS: readonly (readonly string[])[] = [
  [...'abcxyzABCXYZ0189'],
  [...'a1 \t\n\v\f\r'],
  [...'aé́ßİıſK'],
  [...'x👩‍🦰𝒳🇱🇻'],
  [...'a\u0085\u00a0\u1680\u2003\u2028\u3000\ufeff\u200b'],
  [...'a@.:/%_\\$[](){}|^*+?-#"\''],
]

/** Text of a length as counted by PostgreSQL. */
export function textOf(random: Random, length: number): string {
  const alphabet = random.pick(ALPHABETS)
  return Array.from({ length: Math.max(0, length) }, () => random.pick(alphabet)).join('')
}

const NOT_TEXT = ['a\0b', 'half \ud83d', '\udc00']
export const FLOATS = [
  0,
  -0,
  0.5,
  1,
  2,
  -1,
  -2,
  1 + 2 ** -52,
  1 - 2 ** -53,
  2 + 2 ** -51,
  2 - 2 ** -52,
  -2 - 2 ** -51,
  -(2 ** -1074),
  2 ** -1074,
  1e308,
  -1e308,
  Number.MAX_VALUE,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0.1,
  1e21,
  1e-7,
  3.4028235e38,
  3.4028235677973366e38,
  3.402823567797337e38,
  1e-45,
  7e-46,
  7.1e-46,
  1e-50,
  16777217,
]
const int = (bits: number) => [
  0,
  -0,
  1,
  -1,
  2,
  0.5,
  1e3,
  2 ** (bits - 1) - 1,
  2 ** (bits - 1),
  -(2 ** (bits - 1)),
  -(2 ** (bits - 1)) - 1,
  1e21,
  Number.NaN,
  Number.POSITIVE_INFINITY,
]

/** The types of dates and times. */
export const DAYS = [
  '2024-02-29',
  '2023-02-29',
  '1900-02-29',
  '2000-02-29',
  '2026-04-31',
  '2026-13-01',
  '2026-00-10',
  '2026-01-00',
  '0000-01-01',
  '0001-01-01',
  '0001-01-01 BC',
  '4714-11-24 BC',
  '4714-11-23 BC',
  '4713-01-01 BC',
  '0001-02-29 BC',
  '0002-02-29 BC',
  '9999-12-31',
  '10000-01-01',
  '5874897-12-31',
  '5874898-01-01',
  '294276-12-31',
  '294277-01-01',
  '2026-1-3',
  '2026/11/23',
  '2026.11.23',
  '20261123',
  '2026/13/01',
  '20261301',
  '2026-11/23',
  '2026-11-23',
  ' 2026-11-23 ',
  '2026-11-23\n',
  'infinity',
  '-infinity',
  'Infinity',
  '-today',
  'today',
  'epoch',
  'yesterday',
  '',
  ' ',
  'x',
  '2026-11',
  '2026-11-23x',
  '2026-11-23 AD',
  '2026-011-23',
  '12345678-01-01',
]
export const TIMES = [
  '',
  'T00:00:00Z',
  'T23:59:59.999Z',
  'T24:00:00Z',
  'T24:00:01Z',
  'T25:00:00Z',
  'T12:60:00Z',
  'T12:30:60Z',
  'T12:30:60.5Z',
  'T12:30:61Z',
  ' 12:30',
  ' 12:30:15.123456',
  'T12:30:00+05:30',
  'T12:30:00-15:59',
  'T12:30:00+15:59:59',
  'T12:30:00+16:00',
  'T12:30:00+0530',
  'T12:30:00+05',
  'T12:30:00.',
  'T',
  'T12',
  't12:30:00z',
  ' 12:30:00 +02',
  'T23:59:59.9999995Z',
  'T23:59:60Z',
  'T23:59:60.5Z',
  'T1:2:3Z',
  'T12:30:00+05:60',
  'T12:30:00+14:00',
]
export const INETS = [
  '192.0.2.1',
  '192.0.2.1/24',
  '192.0.2.0/24',
  '0.0.0.0',
  '255.255.255.255',
  '256.1.1.1',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.4/32',
  '1.2.3.4/33',
  '1.2.3.4/',
  '1.2.3/24',
  '1.2.3/25',
  '1.2.3/31',
  '1.2.3/32',
  '10/8',
  '10./8',
  '1.2.3.4.',
  '1..2.3',
  '.1.2.3.4',
  '01.02.03.04',
  '1.2.3.04/08',
  ' 1.2.3.4',
  '1.2.3.4 ',
  '::',
  '::1',
  '::1/128',
  '::1/129',
  '::1/064',
  '2001:db8::1',
  '2001:DB8::/32',
  '2001:db8::/33',
  '1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7::',
  '::2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7:8::',
  '1::2::3',
  ':::',
  ':',
  ':1',
  '1:',
  'fe80::1%eth0',
  '12345::',
  '::ffff:1.2.3.4',
  '::ffff:1.2.3.4/96',
  '::1.2',
  '::1.2.3',
  '::1.2.3.4.5',
  '::01.2.3.4',
  '::256.1.1.1',
  '1:2:3:4:5:6:1.2.3.4',
  '1:2:3:4:5:6:7:1.2.3.4',
  '::1.2.3.4:5',
  '1.2.3.4::',
  '',
  'localhost',
  '0x7f.1',
  '10',
  '224/4',
  '224',
  '225',
  '192.168',
  '0x0a',
  '0x0a01/16',
  '128.1/16',
  '::1.',
  '1.2.3.4/0',
  '0/0',
  '::/0',
  '::/-1',
]
export const JSONS = [
  '{}',
  '[]',
  'null',
  'true',
  '1',
  '"x"',
  '',
  ' ',
  '{',
  '{"a":1,}',
  "{'a':1}",
  '{"a":"\\u0000"}',
  '{"\\u0000":1}',
  '{"a":"\\ud800"}',
  '{"a":"\\ud83d\\ude00"}',
  '{"a":"\\udc00\\ud800"}',
  '{"a":"\\u00e9"}',
  '{"a":"\\u000"}',
  '"a\nb"',
  '01',
  '1.',
  '.5',
  '-0',
  '+1',
  '1e5',
  '1e131071',
  '1e131072',
  '-1e131072',
  '1e-16383',
  '1e-16384',
  '1.0e-16383',
  'NaN',
  'Infinity',
  '{"a":"\\u0000","a":1}',
  '{"a":1e200000,"a":1}',
  ' {"a" : [ 1 , 2 ] }\n',
  '{"a":1} x',
  '\u00a0{}',
  '"\\x41"',
  '"\\v"',
  '"\\\\u0000"',
  '"\\/"',
  '[1,2',
  '[[[[[]]]]]',
  '"\u2028"',
  '"\x7f"',
  'undefined',
  '0e200000',
  '0e-20000',
  '{"__proto__":"\\u0000"}',
  {},
  [],
  { a: 1 },
  [1, 'x', null],
  5,
  true,
  false,
  { a: 'x\0y' },
  { a: '\ud800' },
  { a: Number.NaN },
  { a: undefined },
  { at: new Date(0) },
  1e300,
  { a: { b: [1e300] } },
]
export const UUIDS = [
  '01930c7a-5b3e-7000-8000-000000000000',
  '01930C7A-5B3E-7000-8000-00000000000F',
  '{01930c7a-5b3e-7000-8000-000000000000}',
  '{01930c7a-5b3e-7000-8000-000000000000',
  '01930c7a-5b3e-7000-8000-000000000000}',
  '01930c7a5b3e70008000000000000000',
  '0193-0c7a-5b3e-7000-8000-0000-0000-0000',
  '01930c7a-5b3e-7000-8000-00000000000',
  '01930c7a-5b3e-7000-8000-0000000000000',
  '01930c7a--5b3e-7000-8000-000000000000',
  '01930c7a-5b3e-7000-8000-000000000000-',
  ' 01930c7a-5b3e-7000-8000-000000000000',
  '01930c7a-5b3e-7000-8000-00000000000g',
  '',
  'x',
  '019-30c7a-5b3e-7000-8000-000000000000',
  '{}',
  '-01930c7a5b3e70008000000000000000',
  '{{01930c7a5b3e70008000000000000000}}',
]
export const NUMERICS = [
  '0',
  '-0',
  '1',
  '1.5',
  '.5',
  '5.',
  '.',
  '',
  ' 1 ',
  '\n1',
  '1 2',
  '1e3',
  '1E-3',
  '1e',
  'e1',
  '+1',
  '--1',
  'NaN',
  'nan',
  '-NaN',
  'Infinity',
  '-inf',
  '+inf',
  'infinit',
  '999.99',
  '999.994',
  '999.995',
  '-999.995',
  '999.9949999',
  '1000',
  '99999',
  '0.001',
  '0.004',
  '0.005',
  '1e131071',
  '1e131072',
  '1e-16383',
  '1e-16384',
  '0e200000',
  '1,5',
  '１',
  '1e400',
  '\u00a01',
  '999999999999999999999999.5',
  0,
  -0,
  0.5,
  999.99,
  999.995,
  1000,
  1e21,
  1e-7,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  0.1 + 0.2,
  1234.5,
]
export const INT8S = [
  '0',
  '-0',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '-9223372036854775809',
  ' 5 ',
  '+5',
  '5.0',
  '',
  'x',
  '0009',
  '1e3',
  '00000000000000000000000000009223372036854775807',
  5,
  -5,
  0.5,
  2 ** 53,
  2 ** 63,
  -(2 ** 63),
  2 ** 62,
  1e21,
  Number.NaN,
  5n,
  2n ** 63n,
  2n ** 63n - 1n,
  -(2n ** 63n),
]

/** A date that exists in the calendar, or almost. */
function dayOf(random: Random): string {
  const twoDigits = (value: number) => String(value).padStart(2, '0')
  return `${random.between(1999, 2030)}-${twoDigits(random.between(1, 12))}-${twoDigits(random.between(1, 31))}`
}

function momentOf(random: Random): string {
  return random.chance(0.5) ? random.pick(DAYS) : dayOf(random) + random.pick(TIMES)
}

/** A value for a type, often at the limits of its range. */
export function aValueOf(random: Random, type: string): unknown {
  if (type.endsWith('[]')) {
    if (random.chance(0.1)) return random.pick(['x', null, 5])
    // PostgreSQL accepts any number of dimensions, if their parts have the same ones.
    const part = () =>
      Array.from({ length: random.between(0, 3) }, () =>
        random.chance(0.1) ? null : aValueOf(random, type.slice(0, -2)),
      )
    return random.chance(0.15) ? Array.from({ length: random.between(1, 2) }, part) : part()
  }
  switch (type) {
    case 'smallint':
      return random.pick(int(16))
    case 'integer':
      return random.pick(int(32))
    case 'bigint':
      return random.pick(INT8S)
    case 'real':
    case 'double precision':
      return random.chance(0.8) ? random.pick(FLOATS) : random.next() * 5 - 2.5
    case 'numeric':
      return random.chance(0.8) ? random.pick(NUMERICS) : random.next() * 2000
    case 'boolean':
      return random.pick([true, false, null])
    case 'date':
      return random.chance(0.6) ? momentOf(random) : dayOf(random)
    case 'timestamp without time zone':
      return momentOf(random)
    case 'timestamp with time zone': {
      if (random.chance(0.6)) return momentOf(random)
      return new Date(
        random.pick([
          0,
          8.64e15,
          -8.64e15,
          -210_866_803_200_000,
          -210_866_803_200_001,
          Number.NaN,
          -62_135_596_800_000,
          1.7e12,
        ]),
      )
    }
    case 'inet':
    case 'cidr':
      return random.pick(INETS)
    case 'json':
    case 'jsonb':
      return random.pick(JSONS)
    case 'uuid':
      return random.pick(UUIDS)
    default:
      return random.chance(0.05) ? random.pick(NOT_TEXT) : textOf(random, random.between(0, 12))
  }
}
