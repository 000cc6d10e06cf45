import type pg from 'pg'

const SETTING = 'norberts_spark_db.migration'

/** Roles and settings as they are when a session begins, but for what migrating needs. */
const INITIAL_SETTINGS = [
  'set session authorization default',
  'reset role',
  'reset all',
  'set statement_timeout = 0',
  'set lock_timeout = 0',
  'set client_min_messages = warning',
].join('; ')

/** Resets the rest of a session's state. `discard all` would also release the advisory lock of the run. */
const LEFTOVERS = 'close all; unlisten *; deallocate all; discard temp; discard sequences'

/** Within a transaction: restores roles and settings, so that what follows does not depend on `set role` and the like. */
export async function resetSettings(client: pg.ClientBase): Promise<void> {
  await client.query(INITIAL_SETTINGS)
}

/**
 * Outside a transaction: undoes everything that a file changed of its session, such as `set search_path` at the head of a
 * dump. Without it, a file could depend on the one that happened to run before it.
 */
export async function resetSession(client: pg.ClientBase): Promise<void> {
  await client.query(`${INITIAL_SETTINGS}; ${LEFTOVERS}`)
}

/**
 * Runs statements within the transaction that the caller has begun, and which they cannot end: PL/pgSQL's EXECUTE runs
 * any number of statements and refuses `begin`, `commit`, `rollback` and `savepoint`. So PostgreSQL's own parser
 * decides what is a transaction command, without one in this package.
 */
export async function executeWithin(client: pg.ClientBase, sql: string): Promise<void> {
  await client.query(`select pg_catalog.set_config('${SETTING}', $1, true)`, [sql])
  await client.query(`do $$ begin execute pg_catalog.current_setting('${SETTING}'); end $$`)
}

/** Whether `executeWithin` refused a transaction command, or a `copy` from or to the client. */
export function isRefusedByExecute({ code, routine }: pg.DatabaseError): boolean {
  return code === '0A000' && routine === 'exec_stmt_dynexecute'
}

/** The line, from 1, of an error of `executeWithin`; undefined where the server names no position in these statements. */
export function lineOf(error: pg.DatabaseError, sql: string): number | undefined {
  const { internalPosition, internalQuery } = error
  if (internalPosition === undefined || internalQuery !== sql) return undefined
  const before = Array.from(sql).slice(0, Number(internalPosition) - 1)
  return before.filter((each) => each === '\n').length + 1
}
