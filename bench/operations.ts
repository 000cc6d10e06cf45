import type { CustomerStatus, ImportedCustomer, Inputs, Method } from './contenders/contender.ts'
import { ADJECTIVES, AUDITED, CUSTOMERS, HASH, id, NOUNS, PEOPLE, STATUSES, USERS } from './data.ts'

export interface Operation<M extends Method = Method> {
  name: string
  method: M
  /**
   * What is given to a contender's n-th call. `unique` is a number that no other call of the run has, whoever's: for
   * what may be written only once.
   */
  input(n: number, unique: number): Inputs[M]
  /** Keys of the answer that are the database's own: their values differ by nature, their types must not. */
  own: readonly string[]
  writes: boolean
  /** Takes so long that a round is one call, by one caller, and rounds are few. */
  isLong: boolean
}

/** As many contenders as there may be. */
export const SEATS = 16

/** See `Operation.input`. */
export const uniqueOf = (n: number, seat: number) => n * SEATS + seat

/** Spreads calls over the rows there are: 7919 has no factor in common with their numbers. */
const spread = (n: number, rows: number) => (n * 7919) % rows

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
  // Each contender has customers of its own, so that each call changes who is the first.
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
  {
    ...write('import 10,000 customers', 'importCustomers', [], (_, unique) =>
      importedCustomers(unique, 10_000),
    ),
    isLong: true,
  },
]

/** As an import, of fewer: to compare what it leaves behind. More than a chunk, and not a whole number of them. */
export const importedCustomers = (n: number, count: number): ImportedCustomer[] =>
  Array.from({ length: count }, (_, index) => ({
    ...newCustomer(n * 10_000 + index),
    people: Array.from({ length: 1 + (index % 2) }, (_, person) =>
      newPerson(n * 20_000 + index * 2 + person),
    ),
  }))

function read<M extends Method>(name: string, method: M, input: Operation<M>['input']): Operation {
  return {
    name,
    method,
    input,
    own: [],
    writes: false,
    isLong: false,
  } satisfies Operation<M> as unknown as Operation
}

function write<M extends Method>(
  name: string,
  method: M,
  keys: readonly string[],
  input: Operation<M>['input'],
): Operation {
  return { ...read(name, method, input), own: [...keys, 'createdAt', 'updatedAt'], writes: true }
}

const words = (n: number) =>
  `${ADJECTIVES[n % ADJECTIVES.length]} ${NOUNS[Math.floor(n / ADJECTIVES.length) % NOUNS.length]}`

function newCustomer(n: number) {
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

function newPerson(n: number) {
  return {
    firstName: 'Created',
    lastName: `Person ${n}`,
    email: `person.created.${n}@example.test`,
    phone: '+371 20000000',
    jobTitle: 'Buyer',
  }
}
