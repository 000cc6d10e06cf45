import type pg from 'pg'
import { queryClosed } from '../closed-query.ts'
import { withoutNestedConditions } from './conditions.ts'
import { COMMON_TABLES, KINDS } from './facts.ts'

/** Every object of some namespaces, in words: a kind and a name lead to facts, such as a column's type. */
export type Snapshot = ReadonlyMap<string, Facts>

/** The facts of one object by their names. Facts that do not apply to the object are absent. */
export type Facts = Readonly<Record<string, string>>

/**
 * Describes the objects of namespaces, as the search_path of the session shows them: two databases of one server with the
 * same objects have the same snapshot.
 *
 * @param main the namespace whose objects are named without it.
 */
export async function readSnapshot(
  client: pg.ClientBase,
  main: string,
  namespaces: readonly string[] = [],
): Promise<Snapshot> {
  const { rows } = await queryClosed<{ kind: string; name: string; facts: Record<string, unknown> }>(
    client,
    `with ${COMMON_TABLES} ${Object.entries(KINDS)
      .map(
        ([kind, query]) => `select '${kind}' as kind, described.* from (${query}) as described (name, facts)`,
      )
      .join('\nunion all\n')}`,
    [[main, ...namespaces], main],
  )
  return new Map(rows.map(({ kind, name, facts }) => [`${kind} ${name}`, readFacts(facts)]))
}

function readFacts(facts: Record<string, unknown>): Facts {
  const present = Object.entries(facts).filter(([, value]) => value !== null)
  return Object.fromEntries(present.map(([fact, value]) => [fact, inSameForm(fact, inWords(value))]))
}

/** Some functions of PostgreSQL always print the parentheses of conditions within conditions. */
function inSameForm(fact: string, value: string): string {
  const isExpression = fact === 'partition key' || (fact === 'body' && /^(BEGIN ATOMIC|RETURN )/.test(value))
  return isExpression ? withoutNestedConditions(value) : value
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
