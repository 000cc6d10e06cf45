import type { Command } from 'commander'
import { type Output, perform } from './perform.ts'

export function addServerCommands(program: Command): void {
  program
    .command('start')
    .description("start the project's embedded server, unless it is running, and print its URL")
    .option('--json', 'print the result as JSON')
    .action((options: Output) =>
      perform(
        options,
        async () => (await import('../server/index.ts')).startDevServer(),
        ({ url }) => (process.stdout.isTTY ? withoutPassword(url) : url),
      ),
    )
  program
    .command('stop')
    .description("stop the project's embedded server; its databases are kept")
    .option('--json', 'print the result as JSON')
    .action((options: Output) =>
      perform(
        options,
        async () => ({ stopped: await (await import('../server/index.ts')).stopDevServer() }),
        ({ stopped }) => (stopped ? 'Stopped.' : 'It was not running.'),
      ),
    )
}

/** Screens are shared and recorded; programs that read the output get the whole URL. */
function withoutPassword(url: string): string {
  const shown = new URL(url)
  shown.password = '…'
  return `${decodeURIComponent(shown.href)}\nThe password is left out on a terminal: DATABASE_URL=$(npx norberts-spark-db start) has it.`
}
