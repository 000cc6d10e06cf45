/** The user can correct the command line or the working tree, and run the command again. Nothing was written. */
export class NewError extends Error {
  override readonly name = 'NewError'
}
