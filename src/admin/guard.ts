import type pg from 'pg'
import { InvalidInputError } from '../errors/index.ts'
import { queryClosed } from './closed-query.ts'
import { findData } from './data.ts'
import {
  type Environment,
  isOnDevServer,
  type RecordedEnvironment,
  readEnvironment,
  type StatedEnvironment,
  statedEnvironment,
} from './environment.ts'
import { AdminError, ProtectedDatabaseError } from './errors.ts'
import { TOOL_SCHEMA } from './tool-schema.ts'

/** The effects of a command on a database. */
export interface Plan {
  /** Whether rows may be lost, or may be mixed with invented ones. */
  readonly endangersData: boolean
  /** Whether the command must know the environment, because it records it. */
  readonly recordsEnvironment: boolean
  /** Whether the command gives the database its first objects of the library. */
  readonly createsObjects: boolean
  /** Whether the command belongs to production, where it always needs the name of the database. */
  readonly isForProduction?: boolean
}

const PLANS = {
  create: { endangersData: false, recordsEnvironment: true, createsObjects: true },
  drop: { endangersData: true, recordsEnvironment: false, createsObjects: false },
  reset: { endangersData: true, recordsEnvironment: true, createsObjects: true },
  seed: { endangersData: true, recordsEnvironment: false, createsObjects: false },
  /** Writing by hand, as in the studio. */
  write: { endangersData: true, recordsEnvironment: false, createsObjects: false },
  migrate: { endangersData: false, recordsEnvironment: true, createsObjects: false },
  /** Dropping months of the audit log that have expired. */
  expire: { endangersData: true, recordsEnvironment: false, createsObjects: false, isForProduction: true },
  /** Privileges of a role: nothing is lost, and nothing is shown that the owner did not ask for. */
  grant: { endangersData: false, recordsEnvironment: true, createsObjects: false },
  distribute: { endangersData: false, recordsEnvironment: false, createsObjects: false },
  /** Declaring the environment, which is what lifts the protection of data. */
  environment: { endangersData: false, recordsEnvironment: true, createsObjects: false },
} as const satisfies Record<string, Plan>

export type GuardedCommand = keyof typeof PLANS

export interface GuardOptions {
  /** The environment that the caller states; see `statedEnvironment` for the other sources. */
  readonly environment?: Environment | undefined
  /** The name of the database, as confirmation. */
  readonly confirm?: string | undefined
  /** The name of the database, where it will be renamed at the end. */
  readonly database?: string | undefined
}

/** The result for a command: one that records the environment knows it. */
export type GuardedFor<C extends GuardedCommand> = Guarded<
  C extends 'create' | 'reset' | 'migrate' | 'grant' | 'environment' ? Environment : Environment | undefined
>

/** The decision of the guard and its reasons. */
export interface Guarded<E = Environment | undefined> {
  /** Undefined only for a command that records none. */
  readonly environment: E
  /** For people: `recorded in the database`, `--environment`. */
  readonly source: string
  readonly recorded: RecordedEnvironment | undefined
  /** Whether later commands have to be confirmed, if this one records the environment. */
  readonly requiresConfirmation: boolean
}

/**
 * Decides whether a command may run. All commands, functions of ./admin, the studio and the removal of test databases
 * ask here, within the transaction and under the locks in which they act.
 *
 * @param lock whether the record must not change before the transaction ends.
 * @param stated whether statements of the caller count; not for databases that the library created for itself.
 * @throws {ProtectedDatabaseError} the environment is production; or the database holds data that has not been declared
 *   expendable, and `confirm` does not hold its name.
 * @throws {AdminError} statements of the environment contradict each other or the record, or none is made where one is
 *   needed.
 * @throws {InvalidInputError} `confirm` is another name.
 */
export async function guard<C extends GuardedCommand>(
  client: pg.ClientBase,
  command: C,
  { environment: option, confirm, database: name }: GuardOptions,
  { lock = true, stated: isStated = true } = {},
): Promise<GuardedFor<C>> {
  const plan: Plan = PLANS[command]
  const stated = isStated ? statedEnvironment(option) : undefined
  const recorded = await readEnvironment(client, { lock })
  const database = name ?? (await databaseName(client))
  if (confirm !== undefined && confirm !== database)
    throw new InvalidInputError('confirm', `must be ${database}, the name of the database, or be left out`)
  const subject = { database, recorded, stated }
  if (command === 'environment') return guardDeclaration(client, subject, confirm)
  const isRefused = plan.endangersData && !plan.isForProduction
  if (isRefused) refuseProduction(subject)
  refuseConflict(subject)
  if (isRefused) refuseStatedProduction(subject)
  const { environment, source } = await settle(client, subject)
  if (plan.isForProduction) refuseUnconfirmedProduction(subject, { environment, confirm })
  refuseCopyOfProduction(subject, environment)

  const isSettled = recorded?.isBound === true && !recorded.requiresConfirmation
  const data = isSettled ? undefined : await findData(client)
  if (data !== undefined && confirm === undefined && (plan.endangersData || plan.createsObjects))
    throw unconfirmed(subject, data)
  if (plan.recordsEnvironment && environment === undefined) throw unknownEnvironment(subject)
  return { environment: environment as never, source, recorded, requiresConfirmation: data !== undefined }
}

