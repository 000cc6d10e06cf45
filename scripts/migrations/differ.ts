import { extract, type Plan, plan } from '@supabase/pg-delta'
import pg from 'pg'

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
  const unanswered = made.renameCandidates.filter(
    (candidate) => !accepted.some((each) => same(renameOf(each), renameOf(candidate))),
  )
  return {
    candidates: unanswered.map(renameOf),
    changes: made.actions
      .filter(({ sql }) => !OF_THE_OWNER.test(sql))
      .map((action) => ({
        sql: action.sql.replace(/;\s*$/, ''),
        destroysData: action.dataLoss === 'destructive',
        rewritesTable: action.rewriteRisk,
        lock: action.lockClass.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
        needsCommitBefore: action.newSegmentBefore,
      })),
  }
}

/** What an owner may do goes without saying, and elsewhere the owner has another name. */
const OF_THE_OWNER = /^(?:grant|revoke)\s[\s\S]*\s(?:to|from)\s+"?postgres"?$/i

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
