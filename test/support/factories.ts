export { aChat, aCustomer, aMessage, aPerson, aUser } from '../../src/testing.ts'

/** A bcrypt hash by its form; nothing here ever compares it with a password. */
export const HASH = `$2b$10$${'h'.repeat(53)}`

/** What a promise that should reject rejects with. */
export async function caught(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome) return outcome.error
  throw new Error(`Expected an error, got ${JSON.stringify(outcome.value)}.`)
}
