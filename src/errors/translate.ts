import { SerializationError, UnavailableError } from './availability-errors.ts'
import { CATALOG } from './catalog.ts'
import { ConfigurationError } from './connection-errors.ts'
import { DatabaseError, isServerError, type ServerError } from './database-error.ts'
import { isLostStatement, isPoolerFull, isRefusedBeforeServer, misconfiguredPooler } from './pooler.ts'
import { withoutRow } from './row-contents.ts'
import { ConstraintError } from './row-errors.ts'
import { withoutShard } from './shards.ts'
import { violationOf } from './violation.ts'

/** How far a call had come when it failed; decides whether it is safe to repeat. */
export type Progress = 'not sent' | 'reading' | 'writing'

/** Translates errors of `pg` and Node into errors of this library, which are returned as they are. */
export function translate(error: unknown, progress: Progress, catalog = CATALOG): unknown {
  if (error instanceof DatabaseError || !(error instanceof Error)) return error
  if (isServerError(error)) return translateServerError(error, progress, catalog)
  if (progress === 'not sent' && !isNetworkError(error)) {
    return new ConfigurationError(`The connection cannot be set up: ${error.message}.`, { cause: error })
  }
  if (progress === 'not sent' || isConnectionLoss(error)) {
    return new UnavailableError(unavailableMessage(error, progress), progress !== 'writing', { cause: error })
  }
  return new DatabaseError(error.message, { cause: error })
}

/** Whether the connection that reported this error must not be used again. */
export function endsConnection(error: Error): boolean {
  if (error instanceof DatabaseError) return false
  if (!isServerError(error)) return true
  return error.severity === 'FATAL' || /^(08|57P0|25P0[34]|53300)/.test(error.code) || isStalePlan(error)
}

/** A prepared statement whose result columns another session's DDL has changed; it never ran. */
export function isStalePlan(error: Error): boolean {
  return isServerError(error) && error.code === '0A000' && error.routine === 'RevalidateCachedQuery'
}

/** A write refused by a server that has become a standby, or by a read-only transaction. */
export function isReadOnlyRefusal(error: unknown): boolean {
  return isServerError(error) && error.code === '25006'
}

/** Sources: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const UNAVAILABLE = /^(08|53|57P0|57014|55P03|25P03|25P04|25006)/
const CONFLICT = /^(40001|40P01)/
const OTHER_SCHEMA = /^(42P01|42703|42883|42704|3F000)/

function translateServerError(
  reported: ServerError,
  progress: Progress,
  catalog: typeof CATALOG,
): DatabaseError {
  const error = withoutShard(reported, catalog)
  // The key that no partition accepts is in the detail.
  const violation = violationOf(error, catalog)
  const { code, message } = withoutRow(error)
  const options = { cause: error }
  if (violation) return new ConstraintError(violation, violation.message, options)
  if (isStalePlan(error)) {
    return new UnavailableError(
      'The schema changed under a prepared statement. The statement did not run; retry it.',
      true,
      options,
    )
  }
  if (CONFLICT.test(code)) {
    return new SerializationError(
      'Serialization failure or deadlock. The transaction was rolled back; retry it, or pass { retries } to transaction().',
      options,
    )
  }
  const isConnecting = progress === 'not sent'
  const mistake = misconfiguredPooler(error, isConnecting)
  if (mistake !== undefined) return new ConfigurationError(mistake, options)
  if (UNAVAILABLE.test(code) || (isConnecting && isPoolerFull(error))) {
    return new UnavailableError(`The server reported: ${message}.`, isUndone(error, progress), options)
  }
  if (isConnecting) return new ConfigurationError(`The server refuses the connection: ${message}.`, options)
  if (isLostStatement(error)) {
    return new ConfigurationError(
      `The server reported: ${message}. A connection pooler that does not keep prepared statements requires { prepare: false } in openDatabase().`,
      options,
    )
  }
  const hint = OTHER_SCHEMA.test(code)
    ? 'The schema may not match this package version; run `norberts-spark-db verify`.'
    : undefined
  return new DatabaseError(hint ? `The server reported: ${message}. ${hint}` : message, options)
}

/** 57P01 and 57P02 end the backend in the middle of a statement, as do some of 08; every other code leaves it undone. */
function isUndone(error: ServerError, progress: Progress): boolean {
  return progress !== 'writing' || !/^(08|57P0[12])/.test(error.code) || isRefusedBeforeServer(error)
}

const LOSS =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Query read timeout|timeout|There was an error establishing an SSL)/

function isConnectionLoss(error: Error): boolean {
  return 'errno' in error || 'syscall' in error || LOSS.test(error.message)
}

const NETWORK =
  /^(ECONN|ENOTFOUND|ENETUNREACH|ENETDOWN|EAI_|ETIMEDOUT|EHOST|EPIPE|EADDR|EMFILE|ENFILE|ENOENT)/

/** Whether connecting may succeed later without any change of the configuration. */
function isNetworkError(error: Error): boolean {
  const [first = error] = error instanceof AggregateError ? (error.errors as Error[]) : []
  return NETWORK.test('code' in first ? String(first.code) : '') || LOSS.test(error.message)
}

function unavailableMessage(error: Error, progress: Progress): string {
  const reason = error.message || ('code' in error ? String(error.code) : error.name)
  if (/timeout exceeded when trying to connect/.test(reason)) {
    return 'No connection became free in time. The pool is too small, or calls hold their connections too long.'
  }
  if (progress === 'not sent') return `The database cannot be reached (${reason}). Nothing was sent.`
  if (progress === 'reading') return `The connection was lost (${reason}).`
  return `The connection was lost (${reason}). It is unknown whether the change took effect.`
}
