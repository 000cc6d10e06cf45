/** The server that was asked for is not to be had; the message says what to do. */
export class ServerError extends Error {
  override readonly name = 'ServerError'
}
