import { evaluate } from './evaluate.ts'
import { readScalar } from './read-scalar.ts'
import type { CheckRules, TypeRules } from './rules.ts'
import { quoteAll } from './texts.ts'
import { isProblem, Problem, type Read, UNKNOWN } from './values.ts'

/** What PostgreSQL makes of a value that is sent for a type, or why it takes none such. */
export function read(given: unknown, type: TypeRules): Read {
  if (type.kind === 'domain') return readDomain(given, type)
  return type.kind === 'array' && given !== null ? readArray(given, type) : readScalar(given, type)
}

function readArray(given: unknown, { of }: TypeRules): Read {
  if (!Array.isArray(given)) return new Problem('must be an array')
  const problems = Array.from(given, (element, at) => {
    const found = of ? read(element ?? null, of) : UNKNOWN
    if (!isProblem(found)) return []
    return [found].flat().map(({ message, path }) => new Problem(message, [at, ...path]))
  }).flat()
  return problems.length > 0 ? problems : { elements: given.length }
}

function readDomain(given: unknown, { of, notNull, checks = [] }: TypeRules): Read {
  const value = of ? read(given, of) : UNKNOWN
  if (isProblem(value)) return value
  if (notNull && value === null) return new Problem('must not be null')
  const broken = checks.filter(({ test }) => evaluate(test, () => value) === false)
  return broken.length > 0 ? broken.map((check) => new Problem(messageOf(check))) : value
}

/** The constraint's comment in SQL, else what can be said of it. */
export function messageOf({ name, message, test }: CheckRules): string {
  if (message !== undefined) return message
  if (test.op !== 'in') return `breaks the rule ${name}`
  const values = test.values.flatMap((each) => (each.op === 'constant' ? [each.value] : []))
  return `must be one of ${quoteAll(values.filter((value) => value !== null))}`
}
