/** A running server, however it was started. */
export interface StartedServer {
  /** The first words of the description, for example `embedded`. */
  readonly kind: string
  readonly adminUrl: string
  /** Whether its databases are removed together with the server. */
  readonly isThrownAway: boolean
  stop(): Promise<void>
}
