import { checkFields } from '../input/index.ts'
import type { BoundOptions, CallOptions, Query } from './query.ts'

const CALL_OPTIONS: ReadonlySet<string> = new Set<keyof CallOptions>(['timeout', 'signal'])

/** The options that a view of the database adds to a call, whose own options it has checked. */
export const BOUND_OPTIONS: ReadonlySet<string> = new Set<keyof BoundOptions>(['timeout', 'signal', 'actor'])

/**
 * Checks the last argument of a call, which repositories pass on as they got it; the values of the known options are read
 * where they are used.
 *
 * @param known the names of the options that the connection has.
 * @throws {InvalidInputError} it is not an object, or has an option that is not known.
 */
export function checkCallOptions(
  options: unknown,
  query?: Query,
  known: ReadonlySet<string> = CALL_OPTIONS,
): void {
  if (options === undefined) return
  checkFields(options, 'options', known, query && (() => `the options of ${nameOf(query)}`))
}

/** `users.list` of the statement `users.list(role,search)`, `chats.prune` of `chats.prune, users`. */
function nameOf({ name = 'the query' }: Query): string {
  return name.replace(/[(,].*/, '')
}
