import { Command, InvalidArgumentError, Option } from 'commander'
import type { CreateOptions, DropOptions, Environment } from '../admin/index.ts'
import { packageVersion } from '../package/index.ts'
import type { SeedOptions } from '../seed/index.ts'
import { confirmed, note, type Output, perform } from './perform.ts'
import { withProgress } from './progress.ts'
import * as report from './report.ts'
import { describe, findTarget } from './target.ts'

/** Of a command line that makes no sense; 1 is of a command that was not carried out, or found differences. */
const BAD_USAGE = 2

interface Common extends Output {
  url?: string
  lockTimeout?: number
}

interface Destructive extends Common {
  confirm?: string
  cascade?: true
  extensions?: true
}

export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('norberts-spark-db')
    .description('Looks after the databases of @norberts-spark/db.')
    .version(await packageVersion())
    .addHelpText('after', HELP)
  program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : BAD_USAGE))
  addServerCommands(program)
  addDatabaseCommands(program)
  addMigrateCommand(program)
  for (const command of program.commands) command.copyInheritedSettings(program)
  await program.parseAsync(argv)
}

const HELP = `
Which database: --url, else DATABASE_URL (of the environment, or of a file .env), else an embedded server that is kept in
the project, and started when it is needed.
Exit codes: 0 done; 1 not done, or verify found differences; 2 the command line makes no sense.`

function addServerCommands(program: Command): void {
  program
    .command('start')
    .description("start the project's embedded server, if it does not run, and print its URL")
    .option('--json', 'print the result as JSON')
    .action((options: Output) =>
      perform(
        options,
        async () => (await import('../server/index.ts')).startDevServer(),
        ({ url }) => url,
      ),
    )
  program
    .command('stop')
    .description("stop the project's embedded server; its databases stay")
    .option('--json', 'print the result as JSON')
    .action((options: Output) =>
      perform(
        options,
        async () => ({ stopped: await (await import('../server/index.ts')).stopDevServer() }),
        ({ stopped }) => (stopped ? 'Stopped.' : 'It was not running.'),
      ),
    )
}

function addDatabaseCommands(program: Command): void {
  onDatabase(program, 'create', 'create what schema/ describes; all or nothing')
    .addOption(environment())
    .action((options: Common & { environment?: Environment }) =>
      perform(
        options,
        async () => {
          const { create } = await import('../admin/index.ts')
          return create(await target(options), createOptions(options))
        },
        report.ofCreate,
      ),
    )
  destroying(onDatabase(program, 'drop', 'drop what creating the schema made, and nothing else')).action(
    (options: Destructive) =>
      perform(
        options,
        async () => {
          const { drop } = await import('../admin/index.ts')
          const url = await target(options)
          return confirmed(options, (confirm) => drop(url, dropOptions(options, confirm)))
        },
        report.ofDrop,
      ),
  )
  destroying(onDatabase(program, 'reset', 'drop and create, in one transaction'))
    .addOption(environment())
    .option('--seed [number]', 'and fill it with rows, those of this seed; default 1', wholeNumber)
    .option('--scale <messages>', 'of the rows to fill it with; default 1000', wholeNumber)
    .action((options: Destructive & { environment?: Environment; seed?: number | true; scale?: number }) =>
      perform(
        options,
        async () => {
          const { reset } = await import('../admin/index.ts')
          const url = await target(options)
          return confirmed(options, (confirm) =>
            withProgress(options, (onProgress) =>
              reset(url, {
                ...createOptions(options),
                ...dropOptions(options, confirm),
                seed: seedOptions(options, onProgress),
              }),
            ),
          )
        },
        report.ofReset,
      ),
    )
  onDatabase(program, 'seed', 'fill the tables with realistic rows, the same for the same seed')
    .option('--seed <number>', 'which rows; default 1', wholeNumber)
    .option('--scale <messages>', 'how many messages, other rows in proportion; default 1000', wholeNumber)
    .option('--confirm <name>', "the database's own name, where it is not marked and holds data")
    .action((options: Common & { seed?: number; scale?: number; confirm?: string }) =>
      perform(
        options,
        async () => {
          const { seed } = await import('../admin/index.ts')
          const url = await target(options)
          return confirmed(options, (confirm = options.confirm) =>
            withProgress(options, (onProgress) =>
              seed(url, {
                ...sessionOptions(options),
                ...seedOptions({ seed: 1, ...options }, onProgress),
                confirm,
              }),
            ),
          )
        },
        report.ofSeed,
      ),
    )
  onDatabase(
    program,
    'verify',
    'compare the database with schema/, object by object, and count its rows',
  ).action((options: Common) =>
    perform(
      options,
      async () => {
        const { verify } = await import('../admin/index.ts')
        const verified = await verify(await target(options), sessionOptions(options))
        if (verified.differences.length > 0) process.exitCode = 1
        return verified
      },
      report.ofVerify,
    ),
  )
}

