import type pg from 'pg'
import { queryClosed } from '../closed-query.ts'
import { findToolTables, TOOL_SCHEMA } from '../tool-schema.ts'
import type { GrantedRole } from './scope.ts'

/** A role by name: in another database of the same name its OID would be another. */
export type RecordedRole = Omit<GrantedRole, 'oid'>

/** The roles that `grant` gave privileges to. */
export async function readRecorded(client: pg.ClientBase): Promise<RecordedRole[]> {
  if (!(await findToolTables(client)).has('grants')) return []
  const { rows } = await queryClosed<RecordedRole>(
    client,
    `select role as name, kind from ${TOOL_SCHEMA}.grants order by role`,
  )
  return rows
}

export async function recordRole(client: pg.ClientBase, { name, kind }: RecordedRole): Promise<void> {
  await queryClosed(
    client,
    `insert into ${TOOL_SCHEMA}.grants (role, kind) values ($1, $2) on conflict (role) do update set kind = excluded.kind`,
    [name, kind],
  )
}

export async function forgetRole(client: pg.ClientBase, name: string): Promise<void> {
  await queryClosed(client, `delete from ${TOOL_SCHEMA}.grants where role = $1`, [name])
}
