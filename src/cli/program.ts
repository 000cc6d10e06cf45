import { Command, Help } from 'commander'
import { packageVersion } from '../package/index.ts'
import { addCompletionCommand } from './completion.ts'
import { addDatabaseCommands } from './database-commands.ts'
import { addDistributeCommand } from './distribute-command.ts'
import { addGenerateCommand } from './generate-command.ts'
import { addGrantCommand } from './grant-command.ts'
import { addMaintainCommand } from './maintain-command.ts'
import { addMigrateCommand } from './migrate-command.ts'
import { addServerCommands } from './server-commands.ts'
import { addStudioCommand } from './studio-command.ts'

/** Exit code of invalid usage; 1 is a command that failed, or differences that verify found. */
const BAD_USAGE = 2

/** Runs the command line. */
export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('norberts-spark-db')
    .description('Manages the databases of @norberts-spark/db.')
    .version(await packageVersion())
    .addHelpText('after', HELP)
  // Called by a script of package.json, a command is repeated by that script.
  const script = process.env.npm_lifecycle_event
  program.configureHelp({
    commandUsage: (command) =>
      script === `db:${command.name()}`
        ? `npm run ${script} -- ${command.usage()}`
        : new Help().commandUsage(command),
  })
  // A caller that reads JSON gets an error of the command line in the same form as others.
  const isJson = argv.includes('--json')
  program.configureOutput({
    outputError: (text, write) => (isJson ? console.log(usageError(text)) : write(text)),
  })
  program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : BAD_USAGE))
  addServerCommands(program)
  addDatabaseCommands(program)
  addMigrateCommand(program)
  addMaintainCommand(program)
  addDistributeCommand(program)
  addGrantCommand(program)
  addGenerateCommand(program)
  addStudioCommand(program)
  addCompletionCommand(program)
  for (const command of program.commands) command.copyInheritedSettings(program)
  const names = program.commands.map((command) => command.name())
  await program.parseAsync(commandLine(argv, ['help', ...names]))
}

/**
 * The command line, with an unknown command written so that the command that is meant is suggested: without the prefix of
 * the scripts of package.json, and without the word help.
 */
function commandLine(argv: readonly string[], names: readonly string[]): readonly string[] {
  const [node = '', file = '', first = '', ...rest] = argv
  const [subject] = rest
  if (first === 'help' && subject !== undefined && !names.includes(subject) && !subject.startsWith('-'))
    return [node, file, ...rest]
  const bare = first.replace(/^db:/, '')
  return bare === first || names.includes(bare) ? argv : [node, file, bare, ...rest]
}

const usageError = (text: string) =>
  JSON.stringify({ error: { name: 'UsageError', message: text.replace(/^error: /, '').trim() } }, null, 2)

const HELP = `
Database: --url, else DATABASE_URL (a variable, or in a file .env), else an embedded server that is kept in the project,
and started when needed.
Environment: recorded in the database. A database without one gets it from --environment, DATABASE_ENVIRONMENT (a
variable, or in a file .env) or NODE_ENV=production; they must agree. The embedded server is for development.
Exit codes: 0 success; 1 failure, or verify found differences; 2 invalid usage; 130 interrupted.`
