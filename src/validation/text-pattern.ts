import { type PatternTree, type Range, readPattern } from './pattern-tree.ts'

/** The largest automaton of a pattern; counted repetitions such as `(a{99}){99}` are copied into it. */
const MAX_STATES = 4000
/** Sets of states and their successors that are kept; all are forgotten when there are more. */
const MAX_KEPT = 1000
/** Characters for which a set of states keeps the next one. */
const MAX_SUCCESSORS = 200

/**
 * A regular expression that is tested in time linear in the text, as PostgreSQL does it. RegExp tries one alternative after
 * the other, which for `^(a+)+$` takes seconds for 30 characters. Here all alternatives are followed at once:
 * https://swtch.com/~rsc/regexp/regexp1.html
 */
export class TextPattern {
  readonly #states: State[] = []
  readonly #start: number
  #kept = new Map<string, Step>()

  /**
   * @param source a regular expression as `npm run generate` writes it.
   * @throws {RangeError} its counted repetitions are too many.
   */
  constructor(source: string) {
    this.#start = this.#compile(readPattern(source), this.#add({ kind: 'match' }))
  }

  /** Whether the pattern matches a part of the text. */
  test(text: string): boolean {
    let step = this.#reach([this.#start], true)
    for (const character of text) {
      if (step.isMatch) return true
      step = this.#follow(step, character.codePointAt(0) ?? 0)
    }
    return step.isMatch || step.isMatchAtEnd
  }

  #add(state: State): number {
    if (this.#states.length >= MAX_STATES) throw new RangeError('The pattern repeats too much.')
    return this.#states.push(state) - 1
  }

  /** Adds the states of a part that is followed by the state `next`; returns the first of them. */
  #compile(tree: PatternTree, next: number): number {
    switch (tree.kind) {
      case 'set':
        return this.#add({ kind: 'set', ranges: tree.ranges, isNegated: tree.isNegated, next })
      case 'start':
      case 'end':
        return this.#add({ kind: tree.kind, next: [next] })
      case 'sequence':
        return tree.of.reduceRight((after, part) => this.#compile(part, after), next)
      case 'choice':
        return this.#add({ kind: 'branch', next: tree.of.map((part) => this.#compile(part, next)) })
      case 'repeat':
        return this.#repeat(tree, next)
    }
  }

  #repeat({ of, min, max }: Extract<PatternTree, { kind: 'repeat' }>, next: number): number {
    let first = next
    if (max === Infinity) {
      const branches = [next]
      first = this.#add({ kind: 'branch', next: branches })
      branches.push(this.#compile(of, first))
    } else {
      for (let count = min; count < max; count += 1) {
        first = this.#add({ kind: 'branch', next: [next, this.#compile(of, first)] })
      }
    }
    for (let count = 0; count < min; count += 1) first = this.#compile(of, first)
    return first
  }

  #follow(step: Step, code: number): Step {
    const known = step.next.get(code)
    if (known) return known
    const followers = step.states.flatMap((index) => {
      const state = this.#states[index] as State
      return state.kind === 'set' && isIn(state, code) ? [state.next] : []
    })
    // A match may begin at every character.
    const next = this.#reach([this.#start, ...followers], false)
    if (step.next.size < MAX_SUCCESSORS) step.next.set(code, next)
    return next
  }

  /** The states that are reached from these without another character. */
  #reach(from: readonly number[], isStart: boolean): Step {
    const reached = this.#close(
      from,
      (state) => state.kind === 'branch' || (isStart && state.kind === 'start'),
    )
    const states = [...reached].sort((a, b) => a - b)
    const key = `${isStart ? '^' : ''}${states}`
    const known = this.#kept.get(key)
    if (known) return known
    const isMatch = (each: ReadonlySet<number>) => each.has(0)
    const step = {
      states,
      isMatch: isMatch(reached),
      isMatchAtEnd: isMatch(
        this.#close(
          states,
          (state) => state.kind === 'end' || state.kind === 'branch' || (isStart && state.kind === 'start'),
        ),
      ),
      next: new Map(),
    }
    if (this.#kept.size >= MAX_KEPT) this.#kept = new Map()
    this.#kept.set(key, step)
    return step
  }

  #close(from: readonly number[], passes: (state: State) => boolean): Set<number> {
    const reached = new Set(from)
    for (const index of reached) {
      const state = this.#states[index] as State
      if (!passes(state) || !('next' in state) || typeof state.next === 'number') continue
      for (const next of state.next) reached.add(next)
    }
    return reached
  }
}

/** A state of the automaton; state 0 is the match. */
type State =
  | { readonly kind: 'match' }
  | {
      readonly kind: 'set'
      readonly ranges: readonly Range[]
      readonly isNegated: boolean
      readonly next: number
    }
  | { readonly kind: 'branch' | 'start' | 'end'; readonly next: readonly number[] }

/** The states that a part of a text leads to, and where each next character leads. */
interface Step {
  readonly states: readonly number[]
  readonly isMatch: boolean
  readonly isMatchAtEnd: boolean
  readonly next: Map<number, Step>
}

function isIn(
  { ranges, isNegated }: { ranges: readonly Range[]; isNegated: boolean },
  code: number,
): boolean {
  return ranges.some(([first, last]) => first <= code && code <= last) !== isNegated
}
