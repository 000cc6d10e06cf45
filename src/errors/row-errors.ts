import type { ConstraintName } from '../../generated/catalog.ts'
import { camelCase } from '../sentences/index.ts'
import { DatabaseError } from './database-error.ts'
import type { InvalidInputError } from './input-errors.ts'

/** A row does not exist. Thrown by `get…` and by methods that change one row. */
export class NotFoundError extends DatabaseError {
  override readonly name = 'NotFoundError'
  /** The table's name in SQL. */
  readonly table: string
  /** The key that was looked up: values by the SQL names of their columns. */
  readonly key: Readonly<Record<string, string>>

  constructor(table: string, key: Readonly<Record<string, string>>) {
    const conditions = Object.entries(key).map(([column, value]) => `${camelCase(column)} "${value}"`)
    super(`There is no row in ${camelCase(table)} with ${conditions.join(' and ')}.`)
    this.table = table
    this.key = key
  }
}

/** The kinds of constraints; a primary key counts as `unique`, a trigger that refuses rows as `check`. */
export type ConstraintKind = 'unique' | 'foreign-key' | 'check' | 'not-null' | 'exclusion'

/**
 * A constraint refused a row. `message` is the sentence that the constraint's comment in SQL has, or one made from its
 * columns, and can be shown to users; the constraint's name is in `constraint` and in the stack.
 */
export class ConstraintError extends DatabaseError {
  override readonly name = 'ConstraintError'
  readonly kind: ConstraintKind
  /** The constraint's name in SQL. Outside the union only for a table that `schema/` does not create. */
  readonly constraint: ConstraintName
  /** The table's name in SQL; empty where the constraint belongs to a domain. */
  readonly table: string
  /** SQL names of the columns that the constraint is about, for example `billing_country`. */
  readonly columns: readonly string[]
  /** The same columns as services write them, for example `billingCountry`. */
  readonly fields: readonly string[]

  constructor(
    violation: {
      kind: ConstraintKind
      constraint: ConstraintName
      table: string
      columns: readonly string[]
    },
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.kind = violation.kind
    this.constraint = violation.constraint
    this.table = violation.table
    this.columns = violation.columns
    this.fields = violation.columns.map(camelCase)
    nameInStack(this, violation.constraint)
  }
}

/** Logs print the stack: there, and not in the message for users, the constraint is named. */
function nameInStack(error: Error, constraint: string): void {
  const head = error.message
  const stack = error.stack?.replace(head, () => `${head} (${constraint})`)
  Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true })
}

/**
 * Whether the error is a violation of this constraint. The compiler checks the name against `schema/`; for a service's
 * own constraints, `violates<OwnConstraintName>(…)` checks it against the type `ConstraintName` of their catalog.
 */
export function violates<Name extends string = ConstraintName>(
  error: unknown,
  constraint: NoInfer<Name>,
): error is ConstraintError {
  const name: string = constraint
  return error instanceof ConstraintError && error.constraint === name
}

/** The user may no longer sign in. Thrown by `signInWithProvider`. */
export class UserDeactivatedError extends DatabaseError {
  override readonly name = 'UserDeactivatedError'
  readonly userId: string

  constructor(userId: string, options?: ErrorOptions) {
    super('This user is deactivated and cannot sign in. An administrator can reactivate the user.', options)
    this.userId = userId
  }
}

/** The row has changed since the caller read it. Thrown by methods that take `ifVersion`. */
export class StaleVersionError extends DatabaseError {
  override readonly name = 'StaleVersionError'
  /** The version that the row has now. */
  readonly currentVersion: number

  constructor(currentVersion: number, options?: ErrorOptions) {
    super(`The row has changed (now at version ${currentVersion}). Reload it and retry.`, options)
    this.currentVersion = currentVersion
  }
}

/** A row of an import was refused. The whole import was rolled back. Thrown by `importMany`. */
export class ImportError extends DatabaseError {
  override readonly name = 'ImportError'
  /** The row's number, counted from 1. */
  readonly row: number
  /** The field as the caller writes it, for example `legalName` or `people[0].email`. */
  readonly field: string
  /** The constraint that refused the row; undefined where the value was refused before it reached the server. */
  readonly constraint: ConstraintName | undefined

  /** @param cause the error that refused the row; its message says why. */
  constructor(row: number, field: string, cause: ConstraintError | InvalidInputError) {
    super(`Row ${row}, field "${field}": ${cause.message} Nothing was imported.`, { cause })
    this.row = row
    this.field = field
    this.constraint = cause instanceof ConstraintError ? cause.constraint : undefined
  }
}

/** One of many rows was refused, and none was written. Thrown by `createMany`, `updateMany` and the like. */
export class RowError extends DatabaseError {
  override readonly name = 'RowError'
  /** The index of the row in the input, from 0. */
  readonly index: number
  /** The field as the caller writes it; undefined where the row is missing or stale as a whole. */
  readonly field: string | undefined
  /** The constraint that refused the row; undefined for another cause. */
  readonly constraint: ConstraintName | undefined

  /** @param cause the error that refused the row: a ConstraintError, InvalidInputError, NotFoundError or StaleVersionError. */
  constructor(
    { list, index, field }: { list: string; index: number; field: string | undefined },
    cause: ConstraintError | InvalidInputError | NotFoundError | StaleVersionError,
  ) {
    const place = field === undefined ? `${list}[${index}]` : `${list}[${index}].${field}`
    super(`"${place}": ${cause.message} Nothing was written.`, { cause })
    this.index = index
    this.field = field
    this.constraint = cause instanceof ConstraintError ? cause.constraint : undefined
  }
}

/** Rows of an import were changed after it, so that its undo would lose those changes. Thrown by `undoImport`. */
export class ImportChangedError extends DatabaseError {
  override readonly name = 'ImportChangedError'
  /** The number of rows that were changed. */
  readonly count: number
  /** The first 100 of them: `customer`, `person` or `contact`, with the id. */
  readonly rows: readonly { readonly entity: string; readonly id: string }[]

  constructor(count: number, rows: readonly { readonly entity: string; readonly id: string }[]) {
    super(
      count === 1
        ? 'One row was changed after the import. Nothing was undone; pass keepChanged to keep it and undo the others.'
        : `${count} rows were changed after the import. Nothing was undone; pass keepChanged to keep these rows and undo the others.`,
    )
    this.count = count
    this.rows = rows
  }
}
