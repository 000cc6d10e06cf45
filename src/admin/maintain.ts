import pg from 'pg'
import { fields, oneOf, optional, text, wholeNumber } from '../input/index.ts'
import { queryClosed } from './closed-query.ts'
import { ENVIRONMENTS, type Environment } from './environment.ts'
import { AdminError } from './errors.ts'
import { databaseName, guard } from './guard.ts'
import { inTurn } from './migration-lock.ts'
import { retryLocks } from './migration-steps.ts'
import { sessionFields } from './options.ts'
import {
  addProof,
  announceDrop,
  completePartitions,
  divideLast,
  dropDetached,
  dropProof,
  expiredBefore,
  findDetached,
  forgetAnnounced,
  isPartitioned,
  monthOf,
  PARTITIONED,
  type Partition,
  type Place,
  readPartitions,
  tableName,
} from './partitions/index.ts'
import { type AdminOptions, LOCK_NOT_AVAILABLE, observe, transaction } from './session.ts'
import { currentNamespace } from './snapshot/index.ts'
import { ensureToolSchema } from './tool-schema.ts'
import { readUrl } from './url.ts'
import { describeHolders } from './waiting.ts'

export interface MaintainOptions extends AdminOptions {
  /** How many months to make partitions of the audit log for, after the current one: 1 to 120; default 3. */
  monthsAhead?: number | undefined
  /**
   * How many whole months of the audit log to keep before the current one, from 1 on. Older months are dropped, with all of
   * their entries. Default: everything is kept.
   */
  keepAuditMonths?: number | undefined
  /** The environment of the database, if it has no record of one; needed only with `keepAuditMonths`. */
  environment?: Environment | undefined
  /** The name of the database, as confirmation of `keepAuditMonths` in production. */
  confirm?: string | undefined
  /** Milliseconds that a statement waits for a lock, while other sessions wait behind it: 1 to 900; default 400. */
  lockTimeout?: number | undefined
  /** How often a statement that did not get its lock is retried; default 20. */
  retries?: number | undefined
  /** Milliseconds to wait for another command of the library on the same database; default 600 000, 0 for any time. */
  waitTimeout?: number | undefined
}

export interface Maintained {
  database: string
  /** The partitions of the audit log that were created, in the order of their creation. */
  created: string[]
  /** The partitions that were dropped: months that have expired, with `keepAuditMonths` of this run or of an interrupted one. */
  dropped: string[]
  /** All partitions of the audit log, in the order of their times. */
  partitions: AuditPartition[]
}

/** A partition of the audit log. */
export interface AuditPartition {
  name: string
  /** Its entries are from this time on; undefined for the first partition. */
  from: Date | undefined
  /** Its entries are from before this time; undefined for the last partition. */
  to: Date | undefined
}

/**
 * Makes the partitions of the audit log for the months to come, completes what an interrupted run has left, and drops the
 * months that have expired, if that is asked for. It is safe at any time, on a schedule, and from several services at once:
 * one works, the others wait and find nothing to do. Where it is never called, entries are still recorded, in the
 * last partition.
 *
 * @throws {ProtectedDatabaseError} with `keepAuditMonths`: the environment is production, or is not known and there is data,
 *   and the database is not named in `confirm`; or it is a copy of a production database.
 * @throws {AdminError} a lock could not be acquired; the audit log is not partitioned; the URL leads to a pooler in
 *   transaction mode.
 */
export async function maintain(url: string, options: MaintainOptions = {}): Promise<Maintained> {
  const {
    monthsAhead = MONTHS_AHEAD,
    keepAuditMonths,
    environment,
    confirm,
    lockTimeout = LOCK_TIMEOUT,
    retries = 20,
    waitTimeout = 600_000,
    onWait = () => {},
  } = readMaintainOptions(options, 'options')
  readUrl(url, 'url')
  return inTurn(url, { patience: waitTimeout, onWait }, async (client) => {
    await using observer = await observe(url, client, { lockTimeout, onWait })
    if (keepAuditMonths !== undefined)
      await transaction(client, () => guard(client, 'expire', { environment, confirm }))
    const namespace = await currentNamespace(client)
    if (!(await isPartitioned(client, namespace))) {
      throw new AdminError(
        `There is no partitioned table ${PARTITIONED} in this database. Nothing was changed. Check the URL, or run \`norberts-spark-db migrate\`.`,
      )
    }
    const maintenance = new Maintenance(client, { namespace, lockTimeout, retries })
    try {
      await maintenance.complete()
      await maintenance.makeMonths(monthsAhead)
      if (keepAuditMonths !== undefined) await maintenance.dropExpired(keepAuditMonths)
    } catch (error) {
      throw explain(error, describeHolders(observer.holders))
    }
    const partitions = await transaction(client, () => readPartitions(client, namespace))
    return {
      database: await databaseName(client),
      ...{ created: maintenance.created, dropped: maintenance.dropped },
      partitions: partitions.map(({ name, lower, upper }) => ({ name, from: lower, to: upper })),
    }
  })
}

/**
 * Makes the partitions of the audit log in the caller's transaction, which has created the table or may lock it.
 */
export async function makePartitions(client: pg.ClientBase): Promise<void> {
  const namespace = await currentNamespace(client)
  const until = await monthAhead(client, MONTHS_AHEAD)
  for (;;) if (!(await divideLast(client, { namespace, lockTimeout: LOCK_TIMEOUT }, { until }))) return
}

