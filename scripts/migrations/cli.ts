import { Command } from 'commander'
import pc from 'picocolors'
import type { DiffFlags, GenerateFlags, ImpactFlags } from './commands.ts'
import type { Rename } from './renames.ts'

// Loaded when a command runs: they load a parser compiled to WebAssembly, and Node may not end while it is being compiled.
const load = () => import('./commands.ts')

const program = new Command('npm run db:generate --').description(
  'Writes and checks the migrations that bring databases to schema/.',
)
// Each command is a script of package.json.
program.configureHelp({
  commandUsage: (command) =>
    command === program ? `${program.name()} [options]` : `npm run db:${command.name()} -- [options]`,
})
program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))

program
  .command('generate')
  .description('write the migration that leads from the existing ones to schema/, and prove it')
  .requiredOption('--name <name>', 'words for the change, for example add_phone', nameReader)
  .option(
    '--rename <old=new>',
    'a table, column or enum value with a new name, such as users.name=full_name; may be repeated',
    collect,
    [],
  )
  .option('--no-renames', 'no further object is renamed: similar ones are dropped and created')
  .option('--allow-data-loss', 'write it although rows lose or change data')
  .option('--draft', 'write it although it is not proven, to be completed by hand')
  .option('--json', 'print the result as JSON')
  .action(async (flags: GenerateFlags) => (await load()).generate(flags))
program
  .command('check')
  .description('prove that all migrations together lead to schema/, from nothing and with rows in the tables')
  .option('--json', 'print the result as JSON')
  .action(async (flags: { json?: true }) => (await load()).check(flags))
program
  .command('diff')
  .description('print the verified SQL that leads from a live database to schema/; the database is only read')
  .requiredOption('--url <url>', 'the database')
  .option('--write', 'write the SQL into a file, and print its path')
  .option('--out <file>', 'write the SQL into this file')
  .option(
    '--rename <old=new>',
    'a table, column or enum value with a new name, such as users.name=full_name; may be repeated',
    collect,
    [],
  )
  .option('--no-renames', 'no further object is renamed: similar ones are dropped and created')
  .option('--allow-data-loss', 'print it although rows lose or change data')
  .option(
    '--drop-surplus',
    'drop objects that neither schema/ nor the library knows; they are left otherwise',
  )
  .option('--json', 'print the result as JSON')
  .action(async (flags: DiffFlags) => (await load()).diff(flags))
program
  .command('impact')
  .description(
    'report what schema/ means for a database: changes, refused rows, affected statements and types. Exit code 1: rows would be refused, or could not be checked',
  )
  .option('--url <url>', 'the database; it is only read. Without it: what changes after the last migration')
  .option('--timeout <seconds>', 'how long the check of one rule may take', Number, 60)
  .option('--json', 'print the result as JSON')
  .action(async (flags: ImpactFlags) => {
    if (!(flags.timeout > 0)) program.error('error: --timeout must be a number of seconds above 0')
    await (await load()).impact(flags)
  })

await program.parseAsync().catch((error: unknown) => {
  process.exitCode = 1
  console.error(`${pc.red('✗')} ${error instanceof Error ? error.message : String(error)}`)
})

function nameReader(text: string): string {
  const name = text.trim().toLowerCase().replace(/\W+/g, '_')
  if (name === '') program.error('error: --name must have a letter or digit')
  return name
}

function collect(text: string, before: Rename[]): Rename[] {
  const [from = '', to = '', ...rest] = text.split('=')
  if (!from || !to || rest.length > 0)
    program.error(`error: --rename must be old=new, such as users.name=full_name, not ${text}`)
  return [...before, { from, to: to.split('.').at(-1) as string }]
}
