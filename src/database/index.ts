export { type Database, openDatabase } from './database.ts'
export type { DatabaseOptions, OpenOptions, Pool } from './options.ts'
export type { Isolation, Transaction, TransactionOptions } from './transaction.ts'
