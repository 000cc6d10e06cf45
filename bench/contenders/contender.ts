import type { ChatInputs } from './chat.ts'
import type { CustomerInputs } from './customers.ts'

/** The inputs of each operation. All contenders get the same ones and must give equal answers; a missing one is shown as –. */
export interface Inputs extends ChatInputs, CustomerInputs {
  findUser: string
  findUserByEmail: string
  createUser: { name: string; email: string; passwordHash: string }
  updateUser: { userId: string; name: string }
  listUsers: undefined
  getCustomer: string
  listCustomers: undefined
  listCustomersByStatus: CustomerStatus
  searchCustomers: string
  createCustomer: NewCustomer
  createPerson: NewPerson
  addContact: { customerId: string; personId: string; role: 'stakeholder' }
  setPrimaryContact: { customerId: string; personId: string }
  recordEntry: NewEntry
  listEntries: { entityType: string; entityId: string }
  importCustomers: ImportedCustomer[]
}

/** The status of a customer. */
export type CustomerStatus = 'prospect' | 'active' | 'paused' | 'churned'

/** A customer to create. */
export interface NewCustomer {
  legalName: string
  displayName: string
  status: CustomerStatus
  industry: string
  companySize: number
  websiteUrl: string
  billingCountry: string
  timezone: string
}

/** A person to create. */
export interface NewPerson {
  firstName: string
  lastName: string
  email: string
  phone: string
  jobTitle: string
}

/** An audit entry to create. */
export interface NewEntry {
  userId: string
  entityType: string
  entityId: string
  action: string
  changes: { [column: string]: { from: string; to: string } }
  ipAddress: string
  userAgent: string
}

/** A customer with people, who are identified by their email addresses. */
export type ImportedCustomer = NewCustomer & { people: NewPerson[] }

/** The name of an operation. */
export type Method = keyof Inputs

/** An implementation of the operations, which runs in a separate process. */
export type Contender = { [M in Method]?: (input: Inputs[M]) => Promise<unknown> } & {
  close(): Promise<void>
}

/** The operations on chats. */
export type ChatContender = Pick<Contender, keyof ChatInputs>

/** Whether a contender uses prepared statements. */
export type Variant = 'as written' | 'prepared'

/** The function that every contender's module exports as `open`. */
export type Open = (url: string, variant: Variant) => Promise<Contender>

/** The page size of all lists. */
export const LIMIT = 50

/** Rows per INSERT, for contenders that import by INSERT. */
export const CHUNK = 1_000

/** Splits an array into chunks. */
export function chunks<T>(all: readonly T[], size = CHUNK): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size))
}
