import type { CallOptions, Connection } from '../../connection/index.ts'
import {
  bestMatches,
  type ComparedPerson,
  type Comparison,
  comparePeople,
  type DuplicateListRequest,
  type DuplicateOptions,
  duplicateStatements,
  listMatches,
  MOST_CANDIDATES,
} from '../../duplicates/index.ts'
import { InvalidInputError } from '../../errors/index.ts'
import { fields, nullable, optional, text } from '../../input/index.ts'
import { sql } from '../../kysely/index.ts'
import { type Page, queryAll, type Statement, statement } from '../../query/index.ts'
import type { NewPerson } from './input.ts'
import { PERSON, type Person } from './rows.ts'

/** Values of a person who may be known already: at least a name, an email address or a phone number. */
export interface PersonProbe extends Partial<Pick<NewPerson, 'firstName' | 'lastName' | 'email' | 'phone'>> {}

/** A person who is likely the same as another one. */
export interface PersonDuplicate extends Comparison {
  person: Person
}

/** A person with those who are likely the same and were created before. */
export interface PersonDuplicates {
  person: Person
  duplicates: PersonDuplicate[]
}

const readFields = fields<PersonProbe>({
  firstName: optional(text),
  lastName: optional(text),
  email: optional(nullable(text)),
  phone: optional(nullable(text)),
})

/** Reads the values of a person who may be known already. */
export function readPersonProbe(value: unknown, field: string): PersonProbe {
  const probe = readFields(value, field)
  if (probe.firstName ?? probe.lastName ?? probe.email ?? probe.phone) return probe
  throw new InvalidInputError(field, 'must have a firstName, a lastName, an email or a phone')
}

type Row = Person & Pick<ComparedPerson, 'words' | 'emailKey' | 'phoneKey'>

/** The columns of a person who is compared. */
function compared() {
  return [
    ...PERSON,
    sql<string[]>`duplicate_words(first_name || ' ' || last_name, false)`.as('words'),
    sql<string | null>`duplicate_email(email::text)`.as('emailKey'),
    sql<string | null>`duplicate_phone(phone)`.as('phoneKey'),
  ] as const
}

interface Probe {
  firstName: string
  lastName: string
  email: string | null
  phone: string | null
}

/** A row with what it is compared with. */
type Candidate = Row & {
  probeWords: string[]
  probeEmail: string | null
  probeEmailKey: string | null
  probePhoneKey: string | null
}

const findCandidates: Statement<Probe, Candidate> = statement(
  'people.findDuplicates',
  (query, $) =>
    query
      .selectFrom('people')
      .select(compared())
      .select([
        sql<string[]>`duplicate_words(${$.firstName} || ' ' || ${$.lastName}, false)`.as('probeWords'),
        sql<string | null>`${$.email}::text`.as('probeEmail'),
        sql<string | null>`duplicate_email(${$.email})`.as('probeEmailKey'),
        sql<string | null>`duplicate_phone(${$.phone})`.as('probePhoneKey'),
      ])
      .where(
        'person_id',
        'in',
        sql<string>`(select find_people_by_keys(person_duplicate_keys(${$.firstName}, ${$.lastName}, ${$.email}, ${$.phone}), ${sql.lit(MOST_CANDIDATES)}))`,
      )
      .where('archived_at', 'is', null),
  { isLong: true },
)

