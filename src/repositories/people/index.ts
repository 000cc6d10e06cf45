export { type NewPerson, type PersonChange, type PersonListRequest, personFields } from './input.ts'
export { PersonRepository } from './repository.ts'
export type { CustomerOfPerson, Person } from './rows.ts'
