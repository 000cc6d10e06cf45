import { once } from 'node:events'
import { Command, InvalidArgumentError } from 'commander'
import pc from 'picocolors'
import { confirmed, findTarget, note, perform } from '../../src/cli/index.ts'
import { startStudio } from './server.ts'

interface Options {
  url?: string
  write?: true
  confirm?: string
  port?: number
  json?: true
}

const program = new Command('npm run db:studio --')
  .description(
    'Serves a database browser on this machine: rows, diagram, dictionary, constraints, indexes and plans.',
  )
  .option('--url <url>', 'the database; default: DATABASE_URL, otherwise the dev server')
  .option('--write', 'allow changes of rows; otherwise PostgreSQL rejects them')
  .option(
    '--confirm <name>',
    'the name of the database; required to write if it contains data but has no environment',
  )
  .option('--port <port>', 'the port to listen on; default: a free one', portReader)
  .option('--json', 'print the result as JSON')
  .action(serve)
program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))

await program.parseAsync()

async function serve(options: Options): Promise<void> {
  await using stack = new AsyncDisposableStack()
  await perform(
    options,
    async () => {
      const target = await findTarget(options.url)
      const studio = await confirmed(options, (confirm = options.confirm) =>
        startStudio(target.url, { write: options.write, port: options.port, confirm }),
      )
      stack.use(studio)
      const { url, database, isWritable } = studio
      return { url, database, isWritable, origin: target.origin }
    },
    ({ url, database, isWritable, origin }) =>
      `${pc.green('✓')} ${database} (${origin}), ${isWritable ? pc.yellow('writable') : 'read-only'}:\n  ${pc.bold(url)}`,
  )
  if (process.exitCode) return
  note(options, 'Everyone with this link can see the database. Press Ctrl-C to stop the studio.')
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
}

function portReader(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('must be a port from 1 to 65535.')
  return port
}
