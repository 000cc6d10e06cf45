import { randomUUID } from 'node:crypto'
import type { ChatMessage } from '../repositories/chats/messages/index.ts'
import type { NewChat, NewCustomer, NewPerson, NewUser } from '../repositories/index.ts'

/** A bcrypt hash by its form; no password belongs to it. */
const PASSWORD_HASH = `$2b$10$${'h'.repeat(53)}`

/** For `db.users.create`: a user whose address nobody else has. */
export function aUser(given: Partial<NewUser> = {}): NewUser {
  return {
    name: 'Ada Lovelace',
    email: `${randomUUID()}@example.test`,
    passwordHash: PASSWORD_HASH,
    ...given,
  }
}

/** For `db.customers.create`: a customer whose legal name nobody else has. */
export function aCustomer(given: Partial<NewCustomer> = {}): NewCustomer {
  return { legalName: `Acme ${randomUUID()} SIA`, displayName: 'Acme', ...given }
}

/** For `db.people.create`: a person whose address nobody else has. */
export function aPerson(given: Partial<NewPerson> = {}): NewPerson {
  return { firstName: 'Grace', lastName: 'Hopper', email: `${randomUUID()}@example.test`, ...given }
}

/** For `db.chats.create`: a chat of this user. */
export function aChat(given: Partial<NewChat> & Pick<NewChat, 'userId'>): NewChat {
  return { title: 'A question about Acme', ...given }
}

/** For `db.chats.save`: a message of the user with one text. */
export function aMessage(
  given: Partial<ChatMessage> = {},
): ChatMessage & { parts: { type: string; text?: string }[] } {
  return {
    id: randomUUID(),
    role: 'user',
    parts: [{ type: 'text', text: 'Who is their contact?' }],
    ...given,
  } as never
}
