import { type PatternTree, type Range, readPattern } from '../../src/validation/index.ts'

/** More places than this are not analyzed: such a pattern is taken for one that backtracks. */
const MOST_PLACES = 150
/** A repetition of more times than this is as bad as one without an end. */
const MOST_TIMES = 4

/**
 * Whether RegExp may take time that is exponential in the length of a text: a loop of the pattern can read the same
 * characters in two ways, as `^(a+)+$` does. `^[^@]+@[^@]+[.][^@]+$` is not one of these.
 */
export function mayBacktrack(source: string): boolean {
  const places = new Places()
  const whole = places.read(readPattern(source))
  if (places.sets.length > MOST_PLACES) return true
  return whole.isAmbiguous || places.sets.some((_, place) => hasTwoLoops(places, place))
}

/** Whether two different ways lead from a place back to it with the same characters. */
function hasTwoLoops({ sets, follow }: Places, place: number): boolean {
  const size = sets.length
  const reached = new Set<number>([place * size + place])
  const back = new Map<number, number[]>()
  for (const pair of reached) {
    for (const a of follow[Math.floor(pair / size)] ?? []) {
      for (const b of follow[pair % size] ?? []) {
        if (!overlap(sets[a], sets[b])) continue
        const next = a * size + b
        reached.add(next)
        back.set(next, [...(back.get(next) ?? []), pair])
      }
    }
  }
  // Backwards from the place: a pair of different places among them lies on both ways.
  const leading = new Set<number>([place * size + place])
  for (const pair of leading) for (const before of back.get(pair) ?? []) leading.add(before)
  return [...leading].some((pair) => Math.floor(pair / size) !== pair % size)
}

type Characters = Extract<PatternTree, { kind: 'set' }>

function overlap(a: Characters | undefined, b: Characters | undefined): boolean {
  if (!a || !b) return false
  return rangesOf(a).some(([first, last]) => rangesOf(b).some(([from, to]) => first <= to && from <= last))
}

const LAST = 0x10ffff

function rangesOf({ ranges, isNegated }: Characters): readonly Range[] {
  if (!isNegated) return ranges
  const others: Range[] = []
  let from = 0
  for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
    if (first > from) others.push([from, first - 1])
    from = Math.max(from, last + 1)
  }
  if (from <= LAST) others.push([from, LAST])
  return others
}

interface Part {
  readonly isEmpty: boolean
  readonly first: readonly number[]
  readonly last: readonly number[]
  /** Whether a loop has two ways from one place to the next, as `(a+)+` has: another turn of the inner loop or of the outer one. */
  readonly isAmbiguous: boolean
}

/** The sets of a pattern, and which of them may follow each other: Glushkov's automaton. */
class Places {
  readonly sets: Characters[] = []
  readonly follow: Set<number>[] = []

  read(tree: PatternTree): Part {
    switch (tree.kind) {
      case 'set': {
        const place = this.sets.push(tree) - 1
        this.follow.push(new Set())
        return { isEmpty: false, first: [place], last: [place], isAmbiguous: false }
      }
      case 'start':
      case 'end':
        return { isEmpty: true, first: [], last: [], isAmbiguous: false }
      case 'sequence':
        return tree.of.map((each) => this.read(each)).reduce((a, b) => this.#join(a, b), EMPTY)
      case 'choice': {
        const parts = tree.of.map((each) => this.read(each))
        return {
          isEmpty: parts.some(({ isEmpty }) => isEmpty),
          first: parts.flatMap(({ first }) => first),
          last: parts.flatMap(({ last }) => last),
          isAmbiguous: parts.some(({ isAmbiguous }) => isAmbiguous),
        }
      }
      case 'repeat':
        return this.#repeat(tree)
    }
  }

  #repeat({ of, min, max }: Extract<PatternTree, { kind: 'repeat' }>): Part {
    if (max > MOST_TIMES) {
      const part = this.read(of)
      const isAmbiguous = part.last.some((place) => part.first.some((next) => this.follow[place]?.has(next)))
      this.#connect(part.last, part.first)
      return { ...part, isEmpty: part.isEmpty || min === 0, isAmbiguous: part.isAmbiguous || isAmbiguous }
    }
    let whole = EMPTY
    for (let time = 0; time < max; time += 1) {
      const part = this.read(of)
      whole = this.#join(whole, time >= min ? { ...part, isEmpty: true } : part)
    }
    return whole
  }

  #join(a: Part, b: Part): Part {
    this.#connect(a.last, b.first)
    return {
      isEmpty: a.isEmpty && b.isEmpty,
      first: a.isEmpty ? [...a.first, ...b.first] : a.first,
      last: b.isEmpty ? [...a.last, ...b.last] : b.last,
      isAmbiguous: a.isAmbiguous || b.isAmbiguous,
    }
  }

  #connect(from: readonly number[], to: readonly number[]): void {
    for (const place of from) for (const next of to) this.follow[place]?.add(next)
  }
}

const EMPTY: Part = { isEmpty: true, first: [], last: [], isAmbiguous: false }
