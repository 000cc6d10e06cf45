import { Argument, type Command } from 'commander'
import type { AdminOptions, Environment } from '../admin/index.ts'
import type { SeedOptions } from '../seed/index.ts'
import {
  type Changing,
  type Common,
  type Dropping,
  dropOptions,
  onDatabase,
  sessionOptions,
  target,
  wholeNumber,
  withConfirm,
  withDropping,
  withEnvironment,
} from './flags.ts'
import { confirmed, perform } from './perform.ts'
import { withProgress } from './progress.ts'
import * as report from './report.ts'

export function addDatabaseCommands(program: Command): void {
  addCreate(program)
  addDrop(program)
  addReset(program)
  addSeed(program)
  addVerify(program)
  addEnvironment(program)
}

/** A command that has found its database; called again with the name if a person confirms it. */
interface Call {
  readonly admin: typeof import('../admin/index.ts')
  readonly url: string
  readonly session: AdminOptions
  readonly confirm: string | undefined
}

/** Finds the database, runs the work on it, and prints the report. */
function change<T extends object>(
  options: Changing,
  work: (call: Call) => Promise<T>,
  reportOf: (result: T) => string,
): Promise<void> {
  return perform(
    options,
    async () => {
      const admin = await import('../admin/index.ts')
      const url = await target(options)
      const session = await sessionOptions(options)
      return confirmed(options, (confirm = options.confirm) => work({ admin, url, session, confirm }))
    },
    reportOf,
    'No changes were made: the transaction of the command is rolled back.',
  )
}

function addCreate(program: Command): void {
  const command = onDatabase(program, 'create', 'create the objects of schema/: all of them, or none')
  withConfirm(withEnvironment(command)).action((options: Changing) =>
    change(
      options,
      ({ admin, url, session, confirm }) =>
        admin.create(url, { ...session, environment: options.environment, confirm }),
      report.ofCreate,
    ),
  )
}

function addDrop(program: Command): void {
  const command = onDatabase(program, 'drop', 'drop the objects that the library created, and nothing else')
  withDropping(command).action((options: Dropping) =>
    change(
      options,
      ({ admin, url, session, confirm }) => admin.drop(url, { ...session, ...dropOptions(options, confirm) }),
      report.ofDrop,
    ),
  )
}

interface Seeding {
  seed?: number | true
  scale?: number
}

function addReset(program: Command): void {
  withDropping(onDatabase(program, 'reset', 'drop and create, in one transaction'))
    .option('--seed [number]', 'fill the tables too, with the rows of this seed; default 1', wholeNumber)
    .option('--scale <messages>', 'how many messages; other rows in proportion; default 1000', wholeNumber)
    .action((options: Dropping & Seeding) =>
      change(
        options,
        ({ admin, url, session, confirm }) =>
          withProgress(options, (onProgress) =>
            admin.reset(url, {
              ...session,
              ...dropOptions(options, confirm),
              seed: seedOptions(options, onProgress),
            }),
          ),
        report.ofReset,
      ),
    )
}

function addSeed(program: Command): void {
  const command = onDatabase(
    program,
    'seed',
    'fill the tables with realistic rows, the same for the same seed',
  )
  withConfirm(withEnvironment(command))
    .option('--seed <number>', 'which rows; default 1', wholeNumber)
    .option('--scale <messages>', 'how many messages; other rows in proportion; default 1000', wholeNumber)
    .action((options: Changing & Seeding) =>
      change(
        options,
        ({ admin, url, session, confirm }) =>
          withProgress(options, (onProgress) =>
            admin.seed(url, {
              ...session,
              ...seedOptions({ seed: 1, ...options }, onProgress),
              environment: options.environment,
              confirm,
            }),
          ),
        report.ofSeed,
      ),
    )
}

function addVerify(program: Command): void {
  const command = onDatabase(
    program,
    'verify',
    'compare the database with schema/, object by object, and count its rows',
  )
  command.action((options: Common) =>
    perform(
      options,
      async () => {
        const { verify } = await import('../admin/index.ts')
        const { lockTimeout } = options
        const verified = await verify(await target(options, { isChanged: false }), { lockTimeout })
        if (verified.differences.length > 0) process.exitCode = 1
        return verified
      },
      report.ofVerify,
    ),
  )
}

function addEnvironment(program: Command): void {
  const command = onDatabase(
    program,
    'environment',
    'record the environment of a database, for example of a copy; production is never dropped, reset or seeded',
  )
  withConfirm(command)
    .addArgument(new Argument('<environment>').choices(['development', 'test', 'production']))
    .action((environment: Environment, options: Changing) =>
      change(
        { ...options, environment },
        ({ admin, url, session, confirm }) =>
          admin.recordEnvironment(url, environment, { ...session, confirm }),
        report.ofEnvironment,
      ),
    )
}

/** Undefined where no rows are asked for. */
function seedOptions(
  { seed, scale }: Seeding,
  onProgress: SeedOptions['onProgress'],
): SeedOptions | undefined {
  if (seed === undefined && scale === undefined) return undefined
  return { seed: seed === true ? undefined : seed, scale, onProgress }
}
