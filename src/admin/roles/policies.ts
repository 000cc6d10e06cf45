import type pg from 'pg'
import { withSearchPath } from '../snapshot/index.ts'
import type { GrantedRole, GrantKind, Scope } from './scope.ts'

/** A policy for a role by name. */
export interface RolePolicy {
  /** `public.users`. */
  readonly target: string
  /** `users`. */
  readonly table: string
  readonly policy: string
  /** Whether it is as `grant` creates it for the role's kind. */
  readonly isWanted: boolean
  /** Whether `grant` has created it, for this kind or for another one. */
  readonly isOurs: boolean
}

/** The command and the condition of a kind's policies. A user of `app` needs none beside those of schema/. */
const POLICIES: Readonly<Record<GrantKind, { command: string; condition: string } | undefined>> = {
  app: undefined,
  system: { command: 'all', condition: "(select current_actor() ->> 'system') is not null" },
  'read-only': { command: 'select', condition: 'true' },
}

/** Without parentheses, spaces, the schema and the name of a column, which versions of PostgreSQL print differently. */
const plain = (condition: string) =>
  condition.replace(/ AS "\?column\?"|("([^"]|"")+"|\w+)\.(?=current_actor\()|[\s()]/g, '')

/** The conditions as PostgreSQL prints them. */
const PRINTED: ReadonlyMap<string, GrantKind> = new Map([
  [plain("(SELECT current_actor() ->> 'system'::text) IS NOT NULL"), 'system'],
  ['true', 'read-only'],
])

interface PolicyRow {
  readonly target: string
  readonly table: string
  readonly policy: string | null
  readonly command: string
  readonly using: string
  readonly check: string | null
}

/** The tables with row security that lack the kind's policy for a role, and the policies that the role has. */
export async function readPolicies(
  client: pg.ClientBase,
  { oid, kind }: GrantedRole,
  { tables }: Scope,
): Promise<{ present: RolePolicy[]; missing: { target: string; table: string }[] }> {
  // As in readPrivileges.
  const { rows } = await withSearchPath(client, ['pg_catalog'], () =>
    client.query<PolicyRow>(
      `select pg_catalog.format('%I.%I', nspname, relname) as target, relname as table, polname as policy, polcmd as command,
         coalesce(pg_catalog.pg_get_expr(polqual, polrelid), '') as using, pg_catalog.pg_get_expr(polwithcheck, polrelid) as check
       from pg_class join pg_namespace on pg_namespace.oid = relnamespace
       left join pg_policy on polrelid = pg_class.oid and $1::oid = any(polroles) and polpermissive
       where pg_class.oid = any($2::oid[]) and relrowsecurity order by 1, 3`,
      [oid, tables],
    ),
  )
  const present = rows.flatMap(({ target, table, policy, command, using, check }) => {
    if (policy === null) return []
    const made = check === null ? PRINTED.get(plain(using)) : undefined
    const isOurs = made !== undefined && command === (made === 'system' ? '*' : 'r')
    return [{ target, table, policy, isWanted: isOurs && made === kind, isOurs }]
  })
  const done = new Set(present.filter(({ isWanted }) => isWanted).map(({ target }) => target))
  const wanting = POLICIES[kind] ? rows.filter(({ target }) => !done.has(target)) : []
  const missing = new Map(wanting.map(({ target, table }) => [target, { target, table }]))
  return { present, missing: [...missing.values()] }
}

/** The statement that creates the policy of a role's kind; names of more than 63 bytes are cut by the server. */
export function policyStatement(target: string, role: GrantedRole, quoted: (name: string) => string): string {
  const { command, condition } = POLICIES[role.kind] as { command: string; condition: string }
  const name = `${role.kind.replace('-', '_')}_${role.name}`
  return `create policy ${quoted(name)} on ${target} for ${command} to ${quoted(role.name)} using (${condition})`
}
