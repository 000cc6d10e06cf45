import type { PeopleRow } from '../../../generated/rows.ts'
import { fields, nullable, optional, searchWords, text, trueOrFalse } from '../../input/index.ts'
import { type Columns, type OptionalColumns, type PageRequest, pageFields } from '../../query/index.ts'

/** A person to create. `isActive` is true by default. */
export interface NewPerson
  extends Columns<PeopleRow, 'firstName' | 'lastName'>,
    OptionalColumns<PeopleRow, 'email' | 'phone' | 'jobTitle' | 'linkedinUrl' | 'isActive'> {}

/** The fields of a person to update. `null` clears a field; omitted fields are unchanged. */
export interface PersonChange extends Partial<NewPerson> {}

/** Which people to list. Filters are combined with `and`. */
export interface PersonListRequest extends PageRequest {
  isActive?: boolean | undefined
  /**
   * Part of the name or email address, in any letter case, with or without accents. A text of fewer than three characters
   * matches the beginning of a word.
   */
  search?: string | undefined
}

/** Readers of a person's fields, also for the people of an import. */
export const personFields = {
  firstName: text,
  lastName: text,
  email: optional(nullable(text)),
  phone: optional(nullable(text)),
  jobTitle: optional(nullable(text)),
  linkedinUrl: optional(nullable(text)),
  isActive: optional(trueOrFalse),
}

export const readNewPerson = fields<NewPerson>(personFields)

export const readPersonChange = fields<PersonChange>({
  ...personFields,
  firstName: optional(text),
  lastName: optional(text),
})

export const readPersonListRequest = fields<PersonListRequest>({
  ...pageFields,
  isActive: optional(trueOrFalse),
  search: optional(searchWords),
})

export const readPageRequest = fields<PageRequest>(pageFields)
