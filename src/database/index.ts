export { type BoundDatabase, type Database, openDatabase } from './database.ts'
export type { ConnectedClient, DatabaseOptions, OpenOptions } from './options.ts'
export type { Pool } from './pool.ts'
export type { Isolation, Transaction, TransactionOptions } from './transaction.ts'
