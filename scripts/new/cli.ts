import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Command } from 'commander'
import pc from 'picocolors'
import type { Changes } from './changes.ts'
import { NewError } from './error.ts'

// A command loads its plan, and with it a parser compiled to WebAssembly: Node may not end while it is being compiled.
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

interface Options {
  dryRun?: true
  force?: true
}

const program = new Command('npm run new --').description(
  'Adds a table with its repository, or a column: the schema, the code, the tests, and the migration.',
)
program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
program.addHelpText(
  'after',
  `
Undo: git restore . && git clean -fd src schema test docs generated
Exit codes: 0 done; 1 not done, the message says why; 2 invalid usage.`,
)

withOptions(program.command('table').argument('<name>', 'in snake_case and plural: notes, order_lines'))
  .description('add a table with a key, a name and timestamps, its repository, factory, seed rows and tests')
  .action((name: string, options: Options) =>
    run(options, async () => (await import('./table.ts')).planTable(ROOT, name), `add_${name}`, [
      `schema/*_${name}.sql: write the comment of the table, and the columns (npm run new -- column ${name} body text)`,
      'CHANGELOG.md: add a line',
      'docs/how-to/add-a-table.md: foreign keys, filters and search, with every step',
    ]),
  )
withOptions(
  program
    .command('column')
    .argument('<table>', 'a table of schema/')
    .argument('<name>', 'in snake_case: nickname')
    .argument('<type>', 'a type of PostgreSQL: text'),
)
  .description('add a nullable column to a schema file')
  .action((table: string, name: string, type: string, options: Options) =>
    run(
      options,
      async () => (await import('./column.ts')).planColumn(ROOT, table, name, type),
      `add_${table}_${name}`,
      [
        'src/repositories/…/rows.ts: the field of the row, and the column in the list below it',
        'src/repositories/…/input.ts: the field of the input; the compiler then asks for its reader, and `npm run generate` names each statement that does not use it',
        'test/support/example-rows.ts: a value in the full row of the table',
        'docs/how-to/add-a-column.md: every step',
      ],
    ),
  )

await program.parseAsync().catch((error: unknown) => {
  process.exitCode = 1
  console.error(`${pc.red('✗')} ${error instanceof NewError ? error.message : (error as Error).stack}`)
})

function withOptions(command: Command): Command {
  return command
    .option('--dry-run', 'show what would be written, and write nothing')
    .option('--force', 'work although the working tree has changes that are not committed')
}

async function run(
  { dryRun, force }: Options,
  plan: () => Promise<Changes>,
  migration: string,
  left: readonly string[],
): Promise<void> {
  const changes = await plan()
  if (dryRun) return console.log(`${changes}`)
  if (!force) await checkClean()
  await changes.write()
  const code = changes.paths.filter((path) => path.endsWith('.ts'))
  try {
    await npm('generate')
    // Once the types exist, so that the imports are sorted and the lines broken as everywhere.
    if (code.length > 0) await start('biome', ['check', '--write', ...code])
    await npm('db:generate', '--name', migration)
    await npm('docs')
  } catch (error) {
    throw new NewError(
      `${(error as Error).message}. The files are written: complete them, or undo: git restore . && git clean -fd src schema test docs generated`,
    )
  }
  for (const path of changes.paths) console.log(`${pc.green('✓')} ${path}`)
  console.log(`\nLeft to do:\n${left.map((each) => `  ${each}`).join('\n')}`)
  console.log('Then: npm run typecheck && npm run lint && npm test')
}

async function checkClean(): Promise<void> {
  const { stdout } = await promisify(execFile)('git', ['status', '--porcelain'], { cwd: ROOT })
  if (stdout === '') return
  throw new NewError(
    'The working tree has changes that are not committed, so that this command could not be undone by itself. Nothing was written. Commit or stash them, or add --force.',
  )
}

function npm(script: string, ...args: string[]): Promise<void> {
  return start('npm', ['run', '--silent', script, '--', ...args])
}

async function start(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${command} ${args.slice(0, 3).join(' ')} failed`)
}
