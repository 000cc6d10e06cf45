export { ActorStatement } from './actor-statement.ts'
export { BoundConnection } from './bound-connection.ts'
export { checkCallOptions } from './call-options.ts'
export { GRACE } from './cancel-request.ts'
export { Cancellation, isTimeout, readTimeout } from './cancellation.ts'
export { clientLike, endpointOf } from './client-like.ts'
export { encode, type TypeParsers, types } from './codec.ts'
export type { Connection, Settings } from './connection.ts'
export { CopyIn, CopyText } from './copy.ts'
export { HeldConnection } from './held-connection.ts'
export { clientOfHosts, type Host, Hosts, TARGET_SESSIONS, type TargetSession } from './hosts.ts'
export type { ListenEvent } from './listen.ts'
export { PoolConnection, type PoolConnectionOptions } from './pool-connection.ts'
export type { Endpoint, PoolStats } from './pool-stats.ts'
export { isTransactionPooled } from './pooled-session.ts'
export type { BoundOptions, CallOptions, MergedForm, Query, Result, Target } from './query.ts'
export {
  type CallListener,
  type CallObserver,
  type ObservedCall,
  type QueryEvent,
  type QueryListener,
  QueryLog,
  type StartedCall,
} from './query-log.ts'
export { backoff } from './retry.ts'
export {
  SlowQueries,
  type SlowQueryEvent,
  type SlowQueryListener,
  type SlowQueryOptions,
} from './slow-queries.ts'
export { inTransaction } from './transaction.ts'
export { begin, control, type TransactionConnection } from './transaction-connection.ts'
export { Turns } from './turn-queue.ts'
