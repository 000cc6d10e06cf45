import pg from 'pg'
import { policyStatement, readPolicies } from './policies.ts'
import { type Privilege, readPrivileges } from './privileges.ts'
import type { GrantedRole, Scope } from './scope.ts'

const quoted = pg.escapeIdentifier

/** The statements that give a role what its kind needs, and take what it has beside that; none where nothing is to do. */
export async function planGrants(client: pg.ClientBase, role: GrantedRole, scope: Scope): Promise<string[]> {
  const privileges = await readPrivileges(client, role, scope)
  const { present, missing } = await readPolicies(client, role, scope)
  const revoked = privileges.filter(({ isWanted, isGranted }) => !isWanted && isGranted)
  // Revoking a privilege on a table revokes it on the columns.
  const onColumns = new Set(revoked.map(({ target, privilege }) => `${privilege} ${target}`))
  const granted = privileges.filter(
    ({ target, privilege, column, isWanted, isGranted }) =>
      isWanted && (!isGranted || (column !== null && onColumns.has(`${privilege} ${target}`))),
  )
  return [
    ...revocations(revoked, role),
    ...grants(granted, role),
    ...present
      .filter(({ isOurs, isWanted }) => isOurs && !isWanted)
      .map(({ target, policy }) => `drop policy ${quoted(policy)} on ${target}`),
    ...missing.map(({ target }) => policyStatement(target, role, quoted)),
  ]
}

/** Finds missing privileges and policies: a key for each, and the statements that add those whose keys are not known. */
export async function planAdditions(
  client: pg.ClientBase,
  role: GrantedRole,
  scope: Scope,
  known: ReadonlySet<string> = new Set(),
): Promise<{ keys: string[]; statements: string[] }> {
  const privileges = await readPrivileges(client, role, scope)
  const { missing } = await readPolicies(client, role, scope)
  const keyOf = ({ target, privilege, column }: Privilege) => `${privilege} ${column ?? ''} ${target}`
  const policyKeyOf = ({ target }: { target: string }) => `policy ${target}`
  const lacking = privileges.filter(({ isWanted, isGranted }) => isWanted && !isGranted)
  return {
    keys: [...lacking.map(keyOf), ...missing.map(policyKeyOf)],
    statements: [
      ...grants(
        lacking.filter((each) => !known.has(keyOf(each))),
        role,
      ),
      ...missing
        .filter((each) => !known.has(policyKeyOf(each)))
        .map(({ target }) => policyStatement(target, role, quoted)),
    ],
  }
}

/** The statements that take everything that a role was granted. */
export async function planRevocation(
  client: pg.ClientBase,
  role: GrantedRole,
  scope: Scope,
): Promise<string[]> {
  const privileges = await readPrivileges(client, role, scope)
  const { present } = await readPolicies(client, role, scope)
  const granted = privileges.filter(({ isGranted }) => isGranted)
  return [
    ...revocations(granted, role),
    ...present
      .filter(({ isOurs }) => isOurs)
      .map(({ target, policy }) => `drop policy ${quoted(policy)} on ${target}`),
  ]
}

const grants = (privileges: readonly Privilege[], { name }: GrantedRole) =>
  statements(privileges, (words, target) => `grant ${words} on ${target} to ${quoted(name)}`)

const revocations = (privileges: readonly Privilege[], { name }: GrantedRole) =>
  statements(privileges, (words, target) => `revoke ${words} on ${target} from ${quoted(name)}`)

/** One statement for each object, schemas first. */
function statements(
  privileges: readonly Privilege[],
  write: (words: string, target: string) => string,
): string[] {
  const byTarget = new Map<string, Privilege[]>()
  for (const each of privileges) byTarget.set(each.target, [...(byTarget.get(each.target) ?? []), each])
  const isSchema = (target: string) => target.startsWith('schema ')
  const targets = [...byTarget.keys()]
  return [...targets.filter(isSchema), ...targets.filter((target) => !isSchema(target))].map((target) =>
    write(wordsOf(byTarget.get(target) ?? []), target),
  )
}

const ORDER = ['usage', 'create', 'execute', 'select', 'insert', 'update', 'delete']

/** `select (name, email), insert`. */
function wordsOf(privileges: readonly Privilege[]): string {
  const columns = new Map<string, string[]>()
  for (const { privilege, column } of privileges.toSorted((one) => (one.column === null ? -1 : 1))) {
    const known = columns.get(privilege)
    // On the whole table, it is on the columns, too.
    if (known?.length === 0) continue
    columns.set(privilege, column === null ? [] : [...(known ?? []), quotedIfNeeded(column)])
  }
  const rank = (privilege: string) => ORDER.indexOf(privilege) + 1 || ORDER.length + 1
  return [...columns]
    .sort(([one], [other]) => rank(one) - rank(other))
    .map(([privilege, names]) => (names.length > 0 ? `${privilege} (${names.join(', ')})` : privilege))
    .join(', ')
}

/** Columns of schema/ need no quotes; those of services may. */
const quotedIfNeeded = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : quoted(name))
