import type pg from 'pg'
import { queryClosed } from './closed-query.ts'
import { AdminError } from './errors.ts'
import { type Entry, readHistory, type SourcedMigration } from './history.ts'
import { LIBRARY } from './tool-schema.ts'

/** The work of one run of `migrate`. */
export interface MigrationPlan {
  readonly pending: readonly SourcedMigration[]
  readonly applied: readonly Entry[]
  /** Applied to the database, but not in the folders: of another branch, or of a newer version. */
  readonly unknown: readonly Entry[]
  /** Those of `pending` that sort before an applied one of the same folder: of a branch that was merged later. */
  readonly late: readonly SourcedMigration[]
}

/** For people and results: `20261123_initial`, `billing/1_invoices`. */
export function labelOf({ source, name }: { source: string; name: string }): string {
  return source === LIBRARY ? name : `${source}/${name}`
}

const keyOf = ({ source, name }: { source: string; name: string }) => `${source} ${name}`

/**
 * Finds the migrations that the database does not have, wherever they stand in the order.
 *
 * @param to the last migration to apply of the last folder; all of the folders before it are applied.
 * @throws {AdminError} an applied file has changed; or the tables exist, but no migration history.
 */
export async function planMigrations(
  client: pg.ClientBase,
  migrations: readonly SourcedMigration[],
  to: string | undefined,
): Promise<MigrationPlan> {
  const history = await readHistory(client)
  const hasEntries = history !== undefined && history.length > 0
  if (!hasEntries && (await hasTables(client))) {
    throw new AdminError(
      'The tables exist but there is no migration history. If they are as schema/ says (`verify`), record the migrations as applied with `baseline` (--baseline).',
    )
  }
  const known = new Map((history ?? []).map((entry) => [keyOf(entry), entry]))
  for (const each of migrations) refuseChanged(each, known.get(keyOf(each)))
  const wanted = upTo(migrations, to)
  const keys = new Set(migrations.map(keyOf))
  const sources = new Set(migrations.map(({ source }) => source))
  const applied = [...known.values()].filter(({ appliedAt }) => appliedAt !== null)
  const pending = wanted.filter((each) => !known.get(keyOf(each))?.appliedAt)
  return {
    applied,
    pending,
    unknown: [...known.values()].filter((entry) => sources.has(entry.source) && !keys.has(keyOf(entry))),
    late: pending.filter(({ source, name }) =>
      applied.some((entry) => entry.source === source && entry.name > name && keys.has(keyOf(entry))),
    ),
  }
}

function refuseChanged(file: SourcedMigration, entry: Entry | undefined): void {
  if (!entry?.appliedAt || entry.checksum === file.checksum) return
  const way = file.source === LIBRARY ? ' (db:generate)' : ''
  throw new AdminError(
    `The migration ${labelOf(file)} was applied on ${entry.appliedAt.toISOString()} and its file has changed since. Nothing was changed. Restore the file, and write the change as a new migration${way}.`,
  )
}

/** @throws {AdminError} there is no migration of the name `to`. */
export function upTo(migrations: readonly SourcedMigration[], to: string | undefined): SourcedMigration[] {
  if (to === undefined) return [...migrations]
  const last = migrations.at(-1)?.source
  const ofLast = migrations.filter(({ source }) => source === last)
  if (!ofLast.some(({ name }) => name === to)) {
    const names = ofLast.map(({ name }) => name).join(', ')
    throw new AdminError(
      `There is no migration ${to}. Nothing was changed. The folder has: ${names || 'none'}.`,
    )
  }
  return migrations.filter(({ source, name }) => source !== last || name <= to)
}

/** Whether the library's tables are there. */
async function hasTables(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await queryClosed<{ some: boolean }>(
    client,
    `select pg_catalog.to_regclass('users') is not null and pg_catalog.to_regclass('chats') is not null as some`,
  )
  return rows[0]?.some === true
}
