import type { CallOptions } from '../connection/index.ts'
import type { OwnInstances, OwnRepositories } from '../repositories/index.ts'
import type { Actor } from './actor.ts'
import type { BoundDatabase, Database } from './database.ts'
import type { ReplicaReadsOf } from './replica-reads.ts'
import type { Transaction, TransactionOptions } from './transaction.ts'

/** A database with the service's own repositories, which its views and its transactions have too. */
export type DatabaseOf<Own extends OwnRepositories> = OwnInstances<Own> & Views<Own> & Database

/** A view of such a database, bound to a request or an actor. */
export type BoundDatabaseOf<Own extends OwnRepositories> = OwnInstances<Own> & Views<Own> & BoundDatabase

/** A transaction of such a database. */
export type TransactionOf<Own extends OwnRepositories> = OwnInstances<Own> & {
  /** As `savepoint()` of a transaction. */
  savepoint<T>(fn: (tx: TransactionOf<Own>) => Promise<T>): Promise<T>
} & Transaction

/** The methods that return the repositories, or pass them on; first in the intersections, so that they are found first. */
interface Views<Own extends OwnRepositories> {
  /** As `replica` of the database. */
  readonly replica: ReplicaReadsOf<Own>
  /** As `transaction()` of the database. */
  transaction<T>(fn: (tx: TransactionOf<Own>) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** As `with()` of the database. */
  with(options: CallOptions): BoundDatabaseOf<Own>
  /** As `as()` of the database. */
  as(actor: Actor): BoundDatabaseOf<Own>
}
