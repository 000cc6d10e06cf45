import type { ChatInputs } from './chat.ts'

/** What each contender does. All are given the same inputs, and must answer alike; what one lacks is shown as –. */
export interface Inputs extends ChatInputs {
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

export type CustomerStatus = 'prospect' | 'active' | 'paused' | 'churned'

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

export interface NewPerson {
  firstName: string
  lastName: string
  email: string
  phone: string
  jobTitle: string
}

export interface NewEntry {
  userId: string
  entityType: string
  entityId: string
  action: string
  changes: { [column: string]: { from: string; to: string } }
  ipAddress: string
  userAgent: string
}

/** People are known by their email addresses. */
export type ImportedCustomer = NewCustomer & { people: NewPerson[] }

export type Method = keyof Inputs

/** One way to do the operations; each runs in a process of its own. */
export type Contender = { [M in Method]?: (input: Inputs[M]) => Promise<unknown> } & {
  close(): Promise<void>
}

/** What a contender does with chats. */
export type ChatContender = Pick<Contender, keyof ChatInputs>

export type Variant = 'as written' | 'prepared'

/** What every contender's module exports. */
export type Open = (url: string, variant: Variant) => Promise<Contender>

/** Pages of all lists. */
export const LIMIT = 50

/** Rows of one INSERT, for those who import by INSERT. */
export const CHUNK = 1_000

export function chunks<T>(all: readonly T[], size = CHUNK): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size))
}
