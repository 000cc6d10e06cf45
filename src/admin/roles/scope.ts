import type pg from 'pg'
import { queryClosed } from '../closed-query.ts'
import { AdminError } from '../errors.ts'
import { type DatabaseObject, nameOf, readObjects } from '../objects.ts'
import { findOwned } from '../owned-objects.ts'
import { currentNamespace, extensionNamespaces, readSchemaObjects } from '../snapshot/index.ts'
import { LIBRARY } from '../tool-schema.ts'

/** The kinds of logins that `grant` knows. */
export const GRANT_KINDS = ['app', 'read-only', 'system'] as const
/** `app`: a service, for its actors; `system`: its jobs and sign-in; `read-only`: people who look at all rows. */
export type GrantKind = (typeof GRANT_KINDS)[number]

/** A role that exists, and its kind. */
export interface GrantedRole {
  readonly oid: number
  readonly name: string
  readonly kind: GrantKind
}

/** The objects that are granted: those of schema/ and those of services. OIDs. */
export interface Scope {
  readonly namespaces: readonly string[]
  /** With views. */
  readonly tables: readonly number[]
  readonly functions: readonly number[]
}

const RELATIONS = ['table', 'view', 'materialized view']

/** A table that was restored from a dump, with another OID than the recorded one, is granted by its name. */
export async function readScope(client: pg.ClientBase): Promise<Scope> {
  const existing = await readObjects(client)
  const recorded = await findOwned(client, existing, true)
  const isRecorded = recorded.some(({ source }) => source === LIBRARY)
  const owned = isRecorded ? recorded : [...recorded, ...(await namedBySchema(client, existing))]
  const oidsOf = (types: readonly string[]) =>
    owned.filter(({ type }) => types.includes(type)).map(({ objid }) => objid)
  return {
    namespaces: [await currentNamespace(client), ...(await extensionNamespaces(client))],
    tables: oidsOf(RELATIONS),
    functions: oidsOf(['function']),
  }
}

/** Of a schema that was created without the library's commands. */
async function namedBySchema(
  client: pg.ClientBase,
  existing: readonly DatabaseObject[],
): Promise<DatabaseObject[]> {
  const names = new Set((await readSchemaObjects(client, await currentNamespace(client))).map(nameOf))
  return existing.filter((object) => names.has(nameOf(object)))
}

interface RoleRow {
  readonly oid: number
  readonly isSuperuser: boolean
  readonly bypasses: boolean
  readonly isOwner: boolean
}

/** The role of a name; undefined if the server has none. */
async function findRole(client: pg.ClientBase, name: string, scope: Scope): Promise<RoleRow | undefined> {
  const { rows } = await queryClosed<RoleRow>(
    client,
    `select oid::bigint::float8 as oid, rolsuper as "isSuperuser", rolbypassrls as bypasses,
       exists (select from pg_class where pg_class.oid = any($2::oid[]) and pg_catalog.pg_has_role(pg_roles.oid, relowner, 'member')) as "isOwner"
     from pg_roles where rolname = $1`,
    [name, scope.tables],
  )
  return rows[0]
}

/** The attribute by which a role is exempt from row security alone. */
export const BYPASS = 'has the attribute BYPASSRLS'

/** Why row security does not hold for a role; undefined if it does. */
function exemption({ isSuperuser, bypasses, isOwner }: RoleRow): string | undefined {
  if (isSuperuser) return 'is a superuser'
  if (bypasses) return BYPASS
  return isOwner ? 'owns the tables, or is a member of the role that does' : undefined
}

/** The role of a record, and why row security does not hold for it. */
export async function findRecorded(
  client: pg.ClientBase,
  { name, kind }: Omit<GrantedRole, 'oid'>,
  scope: Scope,
): Promise<{ role: GrantedRole; exemption: string | undefined } | undefined> {
  const row = await findRole(client, name, scope)
  return row && { role: { oid: row.oid, name, kind }, exemption: exemption(row) }
}

/** @throws {AdminError} the server has no such role, or row security does not hold for it. */
export async function requireRole(
  client: pg.ClientBase,
  { name, kind }: Omit<GrantedRole, 'oid'>,
  scope: Scope,
): Promise<GrantedRole> {
  const found = await findRecorded(client, { name, kind }, scope)
  if (!found) {
    throw new AdminError(
      `There is no role ${name} on this server. Nothing was changed. Create it, with a role that may create roles, and run the command again: create role ${name} login password '…'`,
    )
  }
  if (found.exemption !== undefined) {
    throw new AdminError(
      `The role ${name} ${found.exemption}: neither row security nor the lack of a privilege would hold for it. Nothing was changed. Grant to another role: create role … login password '…'`,
    )
  }
  return found.role
}
