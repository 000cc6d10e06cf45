import type { AbortableOperationOptions, CompiledQuery, Driver, Kysely, TransactionSettings } from 'kysely'
import type { DB } from '../../generated/database.ts'
import { kysely } from '../kysely/index.ts'
import { cancellingExecutor } from './kysely-executor.ts'
import type { KyselySession } from './kysely-session.ts'

/** @param query the query that the session is for; undefined for a transaction, a stream and `connection()`. */
type Acquire = (signal: AbortSignal | undefined, query: CompiledQuery | undefined) => Promise<KyselySession>

/** Kysely on sessions that `acquire` returns. */
export function kyselyOn(acquire: Acquire): Kysely<DB> {
  const { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } = kysely()
  const driver = new SessionDriver(acquire)
  const adapter = new PostgresAdapter()
  const compiler = new PostgresQueryCompiler()
  const dialect = {
    createAdapter: () => adapter,
    createDriver: () => driver,
    createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
    createQueryCompiler: () => compiler,
  }
  const executor = cancellingExecutor(compiler, adapter, driver)
  return new Kysely<DB>({ config: { dialect }, dialect, driver, executor })
}

/** The driver is given to Kysely without the wrapper of Kysely, which could not be used again after `destroy()`. */
class SessionDriver implements Driver {
  readonly #acquire: Acquire
  #query: CompiledQuery | undefined

  constructor(acquire: Acquire) {
    this.#acquire = acquire
  }

  /** Calls `execute`, in which Kysely asks for a connection at once, without saying what for. */
  acquiringFor<T>(query: CompiledQuery, execute: () => T): T {
    this.#query = query
    try {
      return execute()
    } finally {
      this.#query = undefined
    }
  }

  async init(): Promise<void> {}

  acquireConnection(options?: AbortableOperationOptions): Promise<KyselySession> {
    return this.#acquire(options?.signal, this.#query)
  }

  async releaseConnection(session: KyselySession): Promise<void> {
    session.release()
  }

  beginTransaction(
    session: KyselySession,
    { isolationLevel, accessMode }: TransactionSettings,
  ): Promise<void> {
    const sql = ['begin', isolationLevel && `isolation level ${isolationLevel}`, accessMode]
    return session.begin(sql.filter(Boolean).join(' '), accessMode === 'read only')
  }

  commitTransaction(session: KyselySession): Promise<void> {
    return session.commit()
  }

  rollbackTransaction(session: KyselySession): Promise<void> {
    return session.rollback()
  }

  savepoint(session: KyselySession, name: string): Promise<void> {
    return session.control(`savepoint ${identifier(name)}`)
  }

  rollbackToSavepoint(session: KyselySession, name: string): Promise<void> {
    return session.control(`rollback to ${identifier(name)}`)
  }

  releaseSavepoint(session: KyselySession, name: string): Promise<void> {
    return session.control(`release ${identifier(name)}`)
  }

  /** The connections belong to the database, whose `close()` ends them. */
  async destroy(): Promise<void> {}
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
