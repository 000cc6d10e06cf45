import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api'
import type { Database } from '../database/index.ts'
import { InvalidInputError } from '../errors/index.ts'
import { fields, optional, type Reader, text } from '../input/index.ts'
import { ofEndpoint } from './attributes.ts'
import { observeMetrics } from './metrics.ts'
import { observeSpans } from './spans.ts'

/** Set by the build. */
declare const PACKAGE_VERSION: string

const SCOPE = '@norberts-spark/db'
const VERSION = typeof PACKAGE_VERSION === 'undefined' ? undefined : PACKAGE_VERSION

export interface InstrumentOptions {
  /** Default: the one that is registered globally. */
  tracerProvider?: TracerProvider | undefined
  /** Default: the one that is registered globally. */
  meterProvider?: MeterProvider | undefined
  /** `db.client.connection.pool.name`, to tell several pools of a process apart; default `host:port/database`. */
  poolName?: string | undefined
}

/**
 * Makes spans of the calls of a database, and metrics of the calls and the connections, after the semantic conventions
 * for databases: https://opentelemetry.io/docs/specs/semconv/db/
 *
 * Each query is a span of kind CLIENT, whose parent is the span that was active when the caller made the call; a
 * transaction is a span of kind INTERNAL, with its queries as children. Values are never part of a span. Register the
 * SDK before this call.
 *
 * @returns the function that ends it.
 * @throws {InvalidInputError} an option is unknown or of the wrong type.
 */
export function instrument(db: Database, options: InstrumentOptions = {}): () => void {
  const { tracerProvider, meterProvider, poolName } = readOptions(options, 'options')
  const tracer = (tracerProvider ?? trace.getTracerProvider()).getTracer(SCOPE, VERSION)
  const meter = (meterProvider ?? metrics.getMeterProvider()).getMeter(SCOPE, VERSION)
  const { host, port, database } = db.endpoint
  const endpoint = ofEndpoint(db.endpoint)
  const name = poolName ?? `${host}:${port}${database === undefined ? '' : `/${database}`}`
  const stopSpans = observeSpans(db, tracer, endpoint)
  const stopMetrics = observeMetrics(db, meter, endpoint, name)
  return () => {
    stopSpans()
    stopMetrics()
  }
}

function provider<T>(method: string): Reader<T> {
  return (value, field) => {
    const provided = value as Record<string, unknown> | null
    if (typeof provided === 'object' && typeof provided?.[method] === 'function') return value as T
    throw new InvalidInputError(field, `must be an object with the method ${method}()`)
  }
}

const readOptions = fields<InstrumentOptions>({
  tracerProvider: optional(provider<TracerProvider>('getTracer')),
  meterProvider: optional(provider<MeterProvider>('getMeter')),
  poolName: optional(text),
})
