import { randomUUID } from 'node:crypto'
import type { NewCustomer, NewPerson, NewUser } from '../../src/index.ts'

/** A bcrypt hash by its form; nothing here ever compares it with a password. */
export const HASH = `$2b$10$${'h'.repeat(53)}`

/** A user nobody else in the database can clash with. */
export function aUser(given: Partial<NewUser> = {}): NewUser {
  return { name: 'Ada Lovelace', email: `${randomUUID()}@example.test`, passwordHash: HASH, ...given }
}

/** What a promise that should reject rejects with. */
export async function caught(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome) return outcome.error
  throw new Error(`Expected an error, got ${JSON.stringify(outcome.value)}.`)
}

export function aCustomer(given: Partial<NewCustomer> = {}): NewCustomer {
  return { legalName: `Acme ${randomUUID()} SIA`, displayName: 'Acme', ...given }
}

export function aPerson(given: Partial<NewPerson> = {}): NewPerson {
  return { firstName: 'Grace', lastName: 'Hopper', email: `${randomUUID()}@example.test`, ...given }
}
