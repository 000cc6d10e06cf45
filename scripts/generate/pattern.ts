import { TextPattern } from '../../src/validation/index.ts'

/** A regular expression translated from PostgreSQL to JavaScript, for the flags `s` and `u`. */
export interface Pattern {
  source: string
  /** True if it contains classes whose non-ASCII members depend on the server's locale. */
  isAscii: boolean
}

/** Thrown and caught in this file: the pattern has no equivalent in JavaScript. */
class Untranslatable extends Error {}

/**
 * Translates an advanced regular expression: https://www.postgresql.org/docs/current/functions-matching.html
 * Both letter cases are spelled out, because JavaScript has different rules for ignoring case. Returns undefined if
 * there is no equivalent: back references, word boundaries, options, look-around, collating elements, or repetitions that
 * make too large an automaton.
 */
export function translatePattern(pattern: string, ignoreCase: boolean): Pattern | undefined {
  try {
    const translation = new Translation(pattern, ignoreCase)
    const source = translation.run()
    new RegExp(source, 'su')
    new TextPattern(source)
    return { source, isAscii: translation.isAscii }
  } catch (error) {
    const isExpected = [Untranslatable, SyntaxError, RangeError].some((kind) => error instanceof kind)
    if (isExpected) return undefined
    throw error
  }
}

/** Translates a LIKE pattern whose escape character is the backslash. */
export function translateLike(pattern: string, ignoreCase: boolean): Pattern | undefined {
  let source = '^'
  for (const [token, escaped] of pattern.matchAll(/\\(.?)|./gsu)) {
    const character = escaped ?? token
    // A trailing backslash is an error, and the case of non-ASCII letters depends on the locale.
    if (character === '' || (ignoreCase && character > '\x7f')) return undefined
    if (token === '%') source += '.*'
    else if (token === '_') source += '.'
    else source += ignoreCase ? eitherCase(character) : escapeLiteral(character)
  }
  return { source: `${source}$`, isAscii: ignoreCase }
}

type Range = readonly [first: number, last: number]

/** The ASCII members; further members depend on the locale. */
const CLASSES: Readonly<Record<string, readonly Range[]>> = {
  digit: [[0x30, 0x39]],
  space: [
    [0x09, 0x0d],
    [0x20, 0x20],
  ],
  blank: [
    [0x09, 0x09],
    [0x20, 0x20],
  ],
  upper: [[0x41, 0x5a]],
  lower: [[0x61, 0x7a]],
  alpha: [
    [0x41, 0x5a],
    [0x61, 0x7a],
  ],
  alnum: [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x61, 0x7a],
  ],
  word: [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x5f, 0x5f],
    [0x61, 0x7a],
  ],
  xdigit: [
    [0x30, 0x39],
    [0x41, 0x46],
    [0x61, 0x66],
  ],
  punct: [
    [0x21, 0x2f],
    [0x3a, 0x40],
    [0x5b, 0x60],
    [0x7b, 0x7e],
  ],
}
const SHORTHANDS: Readonly<Record<string, string>> = { d: 'digit', s: 'space', w: 'word' }
const CONTROLS: Readonly<Record<string, number>> = {
  a: 0x07,
  b: 0x08,
  e: 0x1b,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  v: 0x0b,
}

class Translation {
  isAscii = false
  readonly #rest: string[]
  readonly #ignoreCase: boolean
  #at = 0

  constructor(pattern: string, ignoreCase: boolean) {
    // A leading *** selects the kind of expression, and (?xyz) sets options.
    if (/^\*\*\*/.test(pattern)) throw new Untranslatable()
    this.#rest = Array.from(pattern)
    this.#ignoreCase = ignoreCase
  }

  run(): string {
    let source = ''
    while (this.#at < this.#rest.length) source += this.#next()
    return source
  }

  #peek(count = 1): string {
    return this.#rest.slice(this.#at, this.#at + count).join('')
  }

