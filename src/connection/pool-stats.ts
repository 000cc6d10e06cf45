/** A snapshot of the connections and calls of this process. */
export interface PoolStats {
  /** `inUse` includes connections that are being opened. */
  readonly connections: { readonly open: number; readonly idle: number; readonly inUse: number }
  /** Calls that wait for a connection. */
  readonly waiting: number
  /** Queries that the server has not answered yet. */
  readonly inFlight: number
  /** Prepared statements, summed over the connections. */
  readonly prepared: number
}

/** The shared reads: those that wait, connections requested for them, batches under way, and reads in these. */
export interface ReadCounts {
  readonly waiting: number
  readonly requested: number
  readonly batches: number
  readonly sent: number
}
