/** A PostgreSQL server cannot be started or used. The message says what to do. */
export class ServerError extends Error {
  override readonly name = 'ServerError'
}
