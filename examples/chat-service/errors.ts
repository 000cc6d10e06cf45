import {
  ConstraintError,
  InvalidInputError,
  NotFoundError,
  SerializationError,
  StaleVersionError,
  UnavailableError,
} from '@norberts-spark/db'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ZodError, z } from 'zod'

/** An error of the service itself, with its HTTP status. */
export class HttpError extends Error {
  readonly statusCode: number

  constructor(statusCode: number, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}

/** Converts every error to a response. Handlers throw, or let the library throw. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = statusOf(error)
  if (status >= 500) request.log.error(error)
  if (error instanceof UnavailableError && error.retryable) reply.header('retry-after', '1')
  return reply.code(status).send({ message: messageOf(error, status), ...detailsOf(error) })
}

function statusOf(error: unknown): number {
  if (error instanceof NotFoundError) return 404
  if (error instanceof InvalidInputError || error instanceof ZodError) return 400
  // A CHECK rejects a value at any time; other constraints depend on the existing rows.
  if (error instanceof ConstraintError) return error.kind === 'check' ? 400 : 409
  if (error instanceof StaleVersionError || error instanceof SerializationError) return 409
  if (error instanceof UnavailableError) return 503
  if (error instanceof Error && 'statusCode' in error) return Number(error.statusCode) // HttpError, Fastify's own
  return 500
}

function messageOf(error: unknown, status: number): string {
  if (status === 503) return 'The service is busy. Try again.'
  if (status >= 500) return 'Something went wrong.'
  return error instanceof ZodError ? z.prettifyError(error) : (error as Error).message
}

function detailsOf(error: unknown): object {
  if (error instanceof InvalidInputError) return { field: error.field }
  if (error instanceof ConstraintError) return { constraint: error.constraint }
  return {}
}
