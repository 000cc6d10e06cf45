import { randomUUID } from 'node:crypto'
import type { ChatMessage } from '../repositories/chats/messages/index.ts'
import type { NewChat, NewCustomer, NewPerson, NewUser } from '../repositories/index.ts'

/** A string in the format of a bcrypt hash that matches no password. */
const PASSWORD_HASH = `$2b$10$${'h'.repeat(53)}`

/** Input for `db.users.create`: a user with a unique email address. */
export function aUser(overrides: Partial<NewUser> = {}): NewUser {
  return {
    name: 'Ada Lovelace',
    email: `${randomUUID()}@example.test`,
    passwordHash: PASSWORD_HASH,
    ...overrides,
  }
}

/** Input for `db.customers.create`: a customer with a unique legal name. */
export function aCustomer(overrides: Partial<NewCustomer> = {}): NewCustomer {
  return { legalName: `Acme ${randomUUID()} SIA`, displayName: 'Acme', ...overrides }
}

/** Input for `db.people.create`: a person with a unique email address. */
export function aPerson(overrides: Partial<NewPerson> = {}): NewPerson {
  return { firstName: 'Grace', lastName: 'Hopper', email: `${randomUUID()}@example.test`, ...overrides }
}

/** Input for `db.chats.create`: a chat of the given user. */
export function aChat(overrides: Partial<NewChat> & Pick<NewChat, 'userId'>): NewChat {
  return { title: 'A question about Acme', ...overrides }
}

/** Input for `db.chats.save`: a user message with one text part. */
export function aMessage(
  overrides: Partial<ChatMessage> = {},
): ChatMessage & { parts: { type: string; text?: string }[] } {
  return {
    id: randomUUID(),
    role: 'user',
    parts: [{ type: 'text', text: 'Who is their contact?' }],
    ...overrides,
  } as never
}
