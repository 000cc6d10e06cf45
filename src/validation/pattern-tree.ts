/** A part of a regular expression. */
export type PatternTree =
  | { readonly kind: 'set'; readonly ranges: readonly Range[]; readonly isNegated: boolean }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence' | 'choice'; readonly of: readonly PatternTree[] }
  | { readonly kind: 'repeat'; readonly of: PatternTree; readonly min: number; readonly max: number }

/** Code points, both included. */
export type Range = readonly [first: number, last: number]

/**
 * Reads a regular expression in the notation that `npm run generate` writes: literals, sets, groups that capture nothing,
 * alternatives, quantifiers, `^` and `$`.
 */
export function readPattern(source: string): PatternTree {
  return new Reader(source).choice()
}

const ANYTHING: PatternTree = { kind: 'set', ranges: [], isNegated: true }
const QUANTIFIER = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y

class Reader {
  readonly #source: string
  #at = 0

  constructor(source: string) {
    this.#source = source
  }

  choice(): PatternTree {
    const of = [this.#sequence()]
    while (this.#skip('|')) of.push(this.#sequence())
    return of.length === 1 ? (of[0] as PatternTree) : { kind: 'choice', of }
  }

  #sequence(): PatternTree {
    const of: PatternTree[] = []
    while (this.#at < this.#source.length && !/[|)]/.test(this.#source.charAt(this.#at))) {
      of.push(this.#quantified(this.#atom()))
    }
    return { kind: 'sequence', of }
  }

  #atom(): PatternTree {
    if (this.#skip('(?:')) {
      const group = this.choice()
      this.#skip(')')
      return group
    }
    if (this.#skip('^')) return { kind: 'start' }
    if (this.#skip('$')) return { kind: 'end' }
    if (this.#skip('.')) return ANYTHING
    if (this.#skip('[')) return this.#set()
    const code = this.#character()
    return { kind: 'set', ranges: [[code, code]], isNegated: false }
  }

  #set(): PatternTree {
    const isNegated = this.#skip('^')
    const ranges: Range[] = []
    while (!this.#skip(']')) {
      const first = this.#character()
      ranges.push([first, this.#skip('-') ? this.#character() : first])
    }
    return { kind: 'set', ranges, isNegated }
  }

  #quantified(of: PatternTree): PatternTree {
    QUANTIFIER.lastIndex = this.#at
    const [text = '', sign, from, comma, to] = QUANTIFIER.exec(this.#source) ?? []
    this.#at += text.length
    if (text === '') return of
    const min = sign ? (sign === '+' ? 1 : 0) : Number(from)
    const most = sign ? (sign === '?' ? 1 : Infinity) : comma ? (to ? Number(to) : Infinity) : min
    return { kind: 'repeat', of, min, max: most }
  }

  /** A code point, as itself or escaped: `a`, `\.`, `\u{1f600}`. */
  #character(): number {
    const escaped = this.#skip('\\')
    const [whole, hexadecimal] =
      /^u\{([0-9a-f]+)\}/.exec(escaped ? this.#source.slice(this.#at, this.#at + 10) : '') ?? []
    if (whole !== undefined) {
      this.#at += whole.length
      return Number.parseInt(hexadecimal ?? '', 16)
    }
    const code = this.#source.codePointAt(this.#at) ?? 0
    this.#at += code > 0xffff ? 2 : 1
    return code
  }

  #skip(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }
}
