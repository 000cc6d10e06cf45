import pc from 'picocolors'
import type {
  Created,
  Difference,
  Distributed,
  Dropped,
  Granted,
  Maintained,
  Migrated,
  MigrationState,
  MigrationStatus,
  Recorded,
  Reset,
  Seeded,
  Verified,
} from '../admin/index.ts'
import type { SeedCounts } from '../seed/index.ts'

/** Reports of results, for a terminal. */

export function ofCreate({ database, environment, created }: Created): string {
  return `${pc.green('✓')} Created ${summary(created)} in ${pc.bold(database)} (${environment}).`
}

export function ofDrop(result: Dropped): string {
  const { database, environment, dropped } = result
  const place = `${pc.bold(database)}${environment ? ` (${environment})` : ''}`
  const first =
    dropped.length > 0
      ? `${pc.green('✓')} Dropped ${summary(dropped)} from ${place}.`
      : `There was no object of the library in ${place}.`
  return [first, ...otherObjects(result)].join('\n')
}

function otherObjects({ cascaded, kept, services }: Dropped): string[] {
  return [
    ...services.map(({ name, objects }) => `  dropped with them, of ${name}: ${objects.join(', ')}`),
    ...(cascaded.length > 0 ? [`  dropped with them, of others: ${cascaded.join(', ')}`] : []),
    ...(kept.length > 0 ? [`  kept, not created by the library: ${kept.join(', ')}`] : []),
  ]
}

export function ofReset(reset: Reset): string {
  const { database, environment, created, dropped } = reset
  const verb = dropped.length > 0 ? 'Recreated' : 'Created'
  return [
    `${pc.green('✓')} ${verb} ${summary(created)} in ${pc.bold(database)} (${environment}).`,
    ...otherObjects(reset),
    ...(reset.seeded ? [ofRows(reset.seeded)] : []),
  ].join('\n')
}

export function ofEnvironment({ database, environment, previous }: Recorded): string {
  const before = previous && previous !== environment ? `, no longer ${previous}` : ''
  return `${pc.green('✓')} The environment of ${pc.bold(database)} is ${environment}${before}.`
}

export function ofSeed({ database, environment, seeded }: Seeded): string {
  return `${pc.green('✓')} Seeded ${pc.bold(database)}${environment ? ` (${environment})` : ''}.\n${ofRows(seeded)}`
}

function ofRows(counts: SeedCounts): string {
  const width = Math.max(...Object.keys(counts).map((table) => table.length))
  const lines = Object.entries(counts).map(
    ([table, rows]) => `  ${table.padEnd(width)}  ${String(rows).padStart(10)}`,
  )
  return lines.join('\n')
}

export function ofMigrate(result: Migrated): string {
  const { database, environment, applied, pending, unknown, late, adopted } = result
  const place = `${pc.bold(database)} (${environment})`
  const lines = [
    ...pending.map(({ name, sql }) => `-- ${name}\n${sql}`),
    ...unknown.map((name) => pc.yellow(`${name}: applied to the database, but not in the folder`)),
    ...late.map((name) =>
      pc.yellow(
        `${name}: sorts before a migration that the database already had. If both change the same function, view or rule, the one applied last is in effect: run verify.`,
      ),
    ),
  ]
  if (adopted)
    lines.push(`${pc.green('✓')} Recorded ${counted(adopted.length, 'migration')} as applied to ${place}.`)
  else if (applied.length > 0) lines.push(`${pc.green('✓')} Migrated ${place}: ${applied.join(', ')}.`)
  else if (pending.length === 0) lines.push(`${pc.green('✓')} Nothing to do: ${place} has every migration.`)
  return lines.join('\n')
}

export function ofMaintain({ database, created, dropped, partitions }: Maintained): string {
  const place = pc.bold(database)
  const day = (time: Date) => time.toISOString().slice(0, 10)
  const lines = partitions.map(
    ({ name, from, to }) => `  ${name}${from ? `  from ${day(from)}` : ''}${to ? `  to ${day(to)}` : ''}`,
  )
  if (created.length > 0) lines.push(`${pc.green('✓')} Created in ${place}: ${created.join(', ')}.`)
  if (dropped.length > 0) lines.push(`${pc.green('✓')} Dropped from ${place}: ${dropped.join(', ')}.`)
  if (created.length + dropped.length === 0)
    lines.push(`${pc.green('✓')} Nothing to do: ${place} has the partitions that it needs.`)
  return lines.join('\n')
}

export function ofGrant({ database, environment, role, kind, statements, dryRun }: Granted): string {
  const place = `${pc.bold(database)} (${environment})`
  if (statements.length === 0)
    return `${pc.green('✓')} Nothing to do: ${role} has ${kind ? `the privileges of the kind ${kind}` : 'no privileges'} in ${place}.`
  if (dryRun) return ['begin', ...statements, 'commit'].map((statement) => `${statement};`).join('\n')
  const done = kind ? `Granted to ${role}, as ${kind}, in ${place}` : `Revoked from ${role} in ${place}`
  return `${pc.green('✓')} ${done}, with ${counted(statements.length, 'statement')}.`
}

export function ofDistribute({ database, statements, dryRun }: Distributed): string {
  if (statements.length === 0) return `${pc.green('✓')} Nothing to do: ${pc.bold(database)} is distributed.`
  if (dryRun) return ['begin', ...statements, 'commit'].map((statement) => `${statement};`).join('\n')
  return `${pc.green('✓')} Distributed ${pc.bold(database)} by user, with ${counted(statements.length, 'statement')}.`
}

export function ofStatus({ migrations }: MigrationStatus): string {
  if (migrations.length === 0) return 'There are no migrations.'
  const label = ({ service, name }: MigrationState) => (service === undefined ? name : `${service}/${name}`)
  const width = Math.max(...migrations.map((migration) => label(migration).length))
  return migrations
    .map((migration) => {
      const { state, appliedAt } = migration
      return `${label(migration).padEnd(width)}  ${state.padEnd(10)}  ${appliedAt?.toISOString() ?? ''}`.trimEnd()
    })
    .join('\n')
}

export function ofVerify({ database, environment, differences, tables, services }: Verified): string {
  const width = Math.max(...tables.map(({ table }) => table.length))
  const place = `${pc.bold(database)} (${environment ?? 'no environment recorded'})`
  return [
    ...tables.map(
      ({ table, rows }) =>
        `  ${table.padEnd(width)}  ${rows === undefined ? pc.red('missing') : String(rows).padStart(10)}`,
    ),
    '',
    ...services.map(({ name, objects }) => `  ${name}: ${objects.join(', ')}\n`),
    ...differences.map(ofDifference),
    differences.length === 0
      ? `${pc.green('✓')} ${place} matches schema/.`
      : `${pc.red('✗')} ${place} differs from schema/ in ${counted(differences.length, 'place')}.`,
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
