import { momentOf } from './clock.ts'
import { Random } from './random.ts'
import { Keys, STREAM } from './streams.ts'

/** Messages for each user, and for each customer. */
const [PER_USER, PER_CUSTOMER] = [50, 20]

/** What a seed says of rows without looking at them: how many there are, when they came, and their keys. */
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

  /** How many there are once so many messages are written. */
  usersAt(messages: number): number {
    return Math.ceil(messages / PER_USER)
  }

  customersAt(messages: number): number {
    return Math.ceil(messages / PER_CUSTOMER)
  }

  /** By whom something is done after the n-th customer came: any user who was there. */
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

  /** A domain for examples, of RFC 2606. Those of other seeds differ, as addresses are unique; 1 is the usual one. */
  domain(name: string): string {
    const [, own = '', top = name] = /^(.*\.)?([^.]+\.[^.]+)$/.exec(name) ?? []
    return this.seed === 1 ? name : `${own}seed${this.seed}.${top}`
  }
}
