import { Command } from 'commander'
import { packageVersion } from '../package/index.ts'
import { addDatabaseCommands } from './database-commands.ts'
import { addMigrateCommand } from './migrate-command.ts'
import { addServerCommands } from './server-commands.ts'

/** Exit code of invalid usage; 1 is a command that failed, or differences that verify found. */
const BAD_USAGE = 2

/** Runs the command line. */
export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('norberts-spark-db')
    .description('Manages the databases of @norberts-spark/db.')
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
Database: --url, else DATABASE_URL (a variable, or in a file .env), else an embedded server that is kept in the project,
and started when needed.
Environment: recorded in the database. A database without one gets it from --environment, DATABASE_ENVIRONMENT (a
variable, or in a file .env) or NODE_ENV=production; they must agree. The embedded server is for development.
Exit codes: 0 success; 1 failure, or verify found differences; 2 invalid usage.`
