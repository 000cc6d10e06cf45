import { DatabaseError } from './database-error.ts'

/** An argument was refused before anything was sent to the server. Thrown by every method that takes input. */
export class InvalidInputError extends DatabaseError {
  override readonly name: string = 'InvalidInputError'
  /** The argument or field as the caller writes it, for example `email` or `userIds[3]`. */
  readonly field: string
  /** The rule that the field breaks, without a full stop: the predicate of a sentence about the field. */
  readonly reason: string

  /** @param options `message` replaces the sentence made of field and reason; it names the field in double quotes, too. */
  constructor(field: string, reason: string, options: ErrorOptions & { message?: string } = {}) {
    const { message = `"${field}" ${reason}.`, ...rest } = options
    super(message, rest)
    this.field = field
    this.reason = reason
  }
}

/**
 * The error for a field that does not exist; a misspelt field would otherwise be ignored silently.
 *
 * @param owner what has the field, where the message names it.
 */
export function unknownField(field: string, allowed: readonly string[], owner?: string): InvalidInputError {
  const list = allowed.length > 0 ? allowed.join(', ') : 'none'
  const place = owner === undefined ? '' : ` in ${owner}`
  return new InvalidInputError(field, `is not a known field${place}; allowed: ${list}`, {
    message: `Unknown field "${field}"${place}. Allowed: ${list}.`,
  })
}

/** The same error for the same field of a nested value. */
export function nested(error: InvalidInputError, path: string): InvalidInputError {
  const field = `${path}.${error.field}`
  const message = error.message.replace(`"${error.field}"`, () => `"${field}"`)
  return new InvalidInputError(field, error.reason, { message, cause: error })
}

/** A message's JSON is larger than `maxMessageBytes` of `openDatabase`. Thrown by the methods that save chats. */
export class MessageTooLargeError extends InvalidInputError {
  override readonly name = 'MessageTooLargeError'
  readonly messageId: string
  /** The size of the message's JSON, in bytes. */
  readonly bytes: number
  /** The limit, in bytes. */
  readonly maxBytes: number

  constructor(
    field: string,
    { messageId, bytes, maxBytes }: { messageId: string; bytes: number; maxBytes: number },
  ) {
    super(field, `must not be larger than ${maxBytes} bytes as JSON; it has ${bytes} bytes`)
    this.messageId = messageId
    this.bytes = bytes
    this.maxBytes = maxBytes
  }
}
