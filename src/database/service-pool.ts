import type pg from 'pg'
import { InvalidInputError } from '../errors/index.ts'

/**
 * A pool of the service's own, as `pg.Pool` is one: recognized by its shape, because the service's pg may be another
 * copy than the library's. The pools of pg.native, of PGlite, and those with `pipeline` or `binary` are refused.
 */
export interface Pool {
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
  connect(callback: (error: Error | undefined, client: unknown, release: unknown) => void): void
  end(): Promise<void>
}

export function isPool(source: unknown): source is Pool {
  return typeof source === 'object' && source !== null && 'totalCount' in source && 'connect' in source
}

/** @throws {InvalidInputError} the pool cannot be used, for the reason in the message. */
export function checkedPool(given: Pool): pg.Pool {
  const pool = given as unknown as pg.Pool & { Client?: { prototype?: object } }
  for (const method of ['connect', 'end', 'on', 'off'] as const) {
    if (typeof pool[method] !== 'function') throw unusable(`lacks the method ${method}() of a pg.Pool`)
  }
  const options: pg.PoolConfig & { pipeline?: unknown; binary?: unknown } = pool.options
  if (typeof options !== 'object' || options === null) throw unusable('lacks the options of a pg.Pool')
  if ('isConnected' in (pool.Client?.prototype ?? {})) {
    throw unusable(
      'is a pool of pg.native, which cannot send prepared statements together; pass a pool of pg',
    )
  }
  if (options.pipeline) {
    throw unusable(
      'must not have pipeline: true, with which pg refuses queries that are not its own; reads are sent together without it',
    )
  }
  if (options.binary) throw unusable('must not have binary: true; values are read in the text format')
  return pool
}

function unusable(reason: string): InvalidInputError {
  return new InvalidInputError('pool', reason)
}
