/** The parts of Kysely that run; the build compiles them into one function (scripts/build/lazy.ts). */
export {
  AbortedTransactionError,
  DefaultConnectionProvider,
  DefaultQueryExecutor,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
