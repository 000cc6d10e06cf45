import { type Random, textOf } from './random.ts'

/** Characters with a meaning in PostgreSQL’s arrays and escapes, in JSON and in UTF-16. */
const FRAGMENTS = [
  '\0',
  '\\u0000',
  '\ud800',
  '\udc00',
  '\ude00\ud83d',
  '😀',
  '👩‍🦰',
  '"',
  "'",
  '\\',
  '\\\\',
  '{',
  '}',
  '{}',
  '[',
  ',',
  ';',
  '--',
  'NULL',
  'null',
  '""',
  '\\x00',
  '\\N',
  '$1',
  '$$',
  '%s',
  '\x01',
  '\b',
  '\t',
  '\n',
  '\r',
  '\x1b',
  '\x1f',
  '\x7f',
  '\x85',
  '\xa0',
  '\u2028',
  '\u200b',
  '\ufeff',
  '\ufffe',
  '\uffff',
  '\u{10ffff}',
  'e\u0301',
  'İ',
  ' ',
  '__proto__',
  "'); drop table messages; --",
]

const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'length',
  'then',
  'type',
  'id',
  'parts',
  '0',
  '1',
  '10',
  '-1',
  '01',
  '1.5',
  '1e3',
  '4294967294',
  '4294967295',
  '',
  ' ',
  'a',
  'A',
  'é',
  'e\u0301',
]

const NUMBERS = [
  0,
  -0,
  1e308,
  -1.7976931348623157e308,
  5e-324,
  2.2250738585072014e-308,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 63),
  0.1 + 0.2,
  1e21,
  123456789012345680000,
  1e-7,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
]

export function hostileText(random: Random): string {
  const length = random.between(0, 8)
  return Array.from({ length }, () =>
    random.chance(0.8) ? random.pick(FRAGMENTS) : textOf(random, random.between(1, 6)),
  ).join('')
}

/** An ID that can be stored: text without NUL and unpaired surrogates. */
export function hostileId(random: Random): string {
  const length = random.pick([1, 2, 3, 5, 8])
  const allowed = FRAGMENTS.filter((fragment) => fragment.isWellFormed() && !fragment.includes('\0'))
  return random.chance(0.02)
    ? random.pick(allowed).repeat(300).slice(0, 250).toWellFormed()
    : Array.from({ length }, () => random.pick(allowed)).join('')
}

/**
 * A key without backslashes. Once V8 has parsed a key with one, it may confuse it with a key that has an escape there
 * (https://github.com/nodejs/node/issues/63785), so that JSON.parse(JSON.stringify(message)) differs from the message.
 */
export function hostileKey(random: Random, but: readonly string[] = []): string {
  const key = random.chance(0.7) ? random.pick(KEYS) : hostileText(random).replaceAll('\\', '/')
  return but.includes(key) ? hostileKey(random, but) : key
}

/** An object whose entries are own properties, even `__proto__`. */
export function objectOf(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  return Object.fromEntries(entries)
}

export function hostileValue(random: Random, depth: number): unknown {
  if (depth > 0 && random.chance(0.6)) {
    const length = random.between(0, 5)
    if (random.chance(0.4)) return Array.from({ length }, () => hostileValue(random, depth - 1))
    return objectOf(
      Array.from({ length }, () => [hostileKey(random), hostileValue(random, depth - 1)] as const),
    )
  }
  return random.pick<() => unknown>([
    () => null,
    () => undefined,
    () => random.chance(0.5),
    () => random.pick(NUMBERS),
    () => random.pick(NUMBERS),
    () => hostileText(random),
    () => hostileText(random),
    () => new Date(random.pick([0, -1, 8.64e15, Number.NaN])),
    () => random.pick([Object(7), Object('boxed'), Object(false), /re/g, new Map([[1, 2]]), Symbol('none')]),
    () => new Uint8Array([0, 255]),
    () => Object.assign(Object.create(null), { a: undefined, b: -0 }),
    () =>
      random.pick([{ toJSON: () => 'own' }, { toJSON: () => null }, { toJSON: () => ({ own: ['JSON'] }) }]),
    () => () => 'a function',
    // biome-ignore lint/suspicious/noSparseArray: JSON turns holes into null
    () => [, undefined, 1],
  ])()
}
