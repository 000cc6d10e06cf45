import pc from 'picocolors'
import type {
  Created,
  Difference,
  Dropped,
  Migrated,
  MigrationStatus,
  Reset,
  Seeded,
  Verified,
} from '../admin/index.ts'
import type { SeedCounts } from '../seed/index.ts'

/** What a command did, in words for a terminal. */

export function ofCreate({ database, environment, created }: Created): string {
  return `${pc.green('✓')} Created ${summary(created)} in ${pc.bold(database)}, marked ${environment}.`
}

export function ofDrop({ database, dropped, cascaded, kept }: Dropped): string {
  const lines = [
    dropped.length > 0
      ? `${pc.green('✓')} Dropped ${summary(dropped)} from ${pc.bold(database)}.`
      : `There was nothing of the schema in ${pc.bold(database)}.`,
  ]
  if (cascaded.length > 0) lines.push(`  went as well: ${cascaded.join(', ')}`)
  if (kept.length > 0) lines.push(`  still there, as not ours: ${kept.join(', ')}`)
  return lines.join('\n')
}

export function ofReset(reset: Reset): string {
  const { database, environment, created, dropped } = reset
  const verb = dropped.length > 0 ? 'Made anew' : 'Created'
  const others = ofDrop(reset).split('\n').slice(1)
  return [
    `${pc.green('✓')} ${verb}: ${summary(created)} in ${pc.bold(database)}, marked ${environment}.`,
    ...others,
    ...(reset.seeded ? [ofRows(reset.seeded)] : []),
  ].join('\n')
}

export function ofSeed({ database, seeded }: Seeded): string {
  return `${pc.green('✓')} Seeded ${pc.bold(database)}.\n${ofRows(seeded)}`
}

function ofRows(counts: SeedCounts): string {
  const width = Math.max(...Object.keys(counts).map((table) => table.length))
  const lines = Object.entries(counts).map(
    ([table, rows]) => `  ${table.padEnd(width)}  ${String(rows).padStart(10)}`,
  )
  return lines.join('\n')
}

export function ofMigrate({ database, applied, pending, unknown, late, adopted }: Migrated): string {
  const lines = [
    ...pending.map(({ name, sql }) => `-- ${name}\n${sql}`),
    ...unknown.map((name) => pc.yellow(`${name}: the database has it, this package does not`)),
    ...late.map((name) =>
      pc.yellow(
        `${name}: sorts before a migration that the database already had. If both change the same function, view or rule, the one applied last is in effect: run verify.`,
      ),
    ),
  ]
  if (adopted)
    lines.push(
      `${pc.green('✓')} ${pc.bold(database)} is as ${counted(adopted.length, 'migration')} made it, from now on.`,
    )
  else if (applied.length > 0)
    lines.push(`${pc.green('✓')} Migrated ${pc.bold(database)}: ${applied.join(', ')}.`)
  else if (pending.length === 0)
    lines.push(`${pc.green('✓')} Nothing to do: ${pc.bold(database)} has every migration.`)
  return lines.join('\n')
}

export function ofStatus({ migrations }: MigrationStatus): string {
  if (migrations.length === 0) return 'There are no migrations.'
  const width = Math.max(...migrations.map(({ name }) => name.length))
  return migrations
    .map(({ name, state, appliedAt }) =>
      `${name.padEnd(width)}  ${state.padEnd(10)}  ${appliedAt?.toISOString() ?? ''}`.trimEnd(),
    )
    .join('\n')
}

export function ofVerify({ database, environment, differences, tables }: Verified): string {
  const width = Math.max(...tables.map(({ table }) => table.length))
  return [
    ...tables.map(
      ({ table, rows }) =>
        `  ${table.padEnd(width)}  ${rows === undefined ? pc.red('missing') : String(rows).padStart(10)}`,
    ),
    '',
    ...differences.map(ofDifference),
    differences.length === 0
      ? `${pc.green('✓')} ${pc.bold(database)} (${environment ?? 'not marked'}) is as schema/ says.`
      : `${pc.red('✗')} ${pc.bold(database)} (${environment ?? 'not marked'}) differs from schema/ in ${counted(differences.length, 'place')}.`,
  ].join('\n')
}

function ofDifference({ object, fact, schema, database }: Difference): string {
  const what = fact ?? (schema === undefined ? 'not in schema/' : 'missing')
  return [
    `${pc.red('✗')} ${pc.bold(object)}: ${what}`,
    ...sides(fact, 'schema/ ', schema),
    ...sides(fact, 'database', database),
    '',
  ].join('\n')
}

function sides(fact: string | undefined, side: string, value: string | undefined): string[] {
  if (value === undefined) return fact === undefined ? [] : [`    ${side}  ${pc.dim('nothing')}`]
  const [first = '', ...rest] = value.trim().split('\n')
  return value === 'there' ? [] : [`    ${side}  ${first}`, ...rest.map((line) => `              ${line}`)]
}

/** `9 tables, 6 functions` of `table users`, `table chats`, … */
function summary(objects: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const object of objects) {
    const type = object.split(' ')[0] ?? ''
    counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  const sorted = [...counts].sort(([, one], [, other]) => other - one)
  return sorted.map(([type, count]) => counted(count, type)).join(', ')
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
