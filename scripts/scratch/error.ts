/** The server that was asked for is not to be had; the message says what to do. */
export class ScratchError extends Error {
  override readonly name = 'ScratchError'
}
