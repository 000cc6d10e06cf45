import type { Command } from 'commander'
import { type Changing, onDatabase, sessionOptions, target, wholeNumber, withEnvironment } from './flags.ts'
import { note, perform } from './perform.ts'
import * as report from './report.ts'

interface Migrating extends Changing {
  to?: string
  dryRun?: true
  status?: true
  baseline?: true
  retries?: number
  waitTimeout?: number
  folder?: string
  name?: string
}

export function addMigrateCommand(program: Command): void {
  const command = onDatabase(
    program,
    'migrate',
    'apply the migrations that the database lacks, in order',
    3_000,
  )
  withEnvironment(command)
    .option(
      '--folder <folder>',
      "a service's own migrations, applied after those of the package; with --name",
    )
    .option('--name <name>', 'the name of the service in the migration history, for example billing')
    .option('--to <migration>', 'the last migration to apply')
    .option('--dry-run', 'print the migrations that would be applied')
    .option('--status', 'print which migrations the database has')
    .option('--baseline', 'record the migrations as applied, if the schema already matches them')
    .option(
      '--retries <number>',
      'how often to retry a migration that did not get its lock; default 10',
      wholeNumber,
    )
    .option(
      '--wait-timeout <milliseconds>',
      'how long to wait for another command of the library; default 600000, 0 for any time',
      wholeNumber,
    )
    .action((options: Migrating) => {
      if (options.folder !== undefined && options.name === undefined)
        command.error('error: --folder needs --name, the name of the service in the migration history')
      return options.status ? printStatus(options) : performMigration(options)
    })
}

function printStatus(options: Migrating): Promise<void> {
  const { folder, name } = options
  return perform(
    options,
    async () => {
      const { migrationStatus } = await import('../admin/index.ts')
      return migrationStatus(await target(options, { isChanged: false }), { folder, name })
    },
    report.ofStatus,
  )
}

function performMigration(options: Migrating): Promise<void> {
  const { to, dryRun, baseline, retries, waitTimeout, environment, folder, name } = options
  return perform(
    options,
    async () => {
      const { migrate } = await import('../admin/index.ts')
      const url = await target(options)
      return migrate(url, {
        ...(await sessionOptions(options)),
        ...{ to, dryRun, baseline, retries, waitTimeout, environment, folder, name },
        onProgress: (migration) => note(options, migration),
      })
    },
    report.ofMigrate,
    'Finished migrations are in effect, the interrupted one is rolled back or continued by the next run.',
  )
}
