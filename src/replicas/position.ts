import type { Query } from '../connection/index.ts'
import { InvalidInputError } from '../errors/index.ts'

/** How far a server has come in the history of its cluster. After a failover the history continues on a new timeline. */
export interface Position {
  readonly timeline: number
  /** Bytes of write-ahead log since the beginning of the cluster. */
  readonly lsn: bigint
}

export interface ServerPosition extends Position {
  readonly isStandby: boolean
}

/**
 * Asks a server for its position: on a primary the end of everything that is committed, also with
 * `synchronous_commit = off`; on a standby the end of everything that is visible.
 *
 * No function returns the timeline of a standby. The receiver of its log has it, which is shown to members of
 * `pg_read_all_stats` alone. The control file has it with a delay, until the next restartpoint: too old, never too new.
 */
export const POSITION_QUERY: Query = {
  name: 'replicas.position',
  sql: `select pg_is_in_recovery() as "isStandby",
  case when pg_is_in_recovery()
    then coalesce(
      (select received_tli from pg_stat_wal_receiver),
      greatest(
        (select timeline_id from pg_control_checkpoint()),
        (select min_recovery_end_timeline from pg_control_recovery())))
    else ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int
  end as timeline,
  case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end::text as lsn`,
  prepared: true,
  readOnly: true,
}

/** Reads the row of POSITION_QUERY. */
export function positionOf(row: unknown): ServerPosition {
  const { isStandby, timeline, lsn } = row as { isStandby: boolean; timeline: number; lsn: string }
  return { isStandby, timeline, lsn: withoutPageHeader(lsnOf(lsn)) }
}

/** `16/B374D848`: the upper and the lower 32 bits. */
function lsnOf(text: string): bigint {
  const [upper = '', lower = ''] = text.split('/')
  return (BigInt(`0x${upper}`) << 32n) | BigInt(`0x${lower}`)
}

const PAGE = 8192n
const HEADERS: ReadonlySet<bigint> = new Set([24n, 40n])

/**
 * At the end of a page, the primary names the place behind the header of the next page, and a standby the place before it.
 * No record ends in a header: https://github.com/postgres/postgres/blob/REL_18_0/src/include/access/xlog_internal.h
 */
function withoutPageHeader(lsn: bigint): bigint {
  return HEADERS.has(lsn % PAGE) ? lsn - (lsn % PAGE) : lsn
}

/** Of two positions, the later one is the greater string. */
export function formatPosition({ timeline, lsn }: Position): string {
  return `${hex(timeline, 8)}-${hex(lsn, 16)}`
}

function hex(value: number | bigint, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

const POSITION = /^[0-7][0-9a-f]{7}-[0-9a-f]{16}$/

/** Reads what `db.position()` returned. */
export function readPosition(value: unknown, field: string): Position {
  if (typeof value !== 'string' || !POSITION.test(value)) {
    throw new InvalidInputError(field, 'must be a position that db.position() returned')
  }
  const [timeline = '', lsn = ''] = value.split('-')
  return { timeline: Number.parseInt(timeline, 16), lsn: BigInt(`0x${lsn}`) }
}

/** Whether a server on this position shows everything that was committed before another one. */
export function includes(server: Position, wanted: Position): boolean {
  return server.timeline === wanted.timeline && server.lsn >= wanted.lsn
}
