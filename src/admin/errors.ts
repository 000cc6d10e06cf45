import { DatabaseError } from '../errors/index.ts'

/** A command was not carried out. The message says why, what state the database is in, and what to do next. */
export class AdminError extends DatabaseError {
  override readonly name: string = 'AdminError'
}

/** The guard refused a command, because the database is in production or may hold data that matters. */
export class ProtectedDatabaseError extends AdminError {
  override readonly name = 'ProtectedDatabaseError'
  readonly database: string
  /** True if the same command is allowed once `confirm` holds the name of the database. */
  readonly canConfirm: boolean

  constructor(message: string, { database, canConfirm }: { database: string; canConfirm: boolean }) {
    super(message)
    this.database = database
    this.canConfirm = canConfirm
  }
}

/** Objects that the library does not own depend on objects that the command would drop. */
export class DependentObjectsError extends AdminError {
  override readonly name = 'DependentObjectsError'
  /** For example `view report depends on table users`. */
  readonly dependents: readonly string[]

  constructor(dependents: readonly string[]) {
    const list = dependents.map((each) => `\n  ${each}`).join('')
    super(
      `Nothing was dropped: objects that the library does not own depend on its own.${list}\nDrop them first, or allow their removal with \`cascade\` (--cascade).`,
    )
    this.dependents = dependents
  }
}
