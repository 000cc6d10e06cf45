import { loadModule } from 'libpg-query'
import { readCheck } from '../generate/check-expression.ts'

/** The rules of the database about the values of one column. */
export interface ValueRules {
  /** The labels of its enum. */
  readonly labels: readonly string[] | null
  /** The CHECKs of the table about this column alone, and those of its domain, as PostgreSQL prints them. */
  readonly checks: readonly string[]
  /** The same for the elements of an array. */
  readonly elementLabels: readonly string[] | null
  readonly elementChecks: readonly string[]
}

/** The values that a person chooses from; null where the rules do not list them. */
export interface ValueLists {
  readonly values: readonly string[] | null
  /** The elements of an array. */
  readonly elements: readonly string[] | null
}

const lists = new Map<string, readonly string[] | null>()

/** Reads the lists of values from rules, however a CHECK states them: `in`, `=`, `or`, of a domain, of the elements of an array. */
export async function readValueLists(rules: ValueRules): Promise<ValueLists> {
  const { labels, checks, elementLabels, elementChecks } = rules
  if (checks.length + elementChecks.length > 0) await loadModule()
  return {
    values: labels ?? listOf(checks),
    elements: elementLabels ?? listOf([...elementChecks, ...checks.flatMap(asCheckOfElements)]),
  }
}

function listOf(checks: readonly string[]): readonly string[] | null {
  for (const check of checks) {
    const known = lists.get(check)
    const list = known === undefined ? readList(check) : known
    lists.set(check, list)
    if (list) return list
  }
  return null
}

function readList(check: string): readonly string[] | null {
  try {
    for (const { of, rule } of readCheck(check).facts)
      if (of === 'value' && rule.kind === 'one of') return rule.values
  } catch {
    // The server may know a syntax that the parser does not.
  }
  return null
}

/** `tags <@ array[…]` says of each element that it is one of these. */
function asCheckOfElements(check: string): string[] {
  const [, list] = /^\(+(?:"(?:[^"]|"")+"|\w+) <@ (.+?)\)+$/s.exec(check) ?? []
  return list ? [`(value = any (${list}))`] : []
}
