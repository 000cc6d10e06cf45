import { type BoundDatabase, type Database, openDatabase } from '../../src/index.ts'
import { type Contender, LIMIT, type Open } from './contender.ts'
import { chatsOf } from './ours-chats.ts'
import { customersOf } from './ours-customers.ts'

/** This library, used in the same way as in a service. */
export const open: Open = async (url) => {
  const db = openDatabase(url)
  return { ...methodsOf(db), close: () => db.close() }
}

export function methodsOf(db: Database | BoundDatabase): Omit<Contender, 'close'> {
  return {
    findUser: (userId) => db.users.find(userId),
    findUserByEmail: (email) => db.users.findByEmail(email),
    createUser: (user) => db.users.create(user),
    updateUser: ({ userId, ...change }) => db.users.update(userId, change),
    listUsers: async () => (await db.users.list({ limit: LIMIT })).items,

    getCustomer: (customerId) => db.customers.get(customerId),
    listCustomers: async () => (await db.customers.list({ limit: LIMIT })).items,
    listCustomersByStatus: async (status) => (await db.customers.list({ status, limit: LIMIT })).items,
    // The other contenders sort by age only.
    searchCustomers: async (search) =>
      (await db.customers.list({ search, limit: LIMIT })).items.sort((a, b) => +b.createdAt - +a.createdAt),
    createCustomer: async (customer) => {
      const { contacts: _, ...created } = await db.customers.create(customer)
      return created
    },
    addContact: ({ customerId, personId, role }) => db.customers.addContact(customerId, personId, { role }),
    setPrimaryContact: ({ customerId, personId }) => db.customers.setPrimaryContact(customerId, personId),
    importCustomers: (customers) => db.customers.importMany(customers),
    createPerson: (person) => db.people.create(person),
    recordEntry: (entry) => db.auditLog.record(entry),
    listEntries: async ({ entityType, entityId }) =>
      (await db.auditLog.listByEntity(entityType, entityId, { limit: LIMIT })).items,

    ...customersOf(db),
    ...chatsOf(db),
  }
}
