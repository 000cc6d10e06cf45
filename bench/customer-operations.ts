import type { CustomerStatus } from './contenders/contender.ts'
import { COUNTRIES, CUSTOMERS, FRESH, STATUSES } from './data.ts'
import { type Operation, onFresh, read, spread, write } from './operation.ts'
import { freshId, id, words } from './vocabulary.ts'

/** The measured operations on several customers, external ids and duplicates. */
export const CUSTOMER_OPERATIONS: readonly Operation[] = [
  read('get 50 customers by id', 'getCustomers', (n) =>
    Array.from({ length: 50 }, (_, index) => id(spread(n * 50 + index, CUSTOMERS))),
  ),
  read('list 50 customers by filters and name', 'filterCustomers', (n) => ({
    statuses: [statusOf(n), statusOf(n + 1)],
    billingCountry: COUNTRIES[n % COUNTRIES.length] as string,
  })),
  // Every second customer exists.
  onFresh(
    write('upsert customer', 'upsertCustomer', ['customerId'], (n, unique) => ({
      ...newCustomer(unique),
      source: 'fresh',
      externalId: n % 2 === 0 ? `new ${unique}` : String(n % FRESH),
    })),
  ),
  onFresh(
    write('update 100 customers', 'updateCustomers', [], (n, unique) =>
      Array.from({ length: 100 }, (_, index) => ({
        customerId: freshId((n * 100 + index) % FRESH),
        status: statusOf(unique + index),
        industry: `Industry ${unique}`,
      })),
    ),
  ),
  read('find duplicates', 'findDuplicates', (n) => id(spread(n, CUSTOMERS))),
  onFresh(
    write('merge customers', 'mergeCustomers', [], (n) => ({
      winnerId: freshId((n * 2) % FRESH),
      loserId: freshId((n * 2 + 1) % FRESH),
    })),
  ),
]

const statusOf = (n: number) => STATUSES[n % STATUSES.length] as CustomerStatus

/** The n-th customer to create. */
export function newCustomer(n: number) {
  return {
    legalName: `${words(n)} Created ${n} Ltd`,
    displayName: `${words(n)} Created ${n}`,
    status: 'prospect' as const,
    industry: 'Logistics',
    companySize: 1 + (n % 500),
    websiteUrl: `https://created-${n}.example.test`,
    billingCountry: 'LV',
    timezone: 'Europe/Riga',
  }
}
