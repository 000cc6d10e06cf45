import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { clientLike } from './client-like.ts'
import type { StartedCall } from './query-log.ts'

/** Milliseconds between the beginnings of two plans. */
const PAUSE = 1_000
/** Milliseconds for which a plan is kept. */
const LIFETIME = 60_000
/** Milliseconds until a plan is given up. */
const PATIENCE = 5_000
/** Plans that wait, and plans that are kept. */
const MOST_WAITING = 10
const MOST_KEPT = 100

/** Plans of queries, each asked for on a connection of its own, one at a time. */
export class Plans {
  readonly #pool: pg.Pool
  readonly #kept = new Map<string, { until: number; plan: Promise<string | undefined> }>()
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #earliest = 0
  readonly #abort = new AbortController()
  /** The request for a plan is not part of a call. */
  readonly #outside = AsyncLocalStorage.snapshot()

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /** Resolves with undefined if there is no plan. */
  async find({ sql, operation, parameters }: StartedCall): Promise<string | undefined> {
    if (this.#abort.signal.aborted || !isPlanned(sql, operation)) return undefined
    const now = performance.now()
    const kept = this.#kept.get(sql)
    if (kept && kept.until > now) return kept.plan
    if (this.#waiting >= MOST_WAITING) return undefined
    this.#waiting += 1
    const next = () => this.#next(sql, parameters).finally(() => (this.#waiting -= 1))
    const plan = this.#outside(() => this.#last.then(next).catch(() => undefined))
    this.#last = plan
    this.#kept.delete(sql)
    this.#kept.set(sql, { until: now + LIFETIME, plan })
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) break
      this.#kept.delete(oldest)
    }
    return plan
  }

  close(): void {
    this.#abort.abort()
  }

  async #next(sql: string, parameters: number): Promise<string | undefined> {
    const { signal } = this.#abort
    await sleep(Math.max(0, this.#earliest - performance.now()), undefined, { signal, ref: false })
    this.#earliest = performance.now() + PAUSE
    const client = clientLike(this.#pool)
    const end = () => destroy(client)
    const timer = setTimeout(end, PATIENCE)
    signal.addEventListener('abort', end)
    client.on('error', () => {})
    try {
      await client.connect()
      return await explain(client, sql, parameters)
    } finally {
      void client.end().catch(() => {})
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
    }
  }
}

/** The statements that PREPARE accepts. */
const PLANNED = /^[\s(]*(?:select|insert|update|delete|merge|with|values|table)\b/i

function isPlanned(sql: string, operation: string | undefined): boolean {
  return operation === undefined ? PLANNED.test(sql) : PLANNED.test(operation)
}

/**
 * The generic plan, so that it contains no values. PREPARE and EXPLAIN execute nothing; the transaction is read-only for
 * functions that PostgreSQL evaluates while it plans. The extended protocol refuses several statements at once.
 */
async function explain(client: pg.Client, sql: string, parameters: number): Promise<string> {
  await client.query(BEGIN)
  const name = 'norberts_spark_plan'
  await client.query({ text: `prepare ${name} as ${sql}`, queryMode: 'extended' } as pg.QueryConfig)
  // Behind a pooler the statement would outlive this connection.
  const values = parameters > 0 ? `(${Array(parameters).fill('null').join(', ')})` : ''
  const text = `savepoint planned; explain execute ${name}${values}`
  try {
    const results = (await client.query(text)) as unknown as pg.QueryResult<{ 'QUERY PLAN': string }>[]
    return (results.at(-1)?.rows ?? []).map((row) => row['QUERY PLAN']).join('\n')
  } finally {
    await client.query(`rollback to savepoint planned; deallocate ${name}; rollback`)
  }
}

const BEGIN = `begin read only; set local statement_timeout = '3s'; set local lock_timeout = '1s'; set local plan_cache_mode = force_generic_plan`

function destroy(client: pg.Client): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } }
  connection.stream.destroy()
}
