/** A random generator. Its choices depend only on the seed, the stream and the row that `at` was called with. */
export class Random {
  readonly #seed: number
  #state = 0

  constructor(seed: number) {
    this.#seed = mix(seed ^ 0x5eed)
  }

  /** Restarts for the n-th row of a stream, so that a row does not depend on the rows created before it. */
  at(stream: number, n: number): this {
    this.#state = mix(mix(this.#seed ^ Math.imul(stream + 1, 0x9e3779b1)) ^ n)
    return this
  }

  /** A number from 0 to below 1 (mulberry32): https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** An integer from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end)
  }

  /** An integer within the limits, both included. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1)
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T
  }

  characters(count: number, alphabet = LETTERS_AND_DIGITS): string {
    let text = ''
    for (let i = 0; i < count; i += 1) text += alphabet[this.below(alphabet.length)]
    return text
  }
}

const LETTERS_AND_DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The finalizer of MurmurHash3, in which each bit affects all others: https://github.com/aappleby/smhasher/wiki/MurmurHash3 */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
