import type pg from 'pg'
import type { HostClientClass } from './hosts.ts'
import type { Endpoint } from './pool-stats.ts'

/** A client as the pool would make it, not connected. */
export function clientLike(pool: pg.Pool, options: object = {}): pg.Client {
  const { Client } = pool as unknown as { Client: typeof pg.Client }
  // pg keeps the password from being enumerated.
  const { password } = pool.options
  return new Client({ ...pool.options, ...(password !== undefined && { password }), ...options })
}

/** Where the clients of a pool connect to. */
export function endpointOf(pool: pg.Pool): Endpoint {
  const { Client } = pool as unknown as { Client: Partial<HostClientClass> }
  const [client, ...others] = Array.from({ length: Client.hosts?.size ?? 1 }, (_, hostIndex) =>
    clientLike(pool, { sameHostAs: { hostIndex } }),
  ) as [pg.Client, ...pg.Client[]]
  return {
    host: [client, ...others].map(({ host }) => host).join(','),
    port: client.port,
    database: client.database,
  }
}
