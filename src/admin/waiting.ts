import pg from 'pg'
import { queryClosed } from './closed-query.ts'

/** A session, or a prepared transaction, that holds the lock for which a command waits. */
export interface LockHolder {
  /** Undefined for a prepared transaction. */
  readonly pid: number | undefined
  /** `application_name`; empty where it is not set, or where the role may not see it. */
  readonly application: string
  /** Undefined where the role may not see it. */
  readonly user: string | undefined
  /** When its transaction began, or when the session did, if it is in none. */
  readonly since: Date | undefined
  /** The SQL that ends it. */
  readonly end: string
}

/** A command waits for a lock. */
export interface Wait {
  /** How long it has waited so far. */
  readonly milliseconds: number
  readonly holders: readonly LockHolder[]
}

export type OnWait = (wait: Wait) => void

/** Milliseconds until the first report of a wait, and between reports. */
export const REPORT_AFTER = 1_000
export const REPORT_INTERVAL = 10_000

const HOLDER = `pid, coalesce(application_name, '') as application, usename::text as "user",
  coalesce(xact_start, backend_start) as since`

interface Row {
  readonly pid: number
  readonly application: string
  readonly user: string | null
  readonly since: Date | null
}

const holderOf = ({ pid, application, user, since }: Row): LockHolder => ({
  pid,
  application,
  user: user ?? undefined,
  since: since ?? undefined,
  end: `select pg_terminate_backend(${pid})`,
})

/** Sessions that hold an advisory lock of this database. */
export async function holdersOfAdvisoryLock(client: pg.ClientBase, key: number): Promise<LockHolder[]> {
  const { rows } = await queryClosed<Row>(
    client,
    `select ${HOLDER} from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and granted and objsubid = 1
       and pg_locks.database = (select oid from pg_database where datname = current_database())
       and classid = ${Math.floor(key / 2 ** 32)} and objid = ${key % 2 ** 32}`,
  )
  return rows.map(holderOf)
}

/** Sessions and prepared transactions for whose locks the session `pid` waits at this moment. */
async function holdersBefore(client: pg.ClientBase, pid: number): Promise<LockHolder[]> {
  const { rows: blocking } = await queryClosed<{ pids: number[] }>(
    client,
    'select pg_blocking_pids($1) as pids',
    [pid],
  )
  const pids = blocking[0]?.pids ?? []
  const { rows } = await queryClosed<Row>(
    client,
    `select ${HOLDER} from pg_stat_activity where pid = any ($1)`,
    [pids],
  )
  // PostgreSQL reports prepared transactions as process 0.
  if (!pids.includes(0)) return rows.map(holderOf)
  const { rows: prepared } = await queryClosed<{ gid: string; user: string; since: Date }>(
    client,
    'select gid, owner::text as "user", prepared as since from pg_prepared_xacts where database = current_database()',
  )
  return [
    ...rows.map(holderOf),
    ...prepared.map(({ gid, user, since }) => ({
      pid: undefined,
      application: 'prepared transaction',
      user,
      since,
      end: `rollback prepared ${pg.escapeLiteral(gid)}`,
    })),
  ]
}

/** Observes, over a connection of its own, for whom a session waits. */
export class WaitObserver implements AsyncDisposable {
  readonly #open: () => Promise<pg.Client>
  readonly #pid: number
  readonly #onWait: OnWait
  readonly #timer: NodeJS.Timeout
  #client: pg.Client | undefined
  #looking: Promise<void> | undefined
  #waitingSince: number | undefined
  #reportedAt = Number.NEGATIVE_INFINITY
  #last: readonly LockHolder[] = []

  constructor(open: () => Promise<pg.Client>, pid: number, onWait: OnWait, interval = REPORT_AFTER) {
    this.#open = open
    this.#pid = pid
    this.#onWait = onWait
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look()
        // A server without a free connection: the command goes on unobserved.
        .catch(() => {})
        .finally(() => {
          this.#looking = undefined
        })
    }, interval)
    this.#timer.unref()
  }

  /** Those of the last wait that was observed. */
  get holders(): readonly LockHolder[] {
    return this.#last
  }

  async #look(): Promise<void> {
    this.#client ??= await this.#open()
    const holders = await holdersBefore(this.#client, this.#pid)
    const now = performance.now()
    if (holders.length === 0) {
      this.#waitingSince = undefined
      return
    }
    this.#last = holders
    this.#waitingSince ??= now
    if (now - this.#reportedAt < REPORT_INTERVAL) return
    this.#reportedAt = now
    this.#onWait({ milliseconds: Math.round(now - this.#waitingSince), holders })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
    await this.#client?.end().catch(() => {})
  }
}

/** For people: who holds the lock, since when, and how to end it; empty if no holder is known. */
export function describeHolders(holders: readonly LockHolder[]): string {
  return holders
    .map(({ pid, application, user, since, end }) => {
      const facts = [
        pid === undefined ? application : `process ${pid}${application && ` (${application})`}`,
        user && `user ${user}`,
        since && `since ${since.toISOString()}`,
      ]
      return `${facts.filter(Boolean).join(', ')}; to end it: ${end}`
    })
    .join('\n')
}
