export type { PersonDuplicate, PersonDuplicates, PersonProbe } from './duplicates.ts'
export {
  type ArchivedPersonListRequest,
  type NewPerson,
  type PersonChange,
  type PersonListRequest,
  type PersonManyChange,
  personFields,
} from './input.ts'
export { PersonRepository } from './repository.ts'
export type { CustomerOfPerson, Person } from './rows.ts'
