export {
  type AttributeValidator,
  type AttributeValidators,
  readAttributeValidators,
  withValidated,
} from './attributes.ts'
export { DETAIL_COLUMNS, DETAIL_FIELDS, DETAILS } from './columns.ts'
export type {
  CustomerAttributes,
  DetailLists,
  EmailEntry,
  ExternalId,
  GivenDetails,
  PersonAttributes,
  PhoneEntry,
  PostalAddress,
  WithDetails,
} from './details.ts'
export {
  detailFields,
  JSON_PROPERTIES,
  readAttributes,
  readExternalId,
  type Written,
  withJsonText,
} from './readers.ts'
