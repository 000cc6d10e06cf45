import type { Attributes, Meter } from '@opentelemetry/api'
import type { QueryEvent, StartedCall } from '../connection/index.ts'
import type { Database } from '../database/index.ts'
import { ofCall, ofFailure } from './attributes.ts'

const BOUNDARIES = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

/** Records the calls of a database, and the state of its connections. */
export function observeMetrics(
  db: Database,
  meter: Meter,
  endpoint: Attributes,
  poolName: string,
): () => void {
  const stopCalls = observeCalls(db, meter, endpoint, poolName)
  const stopPool = observePool(db, meter, poolName)
  return () => {
    stopCalls()
    stopPool()
  }
}

function observeCalls(db: Database, meter: Meter, endpoint: Attributes, poolName: string): () => void {
  const nameOfPool = (name = poolName) => ({ 'db.client.connection.pool.name': name })
  const duration = meter.createHistogram('db.client.operation.duration', {
    description: 'Duration of database client operations.',
    unit: 's',
    advice: { explicitBucketBoundaries: BOUNDARIES },
  })
  const waitTime = meter.createHistogram('db.client.connection.wait_time', {
    description: 'The time it took to obtain an open connection from the pool.',
    unit: 's',
    advice: { explicitBucketBoundaries: BOUNDARIES },
  })
  const timeouts = meter.createCounter('db.client.connection.timeouts', {
    description:
      'The number of connection timeouts that have occurred trying to obtain a connection from the pool.',
    unit: '{timeout}',
  })
  timeouts.add(0, nameOfPool())

  return db.on('call', (call) => {
    if (call.kind !== 'query') return undefined
    return {
      end(event) {
        duration.record(event.milliseconds / 1_000, { ...endpoint, ...ofCall(call), ...ofFailure(event) })
        if (!needsConnection(call)) return
        const pool = nameOfPool(call.replica)
        if (event.waited < event.milliseconds) waitTime.record(event.waited / 1_000, pool)
        else if (isTimeout(event)) timeouts.add(1, pool)
      },
    }
  })
}

/** The other queries of a transaction have the connection of BEGIN. */
function needsConnection({ transaction, operation }: StartedCall): boolean {
  return transaction === undefined || operation === 'BEGIN'
}

/** Whether the call ended while it waited for a connection. */
function isTimeout({ error }: QueryEvent): boolean {
  return (
    error instanceof Error &&
    error.name === 'UnavailableError' &&
    /became free in time|longer than its timeout/.test(error.message)
  )
}

function observePool(db: Database, meter: Meter, poolName: string): () => void {
  const count = meter.createObservableUpDownCounter('db.client.connection.count', {
    description: 'The number of connections that are currently in state described by the `state` attribute.',
    unit: '{connection}',
  })
  const max = meter.createObservableUpDownCounter('db.client.connection.max', {
    description: 'The maximum number of open connections allowed.',
    unit: '{connection}',
  })
  const pending = meter.createObservableUpDownCounter('db.client.connection.pending_requests', {
    description: 'The number of current pending requests for an open connection.',
    unit: '{request}',
  })
  const observed = [count, max, pending]
  const observe: Parameters<Meter['addBatchObservableCallback']>[0] = (result) => {
    const { replicas, ...primary } = db.stats()
    for (const { name, connections, waiting } of [{ name: poolName, ...primary }, ...replicas]) {
      const pool = { 'db.client.connection.pool.name': name }
      result.observe(count, connections.idle, { ...pool, 'db.client.connection.state': 'idle' })
      result.observe(count, connections.inUse, { ...pool, 'db.client.connection.state': 'used' })
      result.observe(max, connections.max, pool)
      result.observe(pending, waiting, pool)
    }
  }
  meter.addBatchObservableCallback(observe, observed)
  return () => meter.removeBatchObservableCallback(observe, observed)
}
