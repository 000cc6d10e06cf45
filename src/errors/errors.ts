import {
  CONSTRAINTS,
  type ConstraintName,
  DOMAIN_CONSTRAINTS,
  PARTITION_CONSTRAINTS,
  PARTITIONS,
} from '../../generated/catalog.ts'

export type { ConstraintName }

/** Everything this library throws because of the database; `cause` is the error of `pg`, without row contents. */
export class DatabaseError extends Error {
  override readonly name: string = 'DatabaseError'
}

/** `get…`, or a change of one row: there is no row with that key. */
export class NotFoundError extends DatabaseError {
  override readonly name = 'NotFoundError'
  readonly table: string
  readonly key: Readonly<Record<string, string>>

  constructor(table: string, key: Readonly<Record<string, string>>) {
    const words = Object.entries(key).map(([column, value]) => `${column} ${value}`)
    super(`No row in ${table} with ${words.join(', ')}.`)
    this.table = table
    this.key = key
  }
}

/** A value was refused before it reached the server. */
export class InvalidInputError extends DatabaseError {
  override readonly name: string = 'InvalidInputError'
  /** The input's name as the caller writes it, such as `email` or `userIds[3]`. */
  readonly field: string
  /** What the field must be; reads on after its name. */
  readonly reason: string

  constructor(field: string, reason: string, options?: ErrorOptions) {
    super(`${field} ${reason}.`, options)
    this.field = field
    this.reason = reason
  }
}

/** A message's JSON is larger than `maxMessageBytes` of the database that was opened. */
export class MessageTooLargeError extends InvalidInputError {
  override readonly name = 'MessageTooLargeError'
  readonly messageId: string
  readonly bytes: number
  readonly maxBytes: number

  constructor(
    field: string,
    { messageId, bytes, maxBytes }: { messageId: string; bytes: number; maxBytes: number },
  ) {
    super(field, `must not be larger than ${maxBytes} bytes as JSON, it has ${bytes}`)
    this.messageId = messageId
    this.bytes = bytes
    this.maxBytes = maxBytes
  }
}

export type ConstraintKind = 'unique' | 'foreign-key' | 'check' | 'not-null' | 'exclusion'

/** A constraint of the schema refused a row. The message is the constraint's comment in SQL, written for people. */
export class ConstraintError extends DatabaseError {
  override readonly name = 'ConstraintError'
  readonly kind: ConstraintKind
  /** Outside the union only for a table that `schema/` does not create. */
  readonly constraint: ConstraintName
  /** Empty where the constraint belongs to a domain. */
  readonly table: string
  /** SQL names of the columns that the constraint speaks of. */
  readonly columns: readonly string[]

  constructor(
    violation: {
      kind: ConstraintKind
      constraint: ConstraintName
      table: string
      columns: readonly string[]
    },
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.kind = violation.kind
    this.constraint = violation.constraint
    this.table = violation.table
    this.columns = violation.columns
  }
}

/** The row changed since the caller read it. */
export class StaleVersionError extends DatabaseError {
  override readonly name = 'StaleVersionError'
  readonly currentVersion: number

  constructor(currentVersion: number, options?: ErrorOptions) {
    super(`The row is at version ${currentVersion} by now: load it again, then repeat the change.`, options)
    this.currentVersion = currentVersion
  }
}

/** Another transaction got in the way (SQLSTATE 40001 or 40P01). Nothing of this one remains; run it again. */
export class SerializationError extends DatabaseError {
  override readonly name = 'SerializationError'
}

/** A row of an import was refused, and so was the import: nothing of it was kept. */
export class ImportError extends DatabaseError {
  override readonly name = 'ImportError'
  /** Counted from 1. */
  readonly row: number
  /** As the caller writes it, such as `legalName` or `people[0].email`. */
  readonly field: string
  /** Undefined where the value did not get as far as the schema's constraints. */
  readonly constraint: ConstraintName | undefined

  /** @param cause what refused the row; its message says why. */
  constructor(row: number, field: string, cause: ConstraintError | InvalidInputError) {
    const reason = cause instanceof InvalidInputError ? `${cause.reason}.` : cause.message
    super(`Row ${row}, ${field}: ${reason} Nothing was imported.`, { cause })
    this.row = row
    this.field = field
    this.constraint = cause instanceof ConstraintError ? cause.constraint : undefined
  }
}

/** The server could not be reached, was lost, is starting up, has no connection left, or took too long. */
export class UnavailableError extends DatabaseError {
  override readonly name = 'UnavailableError'
  /** True when the call certainly changed nothing, so that calling again is safe. */
  readonly retryable: boolean

  constructor(message: string, retryable: boolean, options?: ErrorOptions) {
    super(message, options)
    this.retryable = retryable
  }
}

/** Whether this constraint refused the row. The compiler checks the name against `schema/`. */
export function violates(error: unknown, constraint: ConstraintName): error is ConstraintError {
  return error instanceof ConstraintError && error.constraint === constraint
}

/** How far a call had come when it failed; decides whether it is safe to repeat. */
export type Progress = 'not sent' | 'reading' | 'writing'

/** The one translation from errors of `pg` and Node to ours. Ours pass through as they are. */
export function translate(error: unknown, progress: Progress): unknown {
  if (error instanceof DatabaseError || !(error instanceof Error)) return error
  if (isServerError(error)) return translateServerError(error, progress)
  if (progress === 'not sent' || isConnectionLoss(error)) {
    return new UnavailableError(unavailableMessage(error, progress), progress !== 'writing', { cause: error })
  }
  return new DatabaseError(error.message, { cause: error })
}