  #take(): string {
    const character = this.#rest[this.#at]
    if (character === undefined) throw new Untranslatable()
    this.#at += 1
    return character
  }

  #next(): string {
    const character = this.#take()
    switch (character) {
      case '(':
        if (this.#peek() !== '?') return '(?:'
        if (this.#peek(2) !== '?:') throw new Untranslatable()
        this.#at += 2
        return '(?:'
      case ')':
      case '|':
      case '.':
      case '^':
      case '$':
        return character
      case '*':
      case '+':
      case '?':
        return this.#quantified(character)
      case '{':
        return this.#braces()
      case '[':
        return this.#bracket()
      case '\\':
        return this.#escape()
      default:
        return this.#literal(character.codePointAt(0) ?? 0)
    }
  }

  #quantified(quantifier: string): string {
    const lazy = this.#peek() === '?' ? this.#take() : ''
    // PostgreSQL rejects further quantifiers; JavaScript may give them another meaning.
    if (/[*+?]/.test(this.#peek())) throw new Untranslatable()
    return quantifier + lazy
  }

  #braces(): string {
    const text = this.#rest.slice(this.#at).join('')
    if (!/^\d/.test(text)) return '\\{'
    const [bounds, from, to] = /^(\d+)(?:,(\d*))?\}/.exec(text) ?? []
    if (bounds === undefined || Number(from) > 255 || Number(to ?? 0) > 255) throw new Untranslatable()
    this.#at += bounds.length
    return this.#quantified(`{${bounds}`)
  }

  #escape(): string {
    const character = this.#peek()
    const shorthand = SHORTHANDS[character.toLowerCase()]
    if (shorthand) {
      this.#take()
      this.isAscii = true
      return printSet(CLASSES[shorthand] ?? [], character !== character.toLowerCase())
    }
    if (character === 'A' || character === 'Z') {
      this.#take()
      return character === 'A' ? '^' : '$'
    }
    return this.#literal(this.#escaped())
  }

  /** The code point that an escape denotes. */
  #escaped(): number {
    const character = this.#take()
    const control = CONTROLS[character]
    if (control !== undefined) return control
    if (character === 'u' || character === 'U') return this.#hexadecimal(character === 'u' ? 4 : 8)
    if (/^[\p{L}\p{N}]$/u.test(character)) throw new Untranslatable()
    return character.codePointAt(0) ?? 0
  }

  #hexadecimal(length: number): number {
    const digits = this.#peek(length)
    if (digits.length !== length || !/^[0-9a-f]+$/i.test(digits)) throw new Untranslatable()
    this.#at += length
    return Number.parseInt(digits, 16)
  }

  #literal(code: number): string {
    const character = String.fromCodePoint(code)
    if (!this.#ignoreCase) return escapeLiteral(character)
    this.#refuseCased(code)
    return eitherCase(character)
  }

  /** The locale decides which non-ASCII letters differ only in case. */
  #refuseCased(code: number): void {
    const character = String.fromCodePoint(code)
    if (code > 0x7f && character.toLowerCase() !== character.toUpperCase()) throw new Untranslatable()
  }

  #bracket(): string {
    const isNegated = this.#peek() === '^' && this.#take() === '^'
    const ranges: Range[] = []
    for (let isFirst = true; isFirst || this.#peek() !== ']'; isFirst = false) ranges.push(...this.#item())
    this.#take()
    return printSet(this.#ignoreCase ? withEitherCase(ranges) : ranges, isNegated)
  }

  #item(): readonly Range[] {
    const [, name] = /^\[:([a-z]+):\]/.exec(this.#peek(12)) ?? []
    if (name !== undefined) {
      this.#at += name.length + 4
      return this.#class(name)
    }
    if (/^\[[.=:]/.test(this.#peek(2))) throw new Untranslatable()
    const [, shorthand] = /^\\([dsw])/.exec(this.#peek(2)) ?? []
    if (shorthand !== undefined) {
      this.#at += 2
      return this.#class(SHORTHANDS[shorthand] ?? '')
    }
    const first = this.#member()
    if (this.#peek() !== '-' || this.#peek(2) === '-]') return this.#checked([first, first])
    this.#take()
    return this.#checked([first, this.#member()])
  }

  #class(name: string): readonly Range[] {
    const ranges = CLASSES[name]
    if (!ranges) throw new Untranslatable()
    this.isAscii = true
    return ranges
  }

  #member(): number {
    const character = this.#take()
    if (character === '[' && /^[.=:]/.test(this.#peek())) throw new Untranslatable()
    return character === '\\' ? this.#escaped() : (character.codePointAt(0) ?? 0)
  }

  #checked([first, last]: Range): readonly Range[] {
    if (first > last || (this.#ignoreCase && last > 0x7f && first !== last)) throw new Untranslatable()
    if (this.#ignoreCase) this.#refuseCased(first)
    return [[first, last]]
  }
}

function withEitherCase(ranges: readonly Range[]): Range[] {
  const letters = ranges.flatMap(([first, last]) =>
    Array.from({ length: Math.min(last, 0x7f) - first + 1 }, (_, at) => String.fromCharCode(first + at)),
  )
  const bothCases = letters.flatMap((letter) => [letter.toLowerCase(), letter.toUpperCase()])
  const missing = [...new Set(bothCases)]
    .map((letter) => letter.charCodeAt(0))
    .filter((code) => !ranges.some(([first, last]) => first <= code && code <= last))
  return [...ranges, ...missing.map((code): Range => [code, code])]
}

function printSet(ranges: readonly Range[], isNegated: boolean): string {
  const printed = ranges.map(([first, last]) =>
    first === last ? printMember(first) : `${printMember(first)}-${printMember(last)}`,
  )
  return `[${isNegated ? '^' : ''}${printed.join('')}]`
}

function printMember(code: number): string {
  const character = String.fromCodePoint(code)
  return /^[\\\]^-]$/.test(character) ? `\\${character}` : printable(character)
}

function escapeLiteral(character: string): string {
  return /^[\\^$.*+?()[\]{}|/]$/.test(character) ? `\\${character}` : printable(character)
}

function printable(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return code < 0x20 || code > 0x7e ? `\\u{${code.toString(16)}}` : character
}

function eitherCase(character: string): string {
  const [lower, upper] = [character.toLowerCase(), character.toUpperCase()]
  return lower === upper || character > '\x7f' ? escapeLiteral(character) : `[${upper}${lower}]`
}
