import { includes, POSITION_QUERY, type Position, positionOf, type ServerPosition } from './position.ts'
import type { SideConnection } from './side-connection.ts'

/** The position that the primary had at some time, or has passed. */
interface Sample {
  /** `performance.now()` */
  readonly at: number
  readonly position: Position
}

/** The positions of the primary in the last seconds, by which the lag of a replica is measured without any clock but ours. */
export class PrimaryHistory {
  readonly #side: SideConnection
  /** Milliseconds for which positions are of use. */
  readonly #span: number
  #samples: Sample[] = []
  #asking: Promise<void> | undefined
  #isDown = false

  constructor(side: SideConnection, span: number) {
    this.#side = side
    this.#span = span
  }

  /** Adds the current position. Resolves also if the primary cannot be asked. */
  extend(timeout: number): Promise<void> {
    this.#asking ??= this.#ask(timeout).finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #ask(timeout: number): Promise<void> {
    const at = performance.now()
    try {
      const position = positionOf(await this.#side.ask(POSITION_QUERY.sql, timeout))
      this.#isDown = position.isStandby
      if (position.isStandby) return
      this.#samples = this.#samples.filter((sample) => at - sample.at <= this.#span)
      // As many as are needed to know the lag to a hundredth of the span.
      const previous = this.#samples.at(-2)
      if (previous && at - previous.at < this.#span / 100) this.#samples.pop()
      this.#samples.push({ at, position })
    } catch {
      this.#isDown = true
    }
  }

  get latest(): Position | undefined {
    return this.#samples.at(-1)?.position
  }

  /** The time as of which a server has everything; undefined if that is longer ago than the history goes back. */
  timeOf(server: ServerPosition): number | undefined {
    return this.#samples.findLast(({ position }) => includes(server, position))?.at
  }

  /**
   * Milliseconds by which what is as of `time` may be old. While the primary cannot be reached nothing new is committed
   * there, so that nothing becomes older.
   */
  ageOf(time: number): number {
    const now = this.#isDown ? (this.#samples.at(-1)?.at ?? time) : performance.now()
    return Math.max(0, now - time)
  }

  /** Whether the primary has never answered, and does not now. */
  get isUnknown(): boolean {
    return this.#isDown && this.#samples.length === 0
  }

  close(): void {
    this.#side.close()
  }
}
