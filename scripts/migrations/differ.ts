import { extract, type Plan, plan, type StableId } from '@supabase/pg-delta'
import pg from 'pg'
import { query } from './catalog.ts'
import { withSameDefinitions } from './same-meaning.ts'
import { granteesOf } from './statement.ts'

/** An object of a database, as the differ names it. */
export type ObjectId = StableId

/** One statement on the way from a database to another. */
export interface Action {
  /** Without a semicolon. */
  readonly sql: string
  readonly creates: readonly ObjectId[]
  readonly drops: readonly ObjectId[]
  /** Objects that it changes or refers to. */
  readonly uses?: readonly ObjectId[]
}

/**
 * Finds the statements that lead from one database to another, but for owners and what owners may do by themselves: elsewhere the
 * owner has another name. The only file that knows which library does it.
 *
 * @throws {Error} the library cannot plan the change.
 */
export async function differ(from: string, to: string): Promise<Action[]> {
  const [source, target, roles] = await Promise.all([extractFrom(from), extractFrom(to), readRoles(to)])
  const made = plan(source, withSameDefinitions(source, target), {
    renames: 'off',
    scope: 'database',
    defaultOwner: roles.owner,
    assumedRoles: roles.all,
  })
  return made.actions
    .filter((action) => !isOfTheOwner(action, roles.owner))
    .map(({ sql, produces, consumes, destroys }) => ({
      sql: sql.replace(/;\s*$/, ''),
      creates: produces,
      drops: destroys,
      uses: consumes,
    }))
}

/** Two actions on one object: a change by another object of the same name. */
export function isSame(one: ObjectId, other: ObjectId): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function isOfTheOwner({ sql }: Plan['actions'][number], owner: string): boolean {
  const grantees = granteesOf(sql)
  return grantees.length > 0 && grantees.every((name) => name === owner)
}

async function readRoles(url: string): Promise<{ owner: string; all: string[] }> {
  const rows = await query<{ name: string; isOwner: boolean }>(
    url,
    `select rolname::text as name, rolname = current_user as "isOwner" from pg_roles`,
  )
  return { owner: rows.find(({ isOwner }) => isOwner)?.name ?? '', all: rows.map(({ name }) => name) }
}

async function extractFrom(url: string) {
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  pool.on('error', () => {})
  try {
    return (await extract(pool)).factBase
  } finally {
    await pool.end()
  }
}
