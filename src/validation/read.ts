import { notAllowed, required } from '../sentences/index.ts'
import { evaluate } from './evaluate.ts'
import { readScalar } from './read-scalar.ts'
import type { CheckRules, TypeRules } from './rules.ts'
import { isProblem, Problem, type Read, UNKNOWN } from './values.ts'

/** The value that PostgreSQL makes of an input for a type, or why it refuses the input. */
export function read(given: unknown, type: TypeRules): Read {
  if (type.kind === 'domain') return readDomain(given, type)
  return type.kind === 'array' && given !== null ? readArray(given, type) : readScalar(given, type)
}

/** https://github.com/postgres/postgres/blob/REL_18_0/src/include/utils/array.h#L75 */
const MAX_DIMENSIONS = 6

/** PostgreSQL accepts any number of dimensions in every array, if all elements of a dimension have the same ones. */
function readArray(given: unknown, { of }: TypeRules): Read {
  if (!Array.isArray(given)) return new Problem('must be an array')
  const shape = shapeOf(given)
  if (shape === undefined || shape.length > MAX_DIMENSIONS) {
    return new Problem(
      `must have at most ${MAX_DIMENSIONS} dimensions, with the same number of elements in each part`,
    )
  }
  const problems = readElements(given, of)
  return problems.length > 0 ? problems : { elements: shape.reduce((product, length) => product * length, 1) }
}

/** The lengths of an array and of the arrays in it; undefined if they differ. */
function shapeOf(given: readonly unknown[]): number[] | undefined {
  if (!given.some(Array.isArray)) return [given.length]
  const shapes = Array.from(given, (part) => (Array.isArray(part) ? shapeOf(part) : undefined))
  const [first] = shapes
  return first && shapes.every((shape) => String(shape) === String(first))
    ? [given.length, ...first]
    : undefined
}

function readElements(given: readonly unknown[], of: TypeRules | undefined): Problem[] {
  return Array.from(given, (element, at) => {
    if (Array.isArray(element)) return readElements(element, of).map((problem) => problem.at(at))
    const found = of ? read(element ?? null, of) : UNKNOWN
    return isProblem(found) ? [found].flat().map((problem) => problem.at(at)) : []
  }).flat()
}

function readDomain(given: unknown, { name = 'value', of, notNull, checks = [] }: TypeRules): Read {
  const value = of ? read(given, of) : UNKNOWN
  if (isProblem(value)) return value
  if (notNull && value === null) return new Problem(required(name))
  const broken = checks.filter(({ test }) => evaluate(test, () => value) === false)
  return broken.length > 0 ? broken.map((check) => new Problem(messageOf(check))) : value
}

/** The sentence that `npm run generate` wrote: the constraint's comment in SQL, or one made from the CHECK. */
export function messageOf({ columns, message }: CheckRules): string {
  return message ?? notAllowed(columns)
}
