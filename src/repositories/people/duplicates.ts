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

type Probed = Row & { probeWords: string[]; probeEmail: string | null; probePhone: string | null }

const findCandidates: Statement<Probe, Probed> = statement(
  'people.findDuplicates',
  (query, $) =>
    query
      .selectFrom('people')
      .select(compared())
      .select([
        sql<string[]>`duplicate_words(${$.firstName} || ' ' || ${$.lastName}, false)`.as('probeWords'),
        sql<string | null>`duplicate_email(${$.email})`.as('probeEmail'),
        sql<string | null>`duplicate_phone(${$.phone})`.as('probePhone'),
      ])
      .where(
        'person_id',
        'in',
        sql<string>`(select find_people_by_keys(person_duplicate_keys(${$.firstName}, ${$.lastName}, ${$.email}, ${$.phone}), ${sql.lit(MOST_CANDIDATES)}))`,
      )
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

/** Finds people who are likely the same as one with these values; `exceptId` is not among them. */
export async function findDuplicatePeople(
  connection: Connection,
  { firstName = '', lastName = '', email = null, phone = null }: PersonProbe,
  exceptId: string | undefined,
  options: DuplicateOptions,
  call?: CallOptions,
): Promise<PersonDuplicate[]> {
  const rows = await queryAll(connection, findCandidates, { firstName, lastName, email, phone }, call)
  const others = rows.filter(({ personId }) => personId !== exceptId)
  const matches = bestMatches(
    others,
    (row) => {
      const { probeWords: words, probeEmail: emailKey, probePhone: phoneKey } = row
      return comparePeople({ words, email, emailKey, phoneKey }, row)
    },
    options,
  )
  return matches.map(toDuplicate)
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
function toPerson({ words, emailKey, phoneKey, ...row }: Row & Partial<Probed>): Person {
  const { probeWords, probeEmail, probePhone, ...person } = row
  return person
}
