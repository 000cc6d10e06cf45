import type { PeopleRow } from '../../../generated/rows.ts'
import { fields, nullable, optional, searchWords, text, trueOrFalse, uuid } from '../../input/index.ts'
import {
  type Columns,
  ifVersionField,
  type OptionalColumns,
  type OrderRequest,
  orderFields,
  type PageRequest,
  pageFields,
} from '../../query/index.ts'
import { detailFields, type GivenDetails, type PersonAttributes, readAttributes } from '../details/index.ts'
import type { PERSON_OFFERS } from './offers.ts'
import type { Person } from './rows.ts'

/** A person to create. `isActive` is true by default. Repeated tags count once; lists and attributes that are empty are null. */
export interface NewPerson
  extends Columns<PeopleRow, 'firstName' | 'lastName'>,
    OptionalColumns<
      GivenDetails<PeopleRow, PersonAttributes>,
      | 'email'
      | 'phone'
      | 'phoneE164'
      | 'jobTitle'
      | 'linkedinUrl'
      | 'isActive'
      | 'source'
      | 'externalId'
      | 'tags'
      | 'attributes'
      | 'emails'
      | 'phones'
      | 'addresses'
      | 'ownerId'
    > {}

/** The fields of a person to update. `null` clears a field; omitted fields are unchanged. */
export interface PersonChange extends Partial<NewPerson> {}

/** A person to update among others: its id, the fields to change, and the version that the caller has read. */
export interface PersonManyChange extends PersonChange {
  personId: string
  /** If it is absent, the version is not checked. */
  ifVersion?: number | undefined
}

/** Which people to list. Filters are combined with `and`. */
export interface PersonListRequest extends PageRequest, OrderRequest<typeof PERSON_OFFERS, Person> {
  isActive?: boolean | undefined
  /** The people of this user. */
  ownerId?: string | undefined
  /**
   * Words that must all occur, in any order, each as the beginning of a word; words in quotes occur as they are, one behind
   * the other. Letter case, accents and punctuation do not matter. Names, the email address and the digits of the phone number are searched. The first 200 characters and 10 words are read.
   */
  search?: string | undefined
}

/** Which archived people to list. */
export interface ArchivedPersonListRequest extends PageRequest, Pick<PersonListRequest, 'search'> {}

/** Readers of a person's fields, also for the people of an import. */
export const personFields = {
  firstName: text,
  lastName: text,
  email: optional(nullable(text)),
  phone: optional(nullable(text)),
  phoneE164: optional(nullable(text)),
  jobTitle: optional(nullable(text)),
  linkedinUrl: optional(nullable(text)),
  isActive: optional(trueOrFalse),
  ...detailFields,
  attributes: optional(nullable(readAttributes<PersonAttributes>)),
  ownerId: optional(nullable(uuid)),
}

export const readNewPerson = fields<NewPerson>(personFields)

const changeFields = {
  ...personFields,
  firstName: optional(text),
  lastName: optional(text),
}

export const readPersonChange = fields<PersonChange>(changeFields)

export const readPersonManyChange = fields<PersonManyChange>({
  ...changeFields,
  ...ifVersionField,
  personId: uuid,
})

export const readPersonListRequest = fields<PersonListRequest>({
  ...pageFields,
  ...orderFields,
  isActive: optional(trueOrFalse),
  ownerId: optional(uuid),
  search: optional(searchWords),
})

export const readArchivedPersonListRequest = fields<ArchivedPersonListRequest>({
  ...pageFields,
  search: optional(searchWords),
})

export const readPageRequest = fields<PageRequest>(pageFields)
