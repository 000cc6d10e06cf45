import {
  ConstraintError,
  DatabaseError,
  SerializationError,
  UnavailableError,
  UnconfirmedCommitError,
} from '../../src/index.ts'

/** The certainty about the effect of a call. */
export type Outcome = 'done' | 'undone' | 'unknown'

/** From the least certain that an effect is there. */
const RANKS: readonly Outcome[] = ['undone', 'unknown', 'done']

/** The effects that calls must have had, and must not have had. */
export class Model {
  readonly #effects = new Map<string, Outcome>()
  readonly #values = new Map<string, Map<string, Outcome>>()
  readonly violations: string[] = []
  readonly counts: Record<Outcome, number> = { done: 0, undone: 0, unknown: 0 }

  /**
   * Notes the outcome of a call for each of its effects. Effects are named uniquely; if several calls try to have the
   * same one, it must be there if one of them was acknowledged.
   */
  note(effects: readonly string[], outcome: Outcome): void {
    this.counts[outcome] += 1
    for (const effect of effects) {
      const other = this.#effects.get(effect) ?? 'undone'
      this.#effects.set(effect, RANKS.indexOf(other) > RANKS.indexOf(outcome) ? other : outcome)
    }
  }

  /** An effect that must not be there, regardless of the outcome of its call. */
  forbid(effect: string): void {
    this.#effects.set(effect, 'undone')
  }

  /** Notes the outcome of a call that gave a row this value; values are unique. */
  noteValue(key: string, value: string, outcome: Outcome): void {
    const values = this.#values.get(key) ?? new Map<string, Outcome>()
    values.set(value, outcome)
    this.#values.set(key, values)
  }

  /** Compares with the value that a row has at the end. */
  compareValue(key: string, value: string): void {
    const outcome = this.#values.get(key)?.get(value)
    if (outcome === undefined || outcome === 'undone')
      this.violate(
        `${key} has the value ${value}, though ${outcome ? 'its call had no effect' : 'no call made it'}`,
      )
  }

  violate(message: string): void {
    this.violations.push(message)
  }

  /** Compares with the effects found, each as often as it was found. */
  compare(found: readonly string[]): void {
    const counts = Map.groupBy(found, (effect) => effect)
    for (const [effect, all] of counts) {
      if (all.length > 1) this.violate(`${effect} is there ${all.length} times`)
      if (this.#effects.get(effect) === 'undone')
        this.violate(`${effect} is there, though its call had no effect`)
      if (!this.#effects.has(effect)) this.violate(`${effect} is there, though no call made it`)
    }
    for (const [effect, outcome] of this.#effects) {
      if (outcome === 'done' && !counts.has(effect)) this.violate(`${effect} was acknowledged, and is lost`)
    }
  }
}

/** The reason with which the checker aborts calls. */
export const ABORTED = new Error('aborted by the checker')

/** The certainty about the effect of a call that an error gives; undefined for an error that no fault explains. */
export function outcomeOf(error: unknown): Outcome | undefined {
  if (error === ABORTED) return 'unknown'
  if (error instanceof UnconfirmedCommitError) return 'done'
  if (error instanceof SerializationError || error instanceof ConstraintError) return 'undone'
  if (error instanceof UnavailableError) return error.retryable ? 'undone' : 'unknown'
  // A server that is ending its sessions reports some of its refusals without a class of their own.
  return error instanceof DatabaseError && error.code?.startsWith('57') ? 'unknown' : undefined
}
