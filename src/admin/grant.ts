import type pg from 'pg'
import { InvalidInputError } from '../errors/index.ts'
import { fields, oneOf, optional, type Reader, text, trueOrFalse } from '../input/index.ts'
import { isDistributed } from './distribution/index.ts'
import { type Environment, writeEnvironment } from './environment.ts'
import { AdminError } from './errors.ts'
import { databaseName, guard } from './guard.ts'
import { type ChangeOptions, changeFields } from './options.ts'
import {
  forgetRole,
  GRANT_KINDS,
  type GrantKind,
  planGrants,
  planRevocation,
  readScope,
  recordRole,
  requireRole,
} from './roles/index.ts'
import { inTransaction } from './session.ts'
import { currentNamespace } from './snapshot/index.ts'
import { checkTables } from './tables.ts'
import { ensureToolSchema } from './tool-schema.ts'

export interface GrantOptions extends Omit<ChangeOptions, 'confirm'> {
  /** The role, which exists already. */
  role: string
  /**
   * `app`: a service, whose actors see their own rows; `system`: its jobs and its sign-in, which see all rows as
   * `db.as({ system })`; `read-only`: people and tools that look at all rows but secrets. Required without `revoke`.
   */
  kind?: GrantKind | undefined
  /** Whether to take back what the role was granted, instead. */
  revoke?: boolean | undefined
  /** Whether to return the statements only. */
  dryRun?: boolean | undefined
}

export interface Granted {
  database: string
  environment: Environment
  role: string
  /** Undefined with `revoke`. */
  kind: GrantKind | undefined
  /** The statements that ran, or, with `dryRun`, would run; none where the role has what its kind needs, and nothing else. */
  statements: string[]
  dryRun: boolean
}

/**
 * Gives a role the privileges that a service needs, and takes those that it does not need, in one transaction. The record of
 * it lets `migrate` repeat the grants on new tables, and `verify` report what deviates. No superuser is needed: it works
 * as the owner of the tables. Never on the records of the library.
 *
 * @throws {AdminError} the role does not exist, is a superuser or owns the tables; a table of schema/ is missing; the
 *   database is distributed; the environment is not known, or is stated in two ways.
 * @throws {InvalidInputError} an option is not valid.
 */
export async function grant(url: string, options: GrantOptions): Promise<Granted> {
  const {
    role: name,
    kind,
    revoke = false,
    dryRun = false,
    environment: option,
    ...session
  } = readGrantOptions(options, 'options')
  if (!revoke && kind === undefined) throw new InvalidInputError('kind', `must be ${GRANT_KINDS.join(', ')}`)
  if (revoke && kind !== undefined)
    throw new InvalidInputError('kind', 'has no meaning with `revoke`: everything is taken back')
  return inTransaction(
    url,
    async (client) => {
      const guarded = await guard(client, 'grant', { environment: option })
      await checkTables(client)
      await refuseDistributed(client)
      const scope = await readScope(client)
      const role = await requireRole(client, { name, kind: kind ?? 'app' }, scope)
      const statements = revoke
        ? await planRevocation(client, role, scope)
        : await planGrants(client, role, scope)
      if (!dryRun) {
        await ensureToolSchema(client)
        if (!guarded.recorded?.isBound) await writeEnvironment(client, guarded.environment, guarded)
        for (const statement of statements) await client.query(statement)
        await (revoke ? forgetRole(client, name) : recordRole(client, role))
      }
      const database = await databaseName(client)
      return { database, environment: guarded.environment, role: name, kind, statements, dryRun }
    },
    session,
  )
}

async function refuseDistributed(client: pg.ClientBase): Promise<void> {
  if (!(await isDistributed(client, await currentNamespace(client)))) return
  throw new AdminError(
    'This database is distributed: its tables have row security without policies, so that a role that does not own them sees no row. Nothing was changed. Let services log in as the owner of the tables.',
  )
}

/** PostgreSQL cuts longer names. */
const MOST_NAME_BYTES = 63

const readRole: Reader<string> = (value, field) => {
  const role = text(value, field)
  if (role !== '' && Buffer.byteLength(role) <= MOST_NAME_BYTES) return role
  throw new InvalidInputError(field, `must have 1 to ${MOST_NAME_BYTES} bytes`)
}

const { confirm, ...commandFields } = changeFields

const readGrantOptions = fields<GrantOptions>({
  ...commandFields,
  role: readRole,
  kind: optional(oneOf(GRANT_KINDS)),
  revoke: optional(trueOrFalse),
  dryRun: optional(trueOrFalse),
})