/** Whether the connection that reported this error must not be used again. */
export function endsConnection(error: Error): boolean {
  if (!isServerError(error)) return true
  return /^(08|57P0|25P0[34])/.test(error.code) || isStalePlan(error)
}

/** A prepared statement whose result columns another session's DDL has changed; it never ran. */
export function isStalePlan(error: Error): boolean {
  return isServerError(error) && error.code === '0A000' && error.routine === 'RevalidateCachedQuery'
}

/** What PostgreSQL reports, as `pg` hands it over: https://www.postgresql.org/docs/current/protocol-error-fields.html */
interface ServerError extends Error {
  code: string
  detail?: string
  where?: string
  schema?: string
  table?: string
  column?: string
  dataType?: string
  constraint?: string
  routine?: string
}

function isServerError(error: Error): error is ServerError {
  return 'severity' in error && 'code' in error && typeof error.code === 'string'
}

const CONSTRAINT_KINDS: Readonly<Record<string, ConstraintKind>> = {
  '23001': 'foreign-key',
  '23502': 'not-null',
  '23503': 'foreign-key',
  '23505': 'unique',
  '23514': 'check',
  '23P01': 'exclusion',
}

/** Sources: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const UNAVAILABLE = /^(08|53|57P0|57014|55P03|25P03|25P04)/
const CONFLICT = /^(40001|40P01)/
const OTHER_SCHEMA = /^(42P01|42703|42883|42704|3F000)/
const POOLER = /^(26000|42P05)/

function translateServerError(error: ServerError, progress: Progress): DatabaseError {
  const options = { cause: withoutRow(error) }
  const kind = CONSTRAINT_KINDS[error.code]
  if (kind) {
    const violation = findConstraint(error, kind)
    if (violation) return new ConstraintError(violation, violation.message, options)
  }
  if (isStalePlan(error))
    return new UnavailableError('The schema changed under a prepared statement: try again.', true, options)
  if (CONFLICT.test(error.code)) {
    return new SerializationError(
      `${error.message}: run the transaction again, or let transaction() do it with { retries }.`,
      options,
    )
  }
  if (UNAVAILABLE.test(error.code)) {
    // 57P0x ends the backend in the middle of things; every other code leaves the statement undone.
    const undone = progress !== 'writing' || !/^(08|57P0)/.test(error.code)
    return new UnavailableError(`The server says: ${error.message}.`, undone, options)
  }
  if (OTHER_SCHEMA.test(error.code)) {
    return new DatabaseError(
      `${error.message}: was this database created from another version of schema/?`,
      options,
    )
  }
  if (POOLER.test(error.code)) {
    return new DatabaseError(
      `${error.message}: behind a pooler that does not keep prepared statements, open the database with { prepare: false }.`,
      options,
    )
  }
  return new DatabaseError(error.message, options)
}

/** The detail of a CHECK or NOT NULL violation is the whole row, password hash included; logs must not get it. */
function withoutRow(error: ServerError): ServerError {
  if (error.code === '23514' || error.code === '23502') delete error.detail
  // `COPY people, line 7: "…"`
  if (error.where?.startsWith('COPY')) error.where = error.where.replace(/(line \d+).*/s, '$1')
  return error
}

interface CatalogEntry {
  readonly columns: readonly string[]
  readonly message?: string
  readonly kind: string
}

type Registry = Readonly<Record<string, Readonly<Record<string, CatalogEntry>>>>

function findConstraint(error: ServerError, kind: ConstraintKind) {
  const { table = '', schema = 'public', column } = error
  const reportedTable = qualified(schema, table)
  // A row refused by a partition is refused by the table that services name.
  const owner = (PARTITIONS as Readonly<Record<string, string>>)[reportedTable] ?? reportedTable
  // NOT NULL violations name the column alone.
  const reported =
    error.constraint ?? (kind === 'not-null' && column ? notNullName(owner, table, column) : undefined)
  if (!reported) return undefined
  const constraint = ((PARTITION_CONSTRAINTS as Readonly<Record<string, string>>)[reported] ??
    reported) as ConstraintName
  const entry =
    (CONSTRAINTS as Registry)[owner]?.[constraint] ??
    (DOMAIN_CONSTRAINTS as Registry)[qualified(schema, error.dataType ?? '')]?.[constraint]
  const columns = entry?.columns ?? (column ? [column] : [])
  const message = entry?.message ?? error.message
  return { kind, constraint, table: owner, columns, message: `${message} (${constraint})` }
}

function qualified(schema: string, name: string): string {
  return schema === 'public' ? name : `${schema}.${name}`
}

function notNullName(owner: string, table: string, column: string): string {
  const entries = Object.entries((CONSTRAINTS as Registry)[owner] ?? {})
  const named = entries.find(([, entry]) => entry.kind === 'not-null' && entry.columns[0] === column)
  return named?.[0] ?? `${table}_${column}_not_null`
}

const LOSS =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Query read timeout|timeout)/

function isConnectionLoss(error: Error): boolean {
  return 'errno' in error || 'syscall' in error || LOSS.test(error.message)
}

function unavailableMessage(error: Error, progress: Progress): string {
  const reason = error.message || ('code' in error ? String(error.code) : error.name)
  if (/timeout exceeded when trying to connect/.test(reason)) {
    return 'No connection became free in time: the pool is too small, or calls hold their connections too long.'
  }
  if (progress === 'not sent') return `The database cannot be reached (${reason}).`
  const outcome = progress === 'writing' ? '; whether the change took effect is not known' : ''
  return `The connection was lost (${reason})${outcome}.`
}
