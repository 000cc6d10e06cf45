import type pg from 'pg'
import type { Difference } from '../snapshot/index.ts'
import { readPolicies } from './policies.ts'
import { readPrivileges } from './privileges.ts'
import { readRecorded } from './record.ts'
import { BYPASS, findRecorded, readScope } from './scope.ts'

const GRANTED = 'granted'

/** The privileges and policies that the roles of `grant` lack, and those that their kind does not need. */
export async function differencesOfRoles(client: pg.ClientBase): Promise<Difference[]> {
  const recorded = await readRecorded(client)
  if (recorded.length === 0) return []
  const scope = await readScope(client)
  const found: Difference[] = []
  for (const each of recorded) {
    const object = `role ${each.name}`
    const known = await findRecorded(client, each, scope)
    if (!known) {
      found.push({ object, schema: `granted as ${each.kind}` })
      continue
    }
    const { role, exemption } = known
    if (exemption !== undefined)
      found.push({ object, fact: 'row security', schema: 'holds', database: exemption })
    // A superuser and the owner have all privileges.
    if (exemption !== undefined && exemption !== BYPASS) continue
    for (const { name, privilege, column, isWanted, isEffective } of await readPrivileges(
      client,
      role,
      scope,
    )) {
      if (isWanted === isEffective) continue
      const fact = `${privilege} on ${column === null ? name : `${name}.${column}`}`
      found.push({ object, fact, [isWanted ? 'schema' : 'database']: GRANTED })
    }
    const { present, missing } = await readPolicies(client, role, scope)
    for (const { table } of missing) found.push({ object, fact: `policy on ${table}`, schema: GRANTED })
    for (const { table, policy, isWanted } of present)
      if (!isWanted) found.push({ object, fact: `policy on ${table}`, database: policy })
  }
  return found
}
