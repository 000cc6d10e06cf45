import type { Random } from './random.ts'

/** The independent streams of random choices. Their numbers must never change, or seeds would give other rows. */
export const STREAM = {
  users: 1,
  customers: 2,
  people: 3,
  contacts: 4,
  chats: 5,
  messages: 6,
  auditedUsers: 7,
  auditedCustomers: 8,
  keys: 9,
  customerDetails: 10,
  personDetails: 11,
} as const

/** Creates UUIDv7 keys of a stream. Keys of later rows are greater, provided that their times are not earlier. */
export class Keys {
  readonly #middle: string
  readonly #first: number

  constructor(random: Random, stream: number) {
    random.at(STREAM.keys, stream)
    const [a, variant] = [random.below(0x1000), 0x8000 + random.below(0x4000)]
    this.#middle = `-7${a.toString(16).padStart(3, '0')}-${variant.toString(16)}-`
    // At least 2^44, so that it has twelve hexadecimal digits, and so low that no number of rows overflows them.
    this.#first = 0x1000_0000_0000 + random.below(2 ** 32) * 2 ** 15
  }

  of(n: number, time: number): string {
    const head = time.toString(16).padStart(12, '0')
    return `${head.slice(0, 8)}-${head.slice(8)}${this.#middle}${(this.#first + n).toString(16)}`
  }
}
