export {
  type CustomerOfPerson,
  type NewPerson,
  type Person,
  type PersonChange,
  type PersonListRequest,
  PersonRepository,
  personFields,
} from './repository.ts'
