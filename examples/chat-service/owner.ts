import type { BoundDatabase, ChatOwner, Database } from '@norberts-spark/db'
import type { FastifyInstance } from 'fastify'
import { HttpError } from './errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The user who sent the request. */
    acting: Acting
  }
}

/** The user on whose behalf a request is served, and the database as this user sees it. */
export interface Acting {
  readonly owner: ChatOwner
  readonly db: BoundDatabase
}

/**
 * A STUB instead of authentication: it trusts any user ID that a client sends. Use the user of a verified session or
 * token instead; the rest of the service uses `request.acting`. Row security shows the rows of this user alone, regardless of the query.
 */
export function authenticate(app: FastifyInstance, db: Database): void {
  app.decorateRequest('acting')
  app.addHook('onRequest', async (request) => {
    const userId = request.headers['x-user-id']
    if (typeof userId !== 'string') throw new HttpError(401, 'The header x-user-id is required.')
    const { id: requestId, ip: ipAddress } = request
    const userAgent = request.headers['user-agent']
    request.acting = { owner: { userId }, db: db.as({ userId, requestId, ipAddress, userAgent }) }
  })
}
