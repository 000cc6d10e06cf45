export { SerializationError, UnavailableError } from './availability-errors.ts'
export { CATALOG, type Catalog, withCatalog } from './catalog.ts'
export { ConfigurationError, UnconfirmedCommitError } from './connection-errors.ts'
export { DatabaseError, isServerError } from './database-error.ts'
export { InvalidInputError, MessageTooLargeError, nested, unknownField } from './input-errors.ts'
export { withoutRow } from './row-contents.ts'
export {
  ConstraintError,
  type ConstraintKind,
  ImportChangedError,
  ImportError,
  NotFoundError,
  RowError,
  StaleVersionError,
  UserDeactivatedError,
  violates,
} from './row-errors.ts'
export { endsConnection, isReadOnlyRefusal, isStalePlan, type Progress, translate } from './translate.ts'
export { brokenConstraint } from './violation.ts'
