import { extract, type Plan, plan } from '@supabase/pg-delta'
import pg from 'pg'
import { keepsValues } from './widening.ts'

/** One statement on the way from a database to another. */
export interface Change {
  readonly sql: string
  readonly destroysData: boolean
  readonly rewritesTable: boolean
  /** Such as `access exclusive`. */
  readonly lock: string
  /** Whether what is before it must be committed first, as an enum's new value before it is used. */
  readonly needsCommitBefore: boolean
}

/** A name that went and a name that came, of things alike. */
export interface Rename {
  /** `users.name` or `users`. */
  readonly from: string
  /** The new name alone. */
  readonly to: string
}

export interface Difference {
  readonly changes: readonly Change[]
  /** What may be a rename, and was not said to be one. */
  readonly candidates: readonly Rename[]
  /** What was said to be a rename, and cannot be one. */
  readonly refused: readonly Rename[]
}

/** Finds what leads from one database to another. The only file that knows which library does. */
export async function differ(from: string, to: string, renames: readonly Rename[]): Promise<Difference> {
  const [source, target] = await Promise.all([extractFrom(from), extractFrom(to)])
  const planned = (accepted: Plan['renameCandidates']) =>
    plan(source, target, {
      renames: 'prompt',
      acceptRenames: accepted.map(({ from, to }) => ({ from, to })),
      scope: 'database',
      defaultOwner: 'postgres',
      assumedRoles: ['postgres'],
    })
  const candidates = planned([]).renameCandidates
  const accepted = candidates.filter((candidate) =>
    renames.some((rename) => same(rename, renameOf(candidate))),
  )
  const made = planned(accepted)
  const [virtual, types] = await Promise.all([virtualColumns(to), columnTypes(from)])
  const unanswered = made.renameCandidates.filter(
    (candidate) => !accepted.some((each) => same(renameOf(each), renameOf(candidate))),
  )
  return {
    candidates: unanswered.map(renameOf),
    refused: renames.filter((rename) => !candidates.some((candidate) => same(rename, renameOf(candidate)))),
    changes: made.actions
      .filter(({ sql }) => !OF_THE_OWNER.test(sql))
      .map((action) => ({ ...action, sql: correct(action.sql.replace(/;\s*$/, ''), virtual) }))
      .map((action) => ({
        sql: withoutTruncation(action.sql),
        destroysData: action.dataLoss === 'destructive' || changesValues(action.sql, types),
        rewritesTable: action.rewriteRisk && !/ VIRTUAL$/.test(action.sql),
        lock: action.lockClass.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
        needsCommitBefore: action.newSegmentBefore,
      })),
  }
}

/** What it is known to get wrong; what it gets wrong besides the proof finds. */
function correct(sql: string, virtual: readonly VirtualColumn[]): string {
  // An index of a partitioned table alone is never valid; of the whole table it makes those of the partitions, too.
  const indexed = sql.replace(/^(create (?:unique )?index \S+ on) only /i, '$1 ')
  const table = /^(?:create|alter) table (?:only )?(?:"?public"?\.)?("(?:[^"]|"")+"|\S+)/i.exec(sql)?.[1]
  return virtual
    .filter((column) => table?.replace(/^"(.*)"$/, '$1') === column.table)
    .reduce(
      (text, { expression }) =>
        text.replace(
          `GENERATED ALWAYS AS (${expression}) STORED`,
          `GENERATED ALWAYS AS (${expression}) VIRTUAL`,
        ),
      indexed,
    )
}

const RETYPED =
  /^alter table (?:only )?(?:"?public"?\.)?("(?:[^"]|"")+"|\S+) alter column ("(?:[^"]|"")+"|\S+) type (.+?)(?: using .*)?$/is

/** Whether rows hold something else afterwards: rounded, cut, or spelt otherwise. */
function changesValues(sql: string, types: ReadonlyMap<string, string>): boolean {
  const [, table = '', column = '', type = ''] = RETYPED.exec(sql) ?? []
  const old = types.get(`${unquoted(table)}.${unquoted(column)}`)
  return old !== undefined && !keepsValues(old, type.replace(/ collate .*$/i, '').replaceAll('"', ''))
}

const unquoted = (name: string) => name.replace(/^"(.*)"$/, '$1').replaceAll('""', '"')

async function columnTypes(url: string): Promise<Map<string, string>> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ column: string; type: string }>(`
      select relname || '.' || attname as column, format_type(atttypid, atttypmod) as type
      from pg_attribute join pg_class on pg_class.oid = attrelid
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and attnum > 0 and not attisdropped`)
    return new Map(rows.map(({ column, type }) => [column, type]))
  } finally {
    await client.end()
  }
}

interface VirtualColumn {
  readonly table: string
  readonly expression: string
}

async function virtualColumns(url: string): Promise<VirtualColumn[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<VirtualColumn>(`
      select relname as table, pg_get_expr(adbin, adrelid) as expression
      from pg_attribute join pg_class on pg_class.oid = attrelid join pg_attrdef on adrelid = attrelid and adnum = attnum
      where attgenerated = 'v'`)
    return rows
  } finally {
    await client.end()
  }
}

/** What an owner may do goes without saying, and elsewhere the owner has another name. */
const OF_THE_OWNER = /^(?:grant|revoke)\s[\s\S]*\s(?:to|from)\s+"?postgres"?$/i

/** A cast that is asked for clips what is too long; without it PostgreSQL refuses such rows. */
function withoutTruncation(sql: string): string {
  return sql.replace(
    /^(alter table .+? alter column .+? type character(?: varying)?\(\d+\)(?:\[\])*) using .*$/is,
    '$1',
  )
}

type Candidate = Plan['renameCandidates'][number]

function renameOf({ from, to }: Candidate): Rename {
  const [old, fresh] = [from, to] as unknown as { table?: string; name: string }[]
  return { from: old?.table ? `${old.table}.${old.name}` : (old?.name ?? ''), to: fresh?.name ?? '' }
}

const same = (one: Rename, other: Rename) => one.from === other.from && one.to === other.to

async function extractFrom(url: string) {
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  pool.on('error', () => {})
  try {
    return (await extract(pool)).factBase
  } finally {
    await pool.end()
  }
}
