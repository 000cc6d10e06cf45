import { CHAT_OPERATIONS } from './chat-operations.ts'
import type { CustomerStatus, ImportedCustomer } from './contenders/contender.ts'
import { CUSTOMER_OPERATIONS, newCustomer } from './customer-operations.ts'
import { AUDITED, CUSTOMERS, HASH, PEOPLE, STATUSES, USERS } from './data.ts'
import { type Operation, read, SEATS, spread, uniqueOf, write } from './operation.ts'
import { id, words } from './vocabulary.ts'

/** All measured operations. */
export const OPERATIONS: readonly Operation[] = [
  read('find user by id', 'findUser', (n) => id(spread(n, USERS))),
  read('find user by email', 'findUserByEmail', (n) => `u${spread(n, USERS)}@example.test`),
  write('create user', 'createUser', ['userId'], (_, unique) => ({
    name: 'Created',
    email: `created.${unique}@example.test`,
    passwordHash: HASH,
  })),
  write('update user', 'updateUser', [], (n) => ({ userId: id(spread(n, USERS)), name: `Name ${n}` })),
  read('list 50 users', 'listUsers', () => undefined),
  read('get customer by id', 'getCustomer', (n) => id(spread(n, CUSTOMERS))),
  read('list 50 customers', 'listCustomers', () => undefined),
  read('list 50 customers by status', 'listCustomersByStatus', (n) => STATUSES[n % 4] as CustomerStatus),
  read('search customers', 'searchCustomers', (n) => words(spread(n, CUSTOMERS)).toLowerCase()),
  write('create customer', 'createCustomer', ['customerId'], (_, unique) => newCustomer(unique)),
  write('create person', 'createPerson', ['personId'], (_, unique) => newPerson(unique)),
  write('add contact', 'addContact', ['contactId'], (_, unique) => {
    const customer = unique % CUSTOMERS
    const lap = Math.floor(unique / CUSTOMERS)
    return {
      customerId: id(customer),
      personId: id((customer + 1_000 + lap) % PEOPLE),
      role: 'stakeholder',
    }
  }),
  // Each contender uses different customers, so that each call changes the primary contact.
  write('set primary contact', 'setPrimaryContact', [], (n, unique) => {
    const perSeat = Math.floor(CUSTOMERS / 2 / SEATS)
    const pair = uniqueOf(n % perSeat, unique % SEATS)
    const lap = Math.floor(n / perSeat)
    return { customerId: id(pair * 2), personId: id(pair * 3 + ((lap + 1) % 2)) }
  }),
  write('record audit entry', 'recordEntry', ['id'], (n) => ({
    userId: id(spread(n, USERS)),
    entityType: 'customer',
    entityId: id(spread(n, AUDITED)),
    action: 'update',
    changes: { status: { from: 'prospect', to: 'active' }, industry: { from: 'Retail', to: 'Logistics' } },
    ipAddress: '203.0.113.7',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  })),
  read('list entries of an entity', 'listEntries', (n) => ({
    entityType: 'customer',
    entityId: id(spread(n, AUDITED)),
  })),
  ...CUSTOMER_OPERATIONS,
  ...CHAT_OPERATIONS,
  {
    ...write('import 10,000 customers', 'importCustomers', [], (_, unique) =>
      importedCustomers(unique, 10_000),
    ),
    isLong: true,
  },
]

/** The customers of an import. For comparing the written rows, `count` exceeds a chunk and is no multiple of one. */
export const importedCustomers = (n: number, count: number): ImportedCustomer[] =>
  Array.from({ length: count }, (_, index) => ({
    ...newCustomer(n * 10_000 + index),
    people: Array.from({ length: 1 + (index % 2) }, (_, person) =>
      newPerson(n * 20_000 + index * 2 + person),
    ),
  }))

function newPerson(n: number) {
  return {
    firstName: 'Created',
    lastName: `Person ${n}`,
    email: `person.created.${n}@example.test`,
    phone: '+371 20000000',
    jobTitle: 'Buyer',
  }
}
