import { createHash } from 'node:crypto'

/** A hash of 10 characters, for the names of statements that are too many or too long to spell out. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 10)
}
