import { type Command, InvalidArgumentError, Option } from 'commander'
import pc from 'picocolors'
import type { AdminOptions, DropOptions, Environment } from '../admin/index.ts'
import { note, type Output } from './perform.ts'
import { findTarget } from './target.ts'

/** Flags of every command on a database. */
export interface Common extends Output {
  url?: string
  lockTimeout?: number
}

/** Flags of every command that changes one. */
export interface Changing extends Common {
  environment?: Environment
  confirm?: string
}

/** Flags of the commands that drop objects. */
export interface Dropping extends Changing {
  cascade?: true
  extensions?: true
}

export function onDatabase(
  program: Command,
  name: string,
  description: string,
  lockTimeout = 10_000,
): Command {
  return program
    .command(name)
    .description(description)
    .option('--url <url>', 'the database: postgres://…')
    .option(
      '--lock-timeout <milliseconds>',
      `how long to wait for a lock; default ${lockTimeout}`,
      wholeNumber,
    )
    .option('--json', 'print the result as JSON')
}

export function withEnvironment(command: Command): Command {
  return command.addOption(
    new Option('--environment <name>', 'the environment of the database; else DATABASE_ENVIRONMENT').choices([
      'development',
      'test',
      'production',
    ]),
  )
}

export function withConfirm(command: Command): Command {
  return command.option(
    '--confirm <name>',
    'the name of the database, where it holds data and has no environment',
  )
}

export function withDropping(command: Command): Command {
  return withConfirm(withEnvironment(command))
    .option('--cascade', 'drop objects of others too that depend on those of the library')
    .option('--extensions', 'drop the extensions too that the library created')
}

export function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number.')
}

/** Finds the database and prints, on stderr, which one it is and which environment the caller states. */
export async function target(options: Changing, { isChanged = true } = {}): Promise<string> {
  const { url, origin } = await findTarget(options.url)
  const { describeUrl, statedEnvironment } = await import('../admin/index.ts')
  const stated = isChanged ? statedEnvironment(options.environment) : undefined
  const environment = stated
    ? `environment ${stated.environment} (${stated.source})`
    : 'environment not stated'
  note(options, `${describeUrl(url)} (${origin})${isChanged ? `, ${environment}` : ''}`)
  return url
}

/** Waiting is reported with `--json` too: on stderr, so that the result stays one JSON object. */
export async function sessionOptions({ lockTimeout }: Common): Promise<AdminOptions> {
  const { describeHolders } = await import('../admin/index.ts')
  return {
    lockTimeout,
    onWait({ milliseconds, holders }) {
      const who = describeHolders(holders) || 'an unknown session'
      console.error(pc.yellow(`Waiting for ${Math.round(milliseconds / 1000)} s. Held by ${who}`))
    },
  }
}

export function dropOptions(options: Dropping, confirm = options.confirm): DropOptions {
  const { environment, cascade, extensions } = options
  return {
    environment,
    confirm,
    cascade,
    extensions,
    onServiceObjects(services) {
      for (const { name, objects } of services)
        note(options, `Dropping the objects of ${name} too: ${objects.join(', ')}`)
    },
  }
}
