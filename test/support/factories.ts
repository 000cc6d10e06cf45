export { aChat, aCustomer, aMessage, aPerson, aUser } from '../../src/testing.ts'

/** A string in the format of a bcrypt hash; no test compares it with a password. */
export const HASH = `$2b$10$${'h'.repeat(53)}`

/** The error of a promise that is expected to reject. */
export async function caught(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome) return outcome.error
  throw new Error(`Expected an error, got ${JSON.stringify(outcome.value)}.`)
}
