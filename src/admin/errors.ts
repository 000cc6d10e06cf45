import { DatabaseError } from '../errors/index.ts'

/** A command was not carried out; the database is as it was. The message says why, and the way on. */
export class AdminError extends DatabaseError {
  override readonly name: string = 'AdminError'
}

/** A destructive command met a database that is not marked as one to destroy. */
export class ProtectedDatabaseError extends AdminError {
  override readonly name = 'ProtectedDatabaseError'
  readonly database: string
  /** Whether the command may go on with the database's name in `confirm`. */
  readonly canConfirm: boolean

  constructor(message: string, { database, canConfirm }: { database: string; canConfirm: boolean }) {
    super(message)
    this.database = database
    this.canConfirm = canConfirm
  }
}

/** Something that is not ours stands on what would be dropped. */
export class DependentObjectsError extends AdminError {
  override readonly name = 'DependentObjectsError'
  /** Such as `view report depends on table users`. */
  readonly dependents: readonly string[]

  constructor(dependents: readonly string[]) {
    const list = dependents.map((each) => `\n  ${each}`).join('')
    super(
      `Nothing was dropped: what is not part of the schema depends on it.${list}\nDrop these first, or have them go as well with \`cascade\` (--cascade).`,
    )
    this.dependents = dependents
  }
}
