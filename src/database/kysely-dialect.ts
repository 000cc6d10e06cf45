import {
  type AbortableOperationOptions,
  type AbortableQueryOptions,
  type CompiledQuery,
  type ConnectionProvider,
  DefaultConnectionProvider,
  DefaultQueryExecutor,
  type DialectAdapter,
  type Driver,
  Kysely,
  type KyselyPlugin,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import type { DB } from '../../generated/database.ts'
import type { KyselySession } from './kysely-session.ts'

/** Kysely on sessions that `acquire` returns. */
export function kyselyOn(acquire: (signal: AbortSignal | undefined) => Promise<KyselySession>): Kysely<DB> {
  const driver = new SessionDriver(acquire)
  const adapter = new PostgresAdapter()
  const compiler = new PostgresQueryCompiler()
  const dialect = {
    createAdapter: () => adapter,
    createDriver: () => driver,
    createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
    createQueryCompiler: () => compiler,
  }
  const executor = new CancellingExecutor(compiler, adapter, new DefaultConnectionProvider(driver))
  return new Kysely<DB>({ config: { dialect }, dialect, driver, executor })
}

/** The driver is given to Kysely without the wrapper of Kysely, which could not be used again after `destroy()`. */
class SessionDriver implements Driver {
  readonly #acquire: (signal: AbortSignal | undefined) => Promise<KyselySession>

  constructor(acquire: (signal: AbortSignal | undefined) => Promise<KyselySession>) {
    this.#acquire = acquire
  }

  async init(): Promise<void> {}

  acquireConnection(options?: AbortableOperationOptions): Promise<KyselySession> {
    return this.#acquire(options?.signal)
  }

  async releaseConnection(session: KyselySession): Promise<void> {
    session.release()
  }

  beginTransaction(
    session: KyselySession,
    { isolationLevel, accessMode }: TransactionSettings,
  ): Promise<void> {
    const sql = ['begin', isolationLevel && `isolation level ${isolationLevel}`, accessMode]
    return session.begin(sql.filter(Boolean).join(' '))
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

/** Kysely leaves the query of an aborted call running, unless the call asks for another strategy. Here it is cancelled. */
class CancellingExecutor extends DefaultQueryExecutor {
  readonly #compiler: QueryCompiler
  readonly #adapter: DialectAdapter
  readonly #provider: ConnectionProvider

  constructor(
    compiler: QueryCompiler,
    adapter: DialectAdapter,
    provider: ConnectionProvider,
    plugins: KyselyPlugin[] = [],
  ) {
    super(compiler, adapter, provider, plugins)
    this.#compiler = compiler
    this.#adapter = adapter
    this.#provider = provider
  }

  override executeQuery<R>(query: CompiledQuery, options?: AbortableQueryOptions): Promise<QueryResult<R>> {
    if (options?.signal === undefined) return super.executeQuery(query, options)
    const { signal, inflightQueryAbortStrategy = 'cancel query' } = options
    return super.executeQuery(query, { signal, inflightQueryAbortStrategy })
  }

  override withPlugins(plugins: readonly KyselyPlugin[]): CancellingExecutor {
    return this.#with([...this.plugins, ...plugins])
  }

  override withPlugin(plugin: KyselyPlugin): CancellingExecutor {
    return this.#with([...this.plugins, plugin])
  }

  override withPluginAtFront(plugin: KyselyPlugin): CancellingExecutor {
    return this.#with([plugin, ...this.plugins])
  }

  override withConnectionProvider(provider: ConnectionProvider): CancellingExecutor {
    return this.#with([...this.plugins], provider)
  }

  override withoutPlugins(): CancellingExecutor {
    return this.#with([])
  }

  #with(plugins: KyselyPlugin[], provider = this.#provider): CancellingExecutor {
    return new CancellingExecutor(this.#compiler, this.#adapter, provider, plugins)
  }
}
