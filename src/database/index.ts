export type { Actor, SystemActor, UserActor } from './actor.ts'
export type {
  BoundDatabase,
  Database,
  DatabaseStats,
  ListenOptions,
} from './database.ts'
export { openDatabase } from './open-database.ts'
export type { ConnectedClient, DatabaseOptions, OpenOptions, ReplicaSource } from './options.ts'
export type { BoundDatabaseOf, DatabaseOf, TransactionOf } from './own.ts'
export type { ChatReads, ReadsOf, ReplicaKysely, ReplicaReads, ReplicaReadsOf } from './replica-reads.ts'
export type { Pool } from './service-pool.ts'
export type { Isolation, Transaction, TransactionOptions } from './transaction.ts'
