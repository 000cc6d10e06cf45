import type { ChatOwner } from '@norberts-spark/db'
import type { FastifyInstance } from 'fastify'
import { HttpError } from './errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose chats the request is about. */
    owner: ChatOwner
  }
}

/**
 * A STUB in the place of authentication: whoever sends a user's id is believed. Take the user of a verified session
 * or token here; the rest of the service asks `request.owner`.
 */
export function authenticate(app: FastifyInstance): void {
  app.decorateRequest('owner')
  app.addHook('onRequest', async (request) => {
    const userId = request.headers['x-user-id']
    if (typeof userId !== 'string') throw new HttpError(401, 'Who are you? Send x-user-id.')
    request.owner = { userId }
  })
}
