/** A snapshot of the connections and calls of this process. */
export interface PoolStats {
  /** `inUse` includes connections that are being opened. */
  readonly connections: {
    readonly open: number
    readonly idle: number
    readonly inUse: number
    /** As many as there can be. */
    readonly max: number
  }
  /** Calls that wait for a connection. */
  readonly waiting: number
  /** Queries that the server has not answered yet. */
  readonly inFlight: number
  /** Prepared statements, summed over the connections. */
  readonly prepared: number
}

/** Where a database is, as far as it is configured. */
export interface Endpoint {
  /** A name, an address, or the folder of a socket; several hosts separated by commas. */
  readonly host: string
  /** The port of the first host. */
  readonly port: number
  readonly database: string | undefined
}

/** The shared calls: those that wait, connections requested for them, batches under way, and calls in these. */
export interface SharedCounts {
  readonly waiting: number
  readonly requested: number
  readonly batches: number
  readonly sent: number
}
