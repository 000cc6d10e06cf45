import { readTimeout } from '../connection/index.ts'
import { InvalidInputError } from '../errors/index.ts'
import { fields, optional, trueOrFalse } from '../input/index.ts'
import { type ReplicaReadOptions, readPosition } from '../replicas/index.ts'

export const readSignal = optional((value, field) => {
  if (value instanceof AbortSignal) return value
  throw new InvalidInputError(field, 'must be an AbortSignal')
})

/** Milliseconds, or Infinity. */
export const readTimeoutOption = optional((value, field) => {
  readTimeout(value, field)
  return value as number
})

export const readReplicaReadOptions = fields<ReplicaReadOptions>({
  timeout: readTimeoutOption,
  signal: readSignal,
  after: optional((value, field) => {
    readPosition(value, field)
    return value as string
  }),
  primary: optional(trueOrFalse),
})
