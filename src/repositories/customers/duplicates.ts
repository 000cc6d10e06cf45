import type { CallOptions, Connection } from '../../connection/index.ts'
import {
  bestMatches,
  type ComparedCustomer,
  type Comparison,
  compareCustomers,
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
import type { NewCustomer } from './input.ts'
import { CUSTOMER, type CustomerRow } from './rows.ts'

/** Values of a customer that may exist already: at least a name or a website. */
export interface CustomerProbe
  extends Partial<Pick<NewCustomer, 'legalName' | 'displayName' | 'websiteUrl' | 'billingCountry'>> {}

/** A customer that is likely the same as another one. */
export interface CustomerDuplicate extends Comparison {
  customer: CustomerRow
}

/** A customer with those that are likely the same and were created before it. */
export interface CustomerDuplicates {
  customer: CustomerRow
  duplicates: CustomerDuplicate[]
}

const readFields = fields<CustomerProbe>({
  legalName: optional(text),
  displayName: optional(text),
  websiteUrl: optional(nullable(text)),
  billingCountry: optional(nullable(text)),
})

/** Reads the values of a customer that may exist already. */
export function readCustomerProbe(value: unknown, field: string): CustomerProbe {
  const probe = readFields(value, field)
  if (probe.legalName ?? probe.displayName ?? probe.websiteUrl) return probe
  throw new InvalidInputError(field, 'must have a displayName, a legalName or a websiteUrl')
}

type Row = CustomerRow & Pick<ComparedCustomer, 'displayWords' | 'legalWords' | 'domain'>

/** The columns of a customer that is compared. */
function compared() {
  return [
    ...CUSTOMER,
    sql<string[]>`duplicate_words(display_name, true)`.as('displayWords'),
    sql<string[]>`duplicate_words(legal_name, true)`.as('legalWords'),
    sql<string | null>`duplicate_domain(website_url)`.as('domain'),
  ] as const
}

interface Probe {
  legalName: string
  displayName: string
  websiteUrl: string | null
  billingCountry: string | null
}

/** A row with what it is compared with. */
type Candidate = Row & {
  probeDisplay: string[]
  probeLegal: string[]
  probeDomain: string | null
  probeWebsite: string | null
  probeCountry: string | null
}

const findCandidates: Statement<Probe, Candidate> = statement(
  'customers.findDuplicates',
  (query, $) =>
    query
      .selectFrom('customers')
      .select(compared())
      .select([
        sql<string[]>`duplicate_words(${$.displayName}, true)`.as('probeDisplay'),
        sql<string[]>`duplicate_words(${$.legalName}, true)`.as('probeLegal'),
        sql<string | null>`duplicate_domain(${$.websiteUrl})`.as('probeDomain'),
        sql<string | null>`${$.websiteUrl}::text`.as('probeWebsite'),
        sql<string | null>`${$.billingCountry}::text`.as('probeCountry'),
      ])
      .where(
        'customer_id',
        'in',
        sql<string>`(select find_customers_by_keys(customer_duplicate_keys(${$.legalName}, ${$.displayName}, ${$.websiteUrl}), ${sql.lit(MOST_CANDIDATES)}))`,
      )
      .where('archived_at', 'is', null),
  { isLong: true },
)

/** The same for a customer: among the candidates is the customer itself. */
const findCandidatesOf: Statement<{ customerId: string }, Candidate> = statement(
  'customers.findDuplicates, by id',
  (query, $) =>
    query
      .with(
        (name) => name('probe').materialized(),
        (cte) =>
          cte
            .selectFrom('customers')
            .select([
              sql<string[]>`duplicate_words(display_name, true)`.as('probeDisplay'),
              sql<string[]>`duplicate_words(legal_name, true)`.as('probeLegal'),
              sql<string | null>`duplicate_domain(website_url)`.as('probeDomain'),
              'website_url as probeWebsite',
              'billing_country as probeCountry',
              sql<string[]>`customer_duplicate_keys(legal_name, display_name, website_url)`.as('probeKeys'),
            ])
            .where('customer_id', '=', $.customerId),
      )
      .selectFrom('probe')
      .innerJoinLateral(
        sql<{
          candidateId: string
        }>`find_customers_by_keys(${sql.ref('probeKeys')}, ${sql.lit(MOST_CANDIDATES)})`.as<'found'>(
          sql`found("candidateId")`,
        ),
        (join) => join.onTrue(),
      )
      .innerJoin('customers', 'customer_id', 'candidateId')
      .select(compared())
      .select(['probeDisplay', 'probeLegal', 'probeDomain', 'probeWebsite', 'probeCountry'])
      .where('archived_at', 'is', null),
  { isLong: true },
)

const readRows: Statement<{ rowIds: string[] }, Row> = statement(
  'customers.listDuplicates, rows',
  (query, $) =>
    query
      .selectFrom('customers')
      .select(compared())
      .where('customer_id', '=', sql<string>`any(${$.rowIds}::uuid[])`)
      .where('archived_at', 'is', null),
)

const { listCandidates, merge } = duplicateStatements({
  repository: 'customers',
  table: 'customers',
  key: 'customer_id',
  keysOfRow: () =>
    sql`customer_duplicate_keys(customers.legal_name, customers.display_name, customers.website_url)`,
  findByKeys: 'find_customers_by_keys',
  merge: 'merge_customers',
})

export { merge as mergeCustomers }

/** Finds customers that are likely the same as one with these values. */
export async function findDuplicateCustomers(
  connection: Connection,
  { legalName, displayName, websiteUrl = null, billingCountry = null }: CustomerProbe,
  options: DuplicateOptions,
  call?: CallOptions,
): Promise<CustomerDuplicate[]> {
  const names = { legalName: legalName ?? displayName ?? '', displayName: displayName ?? legalName ?? '' }
  return best(
    await queryAll(connection, findCandidates, { ...names, websiteUrl, billingCountry }, call),
    options,
  )
}

/** Finds customers that are likely the same as a customer; undefined where not even the customer is found: without a key, archived, or not there. */
export async function findDuplicatesOfCustomer(
  connection: Connection,
  customerId: string,
  options: DuplicateOptions,
  call?: CallOptions,
): Promise<CustomerDuplicate[] | undefined> {
  const rows = await queryAll(connection, findCandidatesOf, { customerId }, call)
  const others = rows.filter((row) => row.customerId !== customerId)
  return rows.length > 0 ? best(others, options) : undefined
}

function best(candidates: Candidate[], options: DuplicateOptions): CustomerDuplicate[] {
  const compare = (row: Candidate) => {
    const probe = {
      displayWords: row.probeDisplay,
      legalWords: row.probeLegal,
      domain: row.probeDomain,
      websiteUrl: row.probeWebsite,
      billingCountry: row.probeCountry,
    }
    return compareCustomers(probe, row)
  }
  return bestMatches(candidates, compare, options).map(toDuplicate)
}

/** Lists customers that are likely the same as earlier ones. */
export async function listDuplicateCustomers(
  connection: Connection,
  request: DuplicateListRequest,
  call?: CallOptions,
): Promise<Page<CustomerDuplicates>> {
  const { items, ...next } = await listMatches<Row>(
    {
      name: 'customers.listDuplicates',
      readCandidates: (window) => queryAll(connection, listCandidates, window, call),
      readRows: (ids) => queryAll(connection, readRows, { rowIds: ids }, call),
      idOf: ({ customerId }) => customerId,
      compare: compareCustomers,
    },
    request,
  )
  return {
    items: items.map(({ row, matches }) => ({ customer: toRow(row), duplicates: matches.map(toDuplicate) })),
    ...next,
  }
}

function toDuplicate({ row, score, reasons }: Comparison & { row: Row }): CustomerDuplicate {
  return { customer: toRow(row), score, reasons }
}

/** The customer, without what only the comparison needs. */
function toRow({ displayWords, legalWords, domain, ...row }: Row & Partial<Candidate>): CustomerRow {
  const { probeDisplay, probeLegal, probeDomain, probeWebsite, probeCountry, ...customer } = row
  return customer
}
