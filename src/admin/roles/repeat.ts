import type pg from 'pg'
import { planAdditions } from './plan.ts'
import { type RecordedRole, readRecorded, recordRole } from './record.ts'
import { findRecorded, readScope } from './scope.ts'

/** Missing privileges and policies of recorded roles, by role: the keys of `planAdditions`. */
export type MissingGrants = ReadonlyMap<string, ReadonlySet<string>>

/** Finds the missing privileges and policies. A role that the server does not have lacks nothing. */
export async function readMissing(client: pg.ClientBase): Promise<MissingGrants> {
  const missing = new Map<string, ReadonlySet<string>>()
  await forEachRole(client, async (role, plan) => {
    missing.set(role, new Set((await plan()).keys))
  })
  return missing
}

/** Grants privileges on new objects to recorded roles. Those that were missing `before` are left to `verify` and `grant`. */
export async function repeatGrants(client: pg.ClientBase, before: MissingGrants): Promise<void> {
  await forEachRole(client, async (role, plan) => {
    for (const statement of (await plan(before.get(role))).statements) await client.query(statement)
  })
}

/** Records roles again and grants them everything, in a schema that was recreated. */
export async function restoreGrants(client: pg.ClientBase, recorded: readonly RecordedRole[]): Promise<void> {
  for (const role of recorded) await recordRole(client, role)
  await repeatGrants(client, new Map())
}

type Plan = (known?: ReadonlySet<string>) => ReturnType<typeof planAdditions>

async function forEachRole(
  client: pg.ClientBase,
  work: (role: string, plan: Plan) => Promise<void>,
): Promise<void> {
  const recorded = await readRecorded(client)
  if (recorded.length === 0) return
  const scope = await readScope(client)
  for (const each of recorded) {
    const role = (await findRecorded(client, each, scope))?.role
    if (role) await work(role.name, (known) => planAdditions(client, role, scope, known))
  }
}
