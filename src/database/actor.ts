import { ActorStatement } from '../connection/index.ts'
import { InvalidInputError } from '../errors/index.ts'
import { fields, ipAddress, optional, type Reader, text, uuid } from '../input/index.ts'

/** The user on whose behalf a service acts, usually the one who sent a request. */
export interface UserActor {
  /** Row security shows this user's rows. */
  userId: string
  /** The user's role as the service knows it; `admin` sees what policies show to administrators. */
  role?: string | undefined
  /** The request's id in the logs of the service; at most 255 characters. */
  requestId?: string | undefined
  /** The client's IP address. */
  ipAddress?: string | undefined
  /** The client's user agent. */
  userAgent?: string | undefined
}

/** A job of the service itself, which no user asked for. */
export interface SystemActor {
  /** Name of the job, 1 to 100 characters, for example `nightly-import`. Needs a login of the kind `system`. */
  system: string
}

/** The actor of `db.as(actor)`. */
export type Actor = UserActor | SystemActor

/** Reads an actor, and makes the statement that sets it. */
export function actorStatement(actor: unknown, prepared: boolean): ActorStatement {
  if (typeof actor !== 'object' || actor === null || !('system' in actor)) {
    const user = readUser(actor, 'actor')
    return new ActorStatement(user.userId, JSON.stringify(user), prepared)
  }
  if ('userId' in actor) {
    throw new InvalidInputError('actor', 'must have either userId or system, not both')
  }
  return new ActorStatement('', JSON.stringify(readSystem(actor, 'actor')), prepared)
}

function textUpTo(most: number): Reader<string> {
  return (value, field) => {
    const read = text(value, field)
    if (read.length > 0 && read.length <= most) return read
    throw new InvalidInputError(field, `must have 1 to ${most} characters`)
  }
}

const readUser = fields<UserActor>({
  userId: (value, field) => uuid(value, field).toLowerCase(),
  role: optional(textUpTo(50)),
  requestId: optional(textUpTo(255)),
  ipAddress: optional(ipAddress),
  userAgent: optional(text),
})

const readSystem = fields<SystemActor>({ system: textUpTo(100) })