function addMigrateCommand(program: Command): void {
  onDatabase(program, 'migrate', 'apply the migrations that the database does not have, one after the other')
    .addOption(environment())
    .option('--to <migration>', 'the last one to apply')
    .option('--dry-run', 'print what would be applied')
    .option('--status', 'print which ones the database has')
    .option('--baseline', 'take the database for one that the migrations made, if it is the same')
    .option('--retries <number>', 'how often to try again what did not get its lock; default 10', wholeNumber)
    .action((options: Migrating) => (options.status ? printStatus(options) : performMigration(options)))
}

interface Migrating extends Common {
  environment?: Environment
  to?: string
  dryRun?: true
  status?: true
  baseline?: true
  retries?: number
}

function printStatus(options: Migrating): Promise<void> {
  return perform(
    options,
    async () => (await import('../admin/index.ts')).migrationStatus(await target(options)),
    report.ofStatus,
  )
}

function performMigration(options: Migrating): Promise<void> {
  const { to, dryRun, baseline, retries, lockTimeout, environment } = options
  return perform(
    options,
    async () => {
      const { migrate } = await import('../admin/index.ts')
      const onProgress = (migration: string) => note(options, migration)
      const url = await target(options)
      return migrate(url, { to, dryRun, baseline, retries, lockTimeout, environment, onProgress })
    },
    report.ofMigrate,
  )
}

function onDatabase(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--url <url>', 'postgres://… of the database')
    .option(
      '--lock-timeout <milliseconds>',
      `to wait for a lock; default ${name === 'migrate' ? '3000' : '10000'}`,
      wholeNumber,
    )
    .option('--json', 'print the result as JSON')
}

function destroying(command: Command): Command {
  return command
    .option('--confirm <name>', "the database's own name, where it is not marked and holds data")
    .option('--cascade', 'with what is not ours but depends on it')
    .option('--extensions', 'with the extensions that schema/ asks for')
}

function environment(): Option {
  return new Option('--environment <name>', 'what the database is for').choices([
    'development',
    'test',
    'production',
  ])
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number.')
}

async function target(options: Common): Promise<string> {
  const { url, origin } = await findTarget(options.url)
  note(options, `${describe(url)} (${origin})`)
  return url
}

const sessionOptions = ({ lockTimeout }: Common) => ({ lockTimeout })

const createOptions = (options: Common & { environment?: Environment }): CreateOptions => ({
  ...sessionOptions(options),
  environment: options.environment,
})

/** Undefined where no rows are asked for. */
function seedOptions(
  { seed, scale }: { seed?: number | true; scale?: number },
  onProgress: SeedOptions['onProgress'],
): SeedOptions | undefined {
  if (seed === undefined && scale === undefined) return undefined
  return { seed: seed === true ? undefined : seed, scale, onProgress }
}

const dropOptions = (options: Destructive, confirm = options.confirm): DropOptions => ({
  ...sessionOptions(options),
  confirm,
  cascade: options.cascade,
  extensions: options.extensions,
})