/** The same after migrations, in a session. The next run makes what cannot be made now: no entry needs it. */
export async function makePartitionsIfPossible(client: pg.Client): Promise<void> {
  const namespace = await currentNamespace(client)
  if (!(await isPartitioned(client, namespace))) return
  const maintenance = new Maintenance(client, { namespace, lockTimeout: LOCK_TIMEOUT, retries: 3 })
  try {
    await maintenance.dropProofs()
    await maintenance.makeMonths(MONTHS_AHEAD)
  } catch (error) {
    if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error
  }
}

const MONTHS_AHEAD = 3
/** Shorter than the default `deadlock_timeout`, 1 s: a service's transaction never sees a deadlock. */
const LOCK_TIMEOUT = 400

/** The steps of `maintain`. Each commits by itself, and after each the database is in order, or the next run finishes it. */
class Maintenance {
  readonly created: string[] = []
  readonly dropped: string[] = []
  readonly #client: pg.Client
  readonly #place: Place & { retries: number }

  constructor(client: pg.Client, place: Place & { retries: number }) {
    this.#client = client
    this.#place = place
  }

  /** Finishes what an interrupted run has begun, and what others have done to the partitions. */
  async complete(): Promise<void> {
    await this.#transaction(async () => {
      await ensureToolSchema(this.#client)
      await forgetAnnounced(this.#client)
    })
    await this.dropProofs()
    for (const partition of await this.#partitions()) if (partition.isDetaching) await this.#detach(partition)
    await this.#dropDetached()
    await this.#fillGaps()
  }

  /** Drops the constraint that an interrupted run has left, which would refuse entries one day. */
  async dropProofs(): Promise<void> {
    await this.#transaction(async () => {
      await this.#client.query(`set local lock_timeout = ${this.#place.lockTimeout}`)
      for (const { table } of await this.#read()) await dropProof(this.#client, table)
    })
  }

  async makeMonths(count: number): Promise<void> {
    const until = await monthAhead(this.#client, count)
    const proof = await this.#transaction(() => addProof(this.#client, this.#place, until))
    try {
      if (proof) await this.#client.query(proof.validate)
      for (let provenEnd = proof?.end; ; provenEnd = undefined) {
        const name = await this.#transaction(() =>
          divideLast(this.#client, this.#place, { until, provenEnd }),
        )
        if (name === undefined) break
        this.created.push(name)
      }
    } finally {
      if (proof) await this.#transaction(() => dropProof(this.#client, proof.partition))
    }
  }

  async dropExpired(months: number): Promise<void> {
    const time = await monthAhead(this.#client, -months)
    const expired = await this.#transaction(async () =>
      expiredBefore(this.#client, { partitions: await this.#read(), time }),
    )
    for (const partition of expired) {
      await this.#transaction(() => announceDrop(this.#client, partition.table))
      await this.#detach(partition)
      await this.#dropDetached()
    }
    await this.#fillGaps()
  }

  /** A detachment that does not end in time has begun nevertheless, and only has to be finalized. */
  async #detach({ table }: Partition): Promise<void> {
    const { namespace, lockTimeout } = this.#place
    await retryLocks(this.#place, async () => {
      const partition = (await this.#partitions()).find((each) => each.table === table)
      if (!partition) return
      await this.#client.query(`set lock_timeout = ${lockTimeout}`)
      try {
        await this.#client.query(
          `alter table ${tableName(namespace, PARTITIONED)} detach partition ${table} ${partition.isDetaching ? 'finalize' : 'concurrently'}`,
        )
      } finally {
        await this.#client.query('set lock_timeout = 0')
      }
    })
  }

  async #dropDetached(): Promise<void> {
    for (const table of await findDetached(this.#client)) {
      await this.#transaction(() => dropDetached(this.#client, this.#place, table))
      this.dropped.push(table.name)
    }
  }

  async #fillGaps(): Promise<void> {
    this.created.push(...(await this.#transaction(() => completePartitions(this.#client, this.#place))))
  }

  #partitions(): Promise<Partition[]> {
    return transaction(this.#client, () => this.#read())
  }

  #read(): Promise<Partition[]> {
    return readPartitions(this.#client, this.#place.namespace)
  }

  #transaction<T>(fn: () => Promise<T>): Promise<T> {
    return retryLocks(this.#place, () => transaction(this.#client, fn))
  }
}

/** The first moment of the month so many months from now, by the clock of the server. */
async function monthAhead(client: pg.ClientBase, months: number): Promise<Date> {
  const { rows } = await queryClosed<{ now: Date }>(client, 'select now() as now')
  return monthOf(rows[0]?.now ?? new Date(), months)
}

function explain(error: unknown, holders: string): unknown {
  if (!(error instanceof pg.DatabaseError)) return error
  const done = 'The steps before this one are in effect, and the next run finishes the rest.'
  if (error.code === LOCK_NOT_AVAILABLE) {
    return new AdminError(
      `Could not acquire a lock: another session is using the audit log (${error.message}). ${done} Entries are still recorded. End the long transactions, or retry at a quieter time.${holders && `\nHeld by ${holders}`}`,
      { cause: error },
    )
  }
  return new AdminError(`${error.message}. ${done}`, { cause: error })
}

const readMaintainOptions = fields<MaintainOptions>({
  ...sessionFields,
  monthsAhead: optional(wholeNumber(1, 120)),
  keepAuditMonths: optional(wholeNumber(1, 1_200)),
  environment: optional(oneOf(ENVIRONMENTS)),
  confirm: optional(text),
  lockTimeout: optional(wholeNumber(1, 900)),
  retries: optional(wholeNumber(0, 1_000)),
  waitTimeout: optional(wholeNumber(0, 2 ** 31 - 1)),
})
