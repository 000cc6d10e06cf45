import type { ChatOwner } from '@norberts-spark/db'
import type { FastifyInstance } from 'fastify'
import { HttpError } from './errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The owner of the chats that the request concerns. */
    owner: ChatOwner
  }
}

/**
 * A STUB instead of authentication: it trusts any user ID that a client sends. Use the user of a verified session or
 * token instead; the rest of the service uses `request.owner`.
 */
export function authenticate(app: FastifyInstance): void {
  app.decorateRequest('owner')
  app.addHook('onRequest', async (request) => {
    const userId = request.headers['x-user-id']
    if (typeof userId !== 'string') throw new HttpError(401, 'The header x-user-id is required.')
    request.owner = { userId }
  })
}
