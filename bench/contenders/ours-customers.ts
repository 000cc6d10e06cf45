import type { BoundDatabase, Database } from '../../src/index.ts'
import { LIMIT } from './contender.ts'
import type { CustomerContender } from './customers.ts'

/** The operations on several customers, external ids and duplicates with this library. */
export const customersOf = ({ customers }: Database | BoundDatabase): CustomerContender => ({
  getCustomers: async (ids) => (await customers.getMany(ids)).items,
  filterCustomers: async ({ statuses, billingCountry }) => {
    const where = { status: statuses, billingCountry }
    return (await customers.list({ where, orderBy: 'displayName', limit: LIMIT })).items
  },
  upsertCustomer: (customer) => customers.upsertByExternalId(customer),
  updateCustomers: (changes) => customers.updateMany(changes),
  findDuplicates: (customerId) => customers.findDuplicates(customerId),
  mergeCustomers: ({ winnerId, loserId }) => customers.merge(winnerId, loserId),
})
