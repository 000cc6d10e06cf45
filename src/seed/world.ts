import { momentOf } from './clock.ts'
import { Random } from './random.ts'
import { Keys, STREAM } from './streams.ts'

/** The number of messages per user and per customer. */
const [PER_USER, PER_CUSTOMER] = [50, 20]

/** The properties of rows that follow from a seed without creating them: their number, times and keys. */
export class World {
  readonly seed: number
  readonly random: Random
  readonly #userKeys: Keys
  readonly #customerKeys: Keys

  constructor(seed: number) {
    this.seed = seed
    this.random = new Random(seed)
    this.#userKeys = this.keys(STREAM.users)
    this.#customerKeys = this.keys(STREAM.customers)
  }

  keys(stream: number): Keys {
    return new Keys(new Random(this.seed), stream)
  }

  /** The number of users once so many messages are written. */
  usersAt(messages: number): number {
    return Math.ceil(messages / PER_USER)
  }

  customersAt(messages: number): number {
    return Math.ceil(messages / PER_CUSTOMER)
  }

  /** A user for an action after the n-th customer was created; one that exists by then. */
  userAmong(random: Random, customer: number): string {
    return this.userId(random.below(this.usersAt(customer * PER_CUSTOMER + 1)))
  }

  userTime(n: number): number {
    return momentOf(n * PER_USER)
  }

  customerTime(n: number): number {
    return momentOf(n * PER_CUSTOMER)
  }

  userId(n: number): string {
    return this.#userKeys.of(n, this.userTime(n))
  }

  customerId(n: number): string {
    return this.#customerKeys.of(n, this.customerTime(n))
  }

  /** A domain reserved by RFC 2606. Seeds other than 1 get their own, because email addresses are unique. */
  domain(name: string): string {
    const [, own = '', top = name] = /^(.*\.)?([^.]+\.[^.]+)$/.exec(name) ?? []
    return this.seed === 1 ? name : `${own}seed${this.seed}.${top}`
  }
}
