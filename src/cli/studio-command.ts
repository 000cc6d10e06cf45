import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { setTimeout } from 'node:timers/promises'
import { type Command, InvalidArgumentError } from 'commander'
import pc from 'picocolors'
import { ownUrl } from '../package/index.ts'
import { type Changing, target, withConfirm } from './flags.ts'
import { InterruptedError, nextSignal } from './interrupt.ts'
import { requirePeers } from './peers.ts'
import { confirmed, note, perform } from './perform.ts'

interface Serving extends Changing {
  write?: true
  port?: number
  statements?: string
}

/** dist/studio/index.js, which is scripts/studio/server.ts. Loaded by path: its packages are optional peers. */
interface StudioModule {
  startStudio(
    url: string,
    options: { write?: boolean; confirm?: string; port?: number; statements?: string },
  ): Promise<Studio>
}

interface Studio extends AsyncDisposable {
  readonly url: string
  readonly database: string
  readonly isWritable: boolean
}

/** How long a start that a signal interrupts may take to end by itself, in milliseconds; a question does not end. */
const PATIENCE = 5_000

const PEERS = ['@hono/node-server', 'elkjs', 'hono', 'libpg-query']

export function addStudioCommand(program: Command): void {
  const command = program
    .command('studio')
    .description(
      'serve a browser for the rows, people, history, plans and structure of a database on this machine; it changes nothing without --write',
    )
    .option('--url <url>', 'the database: postgres://…')
    .option('--write', 'allow changes of rows; otherwise PostgreSQL refuses them')
    .option('--port <port>', 'the port to listen on; default: a free one', portReader)
    .option(
      '--statements <folder>',
      "also plan a service's own statements: the folder sql/ that `generate --statements` writes",
    )
    .option('--json', 'print the link as JSON')
    .addHelpText(
      'after',
      `
Needs packages that services do not need to run:
  npm install --save-dev ${PEERS.join(' ')}
It listens on 127.0.0.1, prints a link and serves until Ctrl-C. A database whose environment is production is refused.`,
    )
  withConfirm(command).action(serve)
}

async function serve(options: Serving): Promise<void> {
  await using stack = new AsyncDisposableStack()
  // From the beginning: a signal that arrived between two listeners would leave the login of the studio behind.
  const stopped = nextSignal()
  await perform(
    options,
    async () => {
      const starting = start(options)
      const signal = await Promise.race([starting.then(() => undefined), stopped])
      if (signal !== undefined) {
        const ended = starting.then((studio) => studio[Symbol.asyncDispose]())
        await Promise.race([ended.catch(() => {}), setTimeout(PATIENCE)])
        throw new InterruptedError(signal, 'The studio did not start.')
      }
      const { url, database, isWritable } = stack.use(await starting)
      return { url, database, isWritable }
    },
    ({ url, database, isWritable }) =>
      `${pc.green('✓')} Studio of ${database}, ${isWritable ? pc.yellow('writable') : 'read-only'}:\n  ${pc.bold(url)}`,
    null,
  )
  if (process.exitCode) return
  note(options, 'Everyone with this link can see the database. Press Ctrl-C to stop the studio.')
  await stopped
  note(options, '\nThe studio has stopped.')
}

async function start(options: Serving): Promise<Studio> {
  requirePeers('studio', PEERS)
  const loading = loadStudio()
  loading.catch(() => {})
  const url = await target(options, { isChanged: false })
  const { startStudio } = await loading
  const { write = false, port, statements } = options
  return confirmed(options, (confirm = options.confirm) =>
    startStudio(url, {
      write,
      ...(port !== undefined && { port }),
      ...(statements !== undefined && { statements }),
      ...(confirm !== undefined && { confirm }),
    }),
  )
}

/** In the package a file of its build; in its repository the source. */
async function loadStudio(): Promise<StudioModule> {
  enableCompileCache()
  const own = ownUrl()
  const built = new URL('studio/index.js', own)
  return import(existsSync(built) ? built.href : new URL('../../scripts/studio/server.ts', own).href)
}

function portReader(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('must be a port from 1 to 65535.')
  return port
}