/** Declaring production only adds protection; anything else lifts it from the data that the database holds. */
async function guardDeclaration(
  client: pg.ClientBase,
  subject: Subject,
  confirm: string | undefined,
): Promise<Guarded<never>> {
  const { recorded, stated } = subject
  if (!stated) throw unknownEnvironment(subject)
  const allowed = {
    ...stated,
    environment: stated.environment as never,
    recorded,
    requiresConfirmation: false,
  }
  if (stated.environment === 'production') return allowed
  if (recorded?.isBound) refuseProduction(subject)
  const isSettled = recorded?.isBound === true && !recorded.requiresConfirmation
  if (isSettled || confirm !== undefined) return allowed
  const data = await findData(client)
  if (data !== undefined || recorded?.environment === 'production')
    throw unconfirmed(subject, data ?? 'a copy of a production database')
  return allowed
}

interface Subject {
  readonly database: string
  readonly recorded: RecordedEnvironment | undefined
  readonly stated: StatedEnvironment | undefined
}

/** The record counts in the database that it was made for; in a copy, only what the caller states. */
async function settle(
  client: pg.ClientBase,
  { recorded, stated }: Subject,
): Promise<{ environment: Environment | undefined; source: string }> {
  if (recorded?.isBound) return { environment: recorded.environment, source: 'recorded in the database' }
  if (stated) return stated
  if (await isOnDevServer(client)) return { environment: 'development', source: 'the embedded dev server' }
  return { environment: undefined, source: 'not recorded' }
}

function refuseConflict({ database, recorded, stated }: Subject): void {
  if (!recorded?.isBound || !stated || stated.environment === recorded.environment) return
  const way =
    stated.environment === 'production'
      ? 'If the database is in production, record it: norberts-spark-db environment production.'
      : `Correct ${stated.source}, or check that this is the database you mean.`
  throw new AdminError(
    `The environment of the database ${database} is ${recorded.environment}, but ${stated.source} says ${stated.environment}. Nothing was changed. ${way}`,
  )
}

function refuseProduction({ database, recorded }: Subject): void {
  if (recorded?.environment !== 'production') return
  if (!recorded.isBound) throw copyOfProduction(database, recorded)
  throw new ProtectedDatabaseError(
    `The environment of the database ${database} is production. No command drops, resets, seeds or edits it, with any flag. Nothing was changed. If the record is wrong, correct it in SQL: update ${TOOL_SCHEMA}.environment set environment = 'development'`,
    { database, canConfirm: false },
  )
}

function refuseStatedProduction({ database, stated }: Subject): void {
  if (stated?.environment !== 'production') return
  throw new ProtectedDatabaseError(
    `${stated.source} says that the database ${database} is in production. No command drops, resets, seeds or edits a production database. Nothing was changed.`,
    { database, canConfirm: false },
  )
}

/** Data of a production database expires only where the caller names it; that of a copy not at all. */
function refuseUnconfirmedProduction(
  { database, recorded }: Subject,
  { environment, confirm }: { environment: Environment | undefined; confirm: string | undefined },
): void {
  if (recorded?.environment === 'production' && !recorded.isBound) throw copyOfProduction(database, recorded)
  if (environment !== 'production' || confirm !== undefined) return
  throw new ProtectedDatabaseError(
    `The environment of the database ${database} is production, and months of its audit log would be dropped. Nothing was changed. To continue, confirm its name: \`confirm: '${database}'\` (--confirm ${database}).`,
    { database, canConfirm: true },
  )
}

/** No command that records the environment in passing turns what may still be production into something else. */
function refuseCopyOfProduction({ database, recorded }: Subject, environment: Environment | undefined): void {
  if (recorded?.environment !== 'production' || environment === undefined) return
  if (environment !== 'production') throw copyOfProduction(database, recorded)
}

function copyOfProduction(database: string, { madeFor }: RecordedEnvironment): ProtectedDatabaseError {
  return new ProtectedDatabaseError(
    `The database ${database} is a copy of a production database${madeFor === null ? '' : ` (${madeFor})`}, or was renamed. It has no environment of its own. Nothing was changed. Record it first: norberts-spark-db environment development --confirm ${database}`,
    { database, canConfirm: false },
  )
}

function unknownEnvironment({ database, recorded }: Subject): AdminError {
  const reason = recorded
    ? ` It is a copy of ${recorded.madeFor ?? 'another database'} (${recorded.environment}), or was renamed, and has none of its own.`
    : ''
  return new AdminError(
    `Specify the environment of the database ${database}.${reason} Nothing was changed. Pass \`environment\` (--environment development, test or production), or set DATABASE_ENVIRONMENT.`,
  )
}

function unconfirmed({ database, recorded }: Subject, data: string): ProtectedDatabaseError {
  const reason = recorded?.isBound
    ? 'held data when its environment was recorded, and still does'
    : 'has no environment of its own, and contains data'
  return new ProtectedDatabaseError(
    `The database ${database} ${reason} (${data}). Nothing was changed. To continue, confirm its name: \`confirm: '${database}'\` (--confirm ${database}).`,
    { database, canConfirm: true },
  )
}

/** The name of the connected database. */
export async function databaseName(client: pg.ClientBase): Promise<string> {
  const { rows } = await queryClosed<{ name: string }>(client, 'select current_database() as name')
  return rows[0]?.name ?? ''
}
