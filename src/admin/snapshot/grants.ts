import type { Facts, Snapshot } from './snapshot.ts'

/** A fact `grants` is a list of these: `SELECT to app with grant option`. */
const GRANT = /^(.+) to (.+?)( with grant option)?$/

const granteeOf = (grant: string) => GRANT.exec(grant)?.[2] ?? ''
const split = (list = '') => list.split(', ').filter(Boolean)

export function withoutGrantees(grants: string, roles: ReadonlySet<string>): string {
  return split(grants)
    .filter((grant) => !roles.has(granteeOf(grant)))
    .join(', ')
}

/** The roles that a snapshot grants something to or has a policy for; public and the owner in any case. */
export function rolesOf(snapshot: Snapshot): ReadonlySet<string> {
  const roles = new Set(['public', 'the owner'])
  for (const { grants, roles: named } of snapshot.values()) {
    for (const grant of split(grants)) roles.add(granteeOf(grant))
    for (const role of split(named)) roles.add(role)
  }
  return roles
}

/** The grants to these roles that only one of two lists has; undefined where it has none of its own. */
export function grantDifferences(
  expected: string | undefined,
  actual: string | undefined,
  roles: ReadonlySet<string>,
): [string | undefined, string | undefined] {
  const [wanted, present] = [split(expected), split(actual).filter((grant) => roles.has(granteeOf(grant)))]
  const only = (one: string[], other: string[]) =>
    one.filter((grant) => !other.includes(grant)).join(', ') || undefined
  return [only(wanted, present), only(present, wanted)]
}

/** Whether a policy is for other roles than these alone. */
export function isForOtherRoles({ roles: named }: Facts, roles: ReadonlySet<string>): boolean {
  return !split(named).some((role) => roles.has(role))
}
