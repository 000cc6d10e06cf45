import type { ServerError } from './database-error.ts'

/** PgBouncer reports every problem of its own as a violation of the protocol. */
const PGBOUNCER = '08P01'

const STATEMENT_MODE = /statement pooling mode/
/** `disable_pqexec`: BEGIN and COMMIT are simple queries. */
const SIMPLE_QUERIES_DISABLED = /PQexec disallowed/

/** Refusals that last until the configuration is changed. */
const REFUSED =
  /no such (user|database)|no username|(username|password) too long|unsupported (options )?startup parameter|(SSL|TLS) (connection )?required|client certificate required|(password|SASL|auth\w*|PAM) (authentication )?failed|no authentication method|invalid SASL|empty password|login rejected|protocol not supported/i

/** Refusals of a client that no server is assigned to, whose query was therefore never passed on. */
const NEVER_SENT =
  /^(query_wait_timeout|query_timeout|client_idle_timeout|client_login_timeout|server login|server shutting down|pgbouncer cannot connect|no more connections allowed|client connections exceeded|pause failed|prepared statement (name is already in use|did not exist))|server_login_retry/

/** Limits of other poolers, which have no code of their own for them. */
const TOO_MANY_CLIENTS = /\bmax\w* clients?|too many clients/i

/**
 * The message for a pooler that refuses something the library needs; undefined for any other error.
 *
 * @param isConnecting whether the error may be that of a login.
 */
export function misconfiguredPooler(
  { code, message, severity }: ServerError,
  isConnecting: boolean,
): string | undefined {
  if (code === PGBOUNCER) {
    if (STATEMENT_MODE.test(message)) {
      return 'The pooler is in statement mode, in which there are no transactions. Set its pool_mode to transaction or session.'
    }
    if (SIMPLE_QUERIES_DISABLED.test(message)) {
      return 'The pooler refuses simple queries, which transactions begin with. Turn its disable_pqexec off.'
    }
    if (isConnecting && REFUSED.test(message)) return refusal(message)
    return undefined
  }
  // PgBouncer hands the refusal of its own login to the clients that wait.
  return severity === 'FATAL' && /^(28|3D)/.test(code) ? refusal(message) : undefined
}

function refusal(message: string): string {
  return `The server refuses the connection: ${message}.`
}

/** Whether a pooler has too many clients at the moment. */
export function isPoolerFull({ code, message }: ServerError): boolean {
  return code === 'XX000' && TOO_MANY_CLIENTS.test(message)
}

/** Whether a pooler has refused the query before any server saw it. */
export function isRefusedBeforeServer({ code, message }: ServerError): boolean {
  return code === PGBOUNCER && NEVER_SENT.test(message)
}

/** A name that is prepared on another session than expected: the pooler does not keep prepared statements. */
export function isLostStatement({ code }: ServerError): boolean {
  return code === '26000' || code === '42P05'
}
