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

function readArray(given: unknown, { of }: TypeRules): Read {
  if (!Array.isArray(given)) return new Problem('must be an array')
  const problems = Array.from(given, (element, at) => {
    const found = of ? read(element ?? null, of) : UNKNOWN
    if (!isProblem(found)) return []
    return [found].flat().map((problem) => problem.at(at))
  }).flat()
  return problems.length > 0 ? problems : { elements: given.length }
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
