import {
  ConstraintError,
  InvalidInputError,
  NotFoundError,
  SerializationError,
  StaleVersionError,
  UnavailableError,
} from '@norberts-spark/db'
import type { Context } from 'hono'
import { html } from 'hono/html'
import { HTTPException } from 'hono/http-exception'
import { type Markup, page } from './pages/layout.ts'

/** Converts every error to a page. */
export function showError(error: Error, c: Context): Response | Promise<Response> {
  if (error instanceof HTTPException) return error.getResponse()
  return c.html(page('Not saved', errorText(error)), statusOf(error))
}

/** The message of an error on a page. Messages of the library are sentences for users; other errors stay in the log. */
export function errorText(error: unknown): Markup {
  const status = statusOf(error)
  if (status === 500) console.error(error)
  const message =
    status === 500
      ? 'Something went wrong.'
      : status === 503
        ? 'The service is busy. Try again.'
        : (error as Error).message
  return html`<p class="error" role="alert">${message}</p><p>Go back, correct it and try again.</p>`
}

function statusOf(error: unknown) {
  if (error instanceof NotFoundError) return 404
  if (error instanceof InvalidInputError) return 400
  if (error instanceof ConstraintError) return error.kind === 'check' ? 400 : 409
  if (error instanceof StaleVersionError || error instanceof SerializationError) return 409
  return error instanceof UnavailableError ? 503 : 500
}
