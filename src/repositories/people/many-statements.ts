import type { QueryCreator, RawBuilder, Selectable } from 'kysely'
import type { DB } from '../../../generated/database.ts'
import { sql } from '../../kysely/index.ts'
import {
  type ManyTable,
  ManyWriter,
  manyStatements,
  queryAll,
  type Statement,
  statement,
} from '../../query/index.ts'
import { PERSON, type Person } from './rows.ts'
import { CHANGED, personVersion } from './statements.ts'

const PEOPLE: ManyTable = {
  table: 'people',
  key: 'person_id',
  columns: CHANGED,
  defaults: { is_active: true },
}

/** The people that a statement wrote. */
const written = (query: QueryCreator<DB>, write: RawBuilder<unknown>) =>
  query
    .with('written', () => sql<Selectable<DB['people']>>`(${write} returning people.*)`)
    .selectFrom('written')
    .select(PERSON)

const get: Statement<{ keys: string[] }, Person> = statement(
  'people.getMany',
  (query, $) =>
    query.selectFrom('people').select(PERSON).where('person_id', '=', sql<string>`any(${$.keys}::uuid[])`),
  { isLong: true },
)

/** Writes and reads many people. */
export const peopleAtOnce = new ManyWriter<Person, Person>({
  many: PEOPLE,
  version: personVersion,
  statements: { get, ...manyStatements(PEOPLE, written) },
  list: 'people',
  id: 'personId',
  query: async (connection, statement, input, call) => queryAll(connection, statement, input as never, call),
})
