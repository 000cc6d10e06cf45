import { bestMatches, type ComparedCustomer, compareCustomers } from '../../src/duplicates/index.ts'
import type { Contender, CustomerStatus, NewCustomer } from './contender.ts'

/** The inputs of the operations on several customers, external ids and duplicates. */
export interface CustomerInputs {
  getCustomers: string[]
  filterCustomers: { statuses: CustomerStatus[]; billingCountry: string }
  upsertCustomer: ExternalCustomer
  updateCustomers: CustomerChange[]
  findDuplicates: string
  mergeCustomers: { winnerId: string; loserId: string }
}

/** The operations on several customers, external ids and duplicates. */
export type CustomerContender = Pick<Contender, keyof CustomerInputs>

/** A customer with its key in another system. */
export type ExternalCustomer = NewCustomer & { source: string; externalId: string }

/** Other values for a customer. */
export interface CustomerChange {
  customerId: string
  status: CustomerStatus
  industry: string
}

/** Returns customers in the order of their ids. All of them must exist. */
export function inOrder<C extends { customerId: string }>(
  ids: readonly string[],
  customers: readonly C[],
): C[] {
  const byId = new Map(customers.map((customer) => [customer.customerId, customer]))
  return ids.map((id) => {
    const customer = byId.get(id)
    if (!customer) throw new Error(`There is no customer ${id}`)
    return customer
  })
}

/** The changes as one list for each column. */
export function columnsOf(changes: readonly CustomerChange[]) {
  return {
    ids: changes.map(({ customerId }) => customerId),
    statuses: changes.map(({ status }) => status),
    industries: changes.map(({ industry }) => industry),
  }
}

type Compared<Prefix extends string> = {
  [K in keyof ComparedCustomer as `${Prefix}${K}`]: ComparedCustomer[K]
}

/** A row of `CANDIDATES`: a customer, and what is compared of it and of the one whose duplicates are found. */
export type CandidateRow = Compared<''> & Compared<'probe_'>

/** The duplicates among the candidates, scored by the functions of the library. */
export function duplicatesOf(candidates: readonly CandidateRow[]) {
  const matches = bestMatches(
    candidates,
    (row) =>
      compareCustomers(
        {
          displayWords: row.probe_displayWords,
          legalWords: row.probe_legalWords,
          domain: row.probe_domain,
          websiteUrl: row.probe_websiteUrl,
          billingCountry: row.probe_billingCountry,
        },
        row,
      ),
    {},
  )
  return matches.map(({ row, ...comparison }) => {
    const { displayWords, legalWords, domain, ...rest } = row
    const customer = Object.fromEntries(Object.entries(rest).filter(([key]) => !key.startsWith('probe_')))
    return { customer, ...comparison }
  })
}
