import type {
  AbortableQueryOptions,
  CompiledQuery,
  ConnectionProvider,
  DialectAdapter,
  Driver,
  KyselyPlugin,
  QueryCompiler,
  QueryExecutor,
  QueryResult,
} from 'kysely'
import { kysely } from '../kysely/index.ts'

/** A driver that learns which query it acquires a connection for. */
interface ExecutorDriver extends Driver {
  acquiringFor<T>(query: CompiledQuery, execute: () => T): T
}

/** Makes the executor of Kysely that cancels the query of an aborted call. */
export function cancellingExecutor(
  compiler: QueryCompiler,
  adapter: DialectAdapter,
  driver: ExecutorDriver,
): QueryExecutor {
  const CancellingExecutor = executorClass()
  const { DefaultConnectionProvider } = kysely()
  return new CancellingExecutor(compiler, adapter, new DefaultConnectionProvider(driver), driver)
}

let made: ReturnType<typeof makeExecutorClass> | undefined

function executorClass() {
  made ??= makeExecutorClass()
  return made
}

function makeExecutorClass() {
  const { DefaultQueryExecutor } = kysely()

  /** Kysely leaves the query of an aborted call running, unless the call asks for another strategy. Here it is cancelled. */
  return class CancellingExecutor extends DefaultQueryExecutor {
    readonly #compiler: QueryCompiler
    readonly #adapter: DialectAdapter
    readonly #provider: ConnectionProvider
    readonly #driver: ExecutorDriver

    constructor(
      compiler: QueryCompiler,
      adapter: DialectAdapter,
      provider: ConnectionProvider,
      driver: ExecutorDriver,
      plugins: KyselyPlugin[] = [],
    ) {
      super(compiler, adapter, provider, plugins)
      this.#compiler = compiler
      this.#adapter = adapter
      this.#provider = provider
      this.#driver = driver
    }

    override executeQuery<R>(query: CompiledQuery, options?: AbortableQueryOptions): Promise<QueryResult<R>> {
      return this.#driver.acquiringFor(query, () => {
        if (options?.signal === undefined) return super.executeQuery<R>(query, options)
        const { signal, inflightQueryAbortStrategy = 'cancel query' } = options
        return super.executeQuery<R>(query, { signal, inflightQueryAbortStrategy })
      })
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
      return new CancellingExecutor(this.#compiler, this.#adapter, provider, this.#driver, plugins)
    }
  }
}
