import type { SchemaState } from './expected.ts'
import type { Extension } from './extensions.ts'
import { grantDifferences, isForOtherRoles, rolesOf } from './grants.ts'
import { withPartitionsOf, withPlainPartitions } from './partitions.ts'
import type { Facts, Snapshot } from './snapshot.ts'

/** A difference between a database and `schema/`. */
export interface Difference {
  /** Kind and name, such as `column users.email`. */
  readonly object: string
  /** Of the object, such as `type`; absent where the whole object is missing or surplus. */
  readonly fact?: string
  /** Undefined where `schema/` has nothing of the kind. */
  readonly schema?: string
  /** Undefined where the database has nothing of the kind. */
  readonly database?: string
}

const EXISTS = 'exists'

/**
 * The differences in the order of their names. The parts of a missing or surplus table are not listed one by one.
 *
 * Roles that `schema/` does not name belong to the deployment: grants to them and policies for them are no differences.
 */
export function differencesBetween(schema: SchemaState, database: SchemaState): Difference[] {
  const present = withPlainPartitions(database.snapshot)
  const wanted = withPartitionsOf(withPlainPartitions(schema.snapshot), present)
  const roles = rolesOf(wanted)
  const owner = usualOwner(present)
  const found = extensionDifferences(schema.extensions, database.extensions)
  const incomplete: string[] = []
  const objects = new Set([...wanted.keys(), ...present.keys()])
  for (const object of schema.unknown ?? []) objects.delete(object)
  for (const object of [...objects].sort(relationsFirst)) {
    const [expected, actual] = [wanted.get(object), present.get(object)]
    if (expected && actual) {
      found.push(...factDifferences(object, expected, actual, roles))
      if (actual.owner !== undefined && actual.owner !== owner) {
        found.push({
          object,
          fact: 'owner',
          schema: `${owner}, as of the other objects`,
          database: actual.owner,
        })
      }
      continue
    }
    if (isRelation(object)) incomplete.push(`${nameOf(object)}.`)
    else if (incomplete.some((relation) => nameOf(object).startsWith(relation))) continue
    if (actual && object.startsWith('policy ') && isForOtherRoles(actual, roles)) continue
    found.push({
      object,
      ...(expected && { schema: expected.definition ?? EXISTS }),
      ...(actual && { database: actual.definition ?? EXISTS }),
    })
  }
  return found
}

function extensionDifferences(expected: readonly Extension[], actual: readonly Extension[]): Difference[] {
  return expected.flatMap(({ name, version }): Difference[] => {
    const object = `extension ${name}`
    const extension = actual.find((each) => each.name === name)
    if (!extension) return [{ object, schema: EXISTS }]
    const differences: Difference[] = []
    if (extension.version !== version) {
      const newest = 'the newest version of the server'
      const described = version === 'default' ? newest : version
      const installed = extension.version === 'default' ? newest : extension.version
      differences.push({ object, fact: 'version', schema: described, database: installed })
    }
    if (!extension.onSearchPath) {
      differences.push({
        object,
        fact: 'schema',
        schema: 'on the search_path',
        database: 'not on the search_path',
      })
    }
    return differences
  })
}

function factDifferences(
  object: string,
  expected: Facts,
  actual: Facts,
  roles: ReadonlySet<string>,
): Difference[] {
  const facts = new Set([...Object.keys(expected), ...Object.keys(actual)])
  facts.delete('owner')
  return [...facts].flatMap((fact) => {
    const [schema, database] =
      fact === 'grants'
        ? grantDifferences(expected[fact], actual[fact], roles)
        : [expected[fact], actual[fact]]
    if (schema === database) return []
    return [
      { object, fact, ...(schema !== undefined && { schema }), ...(database !== undefined && { database }) },
    ]
  })
}

/** The owner of most objects: `schema/` does not say who owns them, but it is one role. */
function usualOwner(snapshot: Snapshot): string | undefined {
  const counts = new Map<string, number>()
  for (const { owner } of snapshot.values())
    if (owner !== undefined) counts.set(owner, (counts.get(owner) ?? 0) + 1)
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0]
}

/** Relations first, so that their parts are known to be missing with them. */
function relationsFirst(one: string, other: string): number {
  const rank = (object: string) => (isRelation(object) ? 0 : 1)
  return rank(one) - rank(other) || (one < other ? -1 : 1)
}

const RELATION = /^(table|view|materialized view) /
const isRelation = (object: string) => RELATION.test(object)

/** `users.email` of `column users.email`. */
const nameOf = (object: string) => object.replace(RELATION, '').replace(/^[a-z]+ /, '')
