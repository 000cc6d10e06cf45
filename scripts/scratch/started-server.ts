/** A server that somebody has started for us. */
export interface StartedServer {
  readonly kind: string
  readonly adminUrl: string
  /** Whether its databases go with it. */
  readonly isThrownAway: boolean
  stop(): Promise<void>
}