/** The same for a person: among the candidates is the person itself. */
const findCandidatesOf: Statement<{ personId: string }, Candidate> = statement(
  'people.findDuplicates, by id',
  (query, $) =>
    query
      .with(
        (name) => name('probe').materialized(),
        (cte) =>
          cte
            .selectFrom('people')
            .select([
              sql<string[]>`duplicate_words(first_name || ' ' || last_name, false)`.as('probeWords'),
              sql<string | null>`email::text`.as('probeEmail'),
              sql<string | null>`duplicate_email(email::text)`.as('probeEmailKey'),
              sql<string | null>`duplicate_phone(phone)`.as('probePhoneKey'),
              sql<string[]>`person_duplicate_keys(first_name, last_name, email::text, phone)`.as('probeKeys'),
            ])
            .where('person_id', '=', $.personId),
      )
      .selectFrom('probe')
      .innerJoinLateral(
        sql<{
          candidateId: string
        }>`find_people_by_keys(${sql.ref('probeKeys')}, ${sql.lit(MOST_CANDIDATES)})`.as<'found'>(
          sql`found("candidateId")`,
        ),
        (join) => join.onTrue(),
      )
      .innerJoin('people', 'person_id', 'candidateId')
      .select(compared())
      .select(['probeWords', 'probeEmail', 'probeEmailKey', 'probePhoneKey'])
      .where('archived_at', 'is', null),
  { isLong: true },
)

const readRows: Statement<{ rowIds: string[] }, Row> = statement('people.listDuplicates, rows', (query, $) =>
  query
    .selectFrom('people')
    .select(compared())
    .where('person_id', '=', sql<string>`any(${$.rowIds}::uuid[])`)
    .where('archived_at', 'is', null),
)

const { listCandidates, merge } = duplicateStatements({
  repository: 'people',
  table: 'people',
  key: 'person_id',
  keysOfRow: () =>
    sql`person_duplicate_keys(people.first_name, people.last_name, people.email::text, people.phone)`,
  findByKeys: 'find_people_by_keys',
  merge: 'merge_people',
})

export { merge as mergePeople }

/** Finds people who are likely the same as one with these values. */
export async function findDuplicatePeople(
  connection: Connection,
  { firstName = '', lastName = '', email = null, phone = null }: PersonProbe,
  options: DuplicateOptions,
  call?: CallOptions,
): Promise<PersonDuplicate[]> {
  return best(
    await queryAll(connection, findCandidates, { firstName, lastName, email, phone }, call),
    options,
  )
}

/** Finds people who are likely the same as a person; undefined where not even the person is found: without a key, archived, or not there. */
export async function findDuplicatesOfPerson(
  connection: Connection,
  personId: string,
  options: DuplicateOptions,
  call?: CallOptions,
): Promise<PersonDuplicate[] | undefined> {
  const rows = await queryAll(connection, findCandidatesOf, { personId }, call)
  const others = rows.filter((row) => row.personId !== personId)
  return rows.length > 0 ? best(others, options) : undefined
}

function best(candidates: Candidate[], options: DuplicateOptions): PersonDuplicate[] {
  const compare = (row: Candidate) => {
    const probe = {
      words: row.probeWords,
      email: row.probeEmail,
      emailKey: row.probeEmailKey,
      phoneKey: row.probePhoneKey,
    }
    return comparePeople(probe, row)
  }
  return bestMatches(candidates, compare, options).map(toDuplicate)
}

/** Lists people who are likely the same as earlier ones. */
export async function listDuplicatePeople(
  connection: Connection,
  request: DuplicateListRequest,
  call?: CallOptions,
): Promise<Page<PersonDuplicates>> {
  const { items, ...next } = await listMatches<Row>(
    {
      name: 'people.listDuplicates',
      readCandidates: (window) => queryAll(connection, listCandidates, window, call),
      readRows: (ids) => queryAll(connection, readRows, { rowIds: ids }, call),
      idOf: ({ personId }) => personId,
      compare: comparePeople,
    },
    request,
  )
  return {
    items: items.map(({ row, matches }) => ({ person: toPerson(row), duplicates: matches.map(toDuplicate) })),
    ...next,
  }
}

function toDuplicate({ row, score, reasons }: Comparison & { row: Row }): PersonDuplicate {
  return { person: toPerson(row), score, reasons }
}

/** The person, without what only the comparison needs. */
function toPerson({ words, emailKey, phoneKey, ...row }: Row & Partial<Candidate>): Person {
  const { probeWords, probeEmail, probeEmailKey, probePhoneKey, ...person } = row
  return person
}
