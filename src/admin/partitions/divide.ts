import type pg from 'pg'
import { queryClosed } from '../closed-query.ts'
import { createPartition, forValues, freeName } from './make.ts'
import { monthOf } from './months.ts'
import { PARTITIONED, type Partition, readPartitions, tableName } from './read.ts'

const HOUR = 3_600_000

export interface Place {
  readonly namespace: string
  /** Milliseconds within which a transaction must acquire its locks, while other sessions queue behind it. */
  readonly lockTimeout: number
}

/**
 * Divides the last partition once, which is open-ended: it then ends where the partition that this creates begins.
 * Each call is a transaction of the caller's, so that no session waits for more than one division. Returns the name of
 * the new partition; undefined where there are partitions up to `until`.
 *
 * No row is moved. An empty partition is created again; one with rows keeps them and gets an end that is after all of
 * them: it holds several months if it was not divided for that long.
 *
 * @param provenEnd an end that a constraint of the partition has proven, so that its rows are not read under the lock.
 */
export async function divideLast(
  client: pg.ClientBase,
  { namespace, lockTimeout }: Place,
  { until, provenEnd }: { until: Date; provenEnd?: Date | undefined },
): Promise<string | undefined> {
  const last = await openEnded(client, namespace, until)
  if (!last) return undefined
  const { table: partition } = last
  // While it is detached, a partition has a foreign key of its own, with triggers on users.
  const isFilled = await hasRows(client, partition)
  await takeLocks(client, namespace, {
    lockTimeout,
    users: isFilled ? 'access exclusive' : 'share row exclusive',
  })
  // Rows that were inserted meanwhile: the next call takes the stronger lock.
  if (!isFilled && (await hasRows(client, partition)))
    return divideLast(client, { namespace, lockTimeout }, { until, provenEnd })
  const end = provenEnd ?? (await endOf(client, last))
  if (isFilled) {
    const table = tableName(namespace, PARTITIONED)
    await client.query(
      `alter table ${table} detach partition ${partition};
       alter table ${table} attach partition ${partition} ${forValues({ lower: last.lower, upper: end })}`,
    )
    await dropProof(client, partition)
  } else {
    await client.query(`drop table ${partition}`)
    await createPartition(client, namespace, last.name, { lower: last.lower, upper: end })
  }
  const name = await freeName(client, namespace, end)
  await createPartition(client, namespace, name, { lower: end, upper: undefined })
  return name
}

async function openEnded(
  client: pg.ClientBase,
  namespace: string,
  until: Date,
): Promise<Partition | undefined> {
  const last = (await readPartitions(client, namespace)).at(-1)
  return !last || last.upper || (last.lower && last.lower >= until) ? undefined : last
}

/** Of an empty partition the month in which it begins, or the past; of another one the month of its last row. */
async function endOf(client: pg.ClientBase, { table, lower }: Partition): Promise<Date> {
  const { rows } = await queryClosed<{ now: Date; latest: Date | null }>(
    client,
    `select now() as now, max(created_at) filter (where isfinite(created_at)) as latest from ${table}`,
  )
  const { now = new Date(), latest = null } = rows[0] ?? {}
  // An hour for rows that are inserted meanwhile, at the turn of a month.
  if (latest) return monthOf(new Date(Math.max(now.getTime() + HOUR, latest.getTime())), 1)
  return lower && lower >= monthOf(now) ? monthOf(lower, 1) : monthOf(now)
}

async function hasRows(client: pg.ClientBase, partition: string): Promise<boolean> {
  const { rows } = await queryClosed<{ some: boolean }>(
    client,
    `select exists (select from ${partition}) as some`,
  )
  return rows[0]?.some === true
}

/**
 * In the order in which services take them, users first, and all within one time that is shorter than
 * `deadlock_timeout`: a transaction that takes them in another order never sees a deadlock.
 */
export async function takeLocks(
  client: pg.ClientBase,
  namespace: string,
  { lockTimeout, users }: { lockTimeout: number; users: string },
): Promise<void> {
  const deadline = performance.now() + lockTimeout
  const locks = [
    [tableName(namespace, 'users'), users],
    [tableName(namespace, PARTITIONED), 'access exclusive'],
  ]
  for (const [table, mode] of locks) {
    const left = Math.max(1, Math.ceil(deadline - performance.now()))
    await client.query(`set local lock_timeout = ${left}; lock table ${table} in ${mode} mode`)
  }
}

/** Bytes above which the rows of a partition are not read under a lock. */
const LARGE = 64 * 2 ** 20
const PROOF = 'audit_log_partition_end'

/**
 * Adds a constraint to a large last partition that proves its end, to be validated afterwards without blocking anyone.
 * From the end on it refuses rows, also after this process is killed: therefore it is as far ahead as partitions are made, and at
 * least a month, and `dropProof` drops it after the division, in the next run or in the next migration. Returns the end.
 */
export async function addProof(
  client: pg.ClientBase,
  { namespace, lockTimeout }: Place,
  until: Date,
): Promise<{ partition: string; end: Date; validate: string } | undefined> {
  const last = await openEnded(client, namespace, until)
  if (!last) return undefined
  const { table: partition } = last
  const { rows } = await queryClosed<{ size: string }>(
    client,
    'select pg_relation_size(pg_catalog.to_regclass($1)) as size',
    [partition],
  )
  if (Number(rows[0]?.size) < LARGE) return undefined
  const nextMonth = monthOf(await endOf(client, last), 1)
  const end = until > nextMonth ? until : nextMonth
  const conditions = [
    ...(last.lower ? [`created_at >= '${last.lower.toISOString()}'`] : []),
    `created_at < '${end.toISOString()}'`,
  ]
  await client.query(
    `set local lock_timeout = ${lockTimeout};
     alter table ${partition} add constraint ${PROOF} check (${conditions.join(' and ')}) not valid`,
  )
  return { partition, end, validate: `alter table ${partition} validate constraint ${PROOF}` }
}

/** Drops the constraint of `addProof`. */
export async function dropProof(client: pg.ClientBase, partition: string): Promise<void> {
  const { rowCount } = await queryClosed(
    client,
    'select from pg_constraint where conrelid = pg_catalog.to_regclass($1) and conname = $2',
    [partition, PROOF],
  )
  if (rowCount === 1) await client.query(`alter table ${partition} drop constraint ${PROOF}`)
}
