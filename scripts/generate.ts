import { enableCompileCache } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import pc from 'picocolors'
import type { Change } from './generate/output.ts'
import { startScratchServer } from './scratch/index.ts'

interface Options {
  check?: true
  watch?: true
  schema?: string
  out?: string
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))

const program = new Command('npm run generate --')
  .description('Applies schema/ to a scratch PostgreSQL, reads its catalog, and writes generated/.')
  .option('--check', 'change nothing; show what is out of date as a diff, and exit 1')
  .option('--watch', 'generate again whenever a file is saved')
  .option('--schema <folder>', 'another folder of SQL files, applied in name order; needs --out')
  .option('--out <folder>', 'where to write database.ts, catalog.ts and schema.md of --schema')
  .addHelpText(
    'after',
    '\nThe scratch server: SCRATCH=container or SCRATCH=postgres://…; embedded PostgreSQL otherwise.',
  )
  .parse()
const options = program.opts<Options>()
if ((options.schema === undefined) !== (options.out === undefined)) {
  program.error(
    'error: --schema and --out go together: which SQL to read, and where to write what comes of it',
  )
}
if (options.check && options.watch)
  program.error('error: --check changes nothing, so there is nothing to --watch for')

const schema = resolve(options.schema ?? join(ROOT, 'schema'))
const out = resolve(options.out ?? join(ROOT, 'generated'))
const withStatements = options.schema === undefined
const show = (path: string) => relative(process.cwd(), path) || '.'

// The server boots while the modules load, from the second run on as compiled code.
enableCompileCache()
const starting = startScratchServer()
const modules = Promise.all([
  import('./generate/index.ts'),
  import('./generate/output.ts'),
  import('./generate/statements.ts'),
])
starting.catch(() => {})

/** One run; resolves with whether everything is in order. */
async function run(): Promise<boolean> {
  const started = performance.now()
  const [{ generateFromSchema }, { compare, write, patch }, { emitStatements, loadStatements }] =
    await modules
  const loading = withStatements ? loadStatements() : Promise.resolve([])
  loading.catch(() => {})
  const server = await starting
  await using database = await server.createDatabase()

  const { files, warnings } = await generateFromSchema(database.url, show(schema))
  for (const warning of warnings) console.error(`${pc.yellow('warning:')} ${warning}`)
  const changes = await compare(out, files, { withStatements: false })
  if (!options.check) await write(out, changes)
  if (withStatements) {
    // src/ imports what has just been written: what was loaded before is out of date.
    const statements = changes.length > 0 && !options.check ? await loadStatements() : await loading
    const sql = await emitStatements(database.url, statements)
    const changed = await compare(out, sql, { withStatements })
    if (!options.check) await write(out, changed)
    changes.push(...changed)
  }
  if (options.check) for (const change of changes) console.log(colour(patch(change)))
  console.log(summary(changes, performance.now() - started))
  return !options.check || changes.length === 0
}

function summary(changes: Change[], milliseconds: number): string {
  const time = pc.dim(`(${Math.round(milliseconds)} ms)`)
  if (changes.length === 0) return `${pc.green('✓')} ${show(out)} is up to date ${time}`
  const paths = changes
    .map(({ path, after }) => (after === undefined ? `${path} (removed)` : path))
    .join(', ')
  if (!options.check) return `${pc.green('✓')} ${show(out)}: ${paths} ${time}`
  return `${pc.red('✗')} ${show(out)} is out of date: ${paths}. Run \`npm run generate\` and commit the result. ${time}`
}

function colour(patch: string): string {
  const paint = (line: string) => {
    if (line.startsWith('+')) return pc.green(line)
    if (line.startsWith('-')) return pc.red(line)
    return line.startsWith('@') ? pc.cyan(line) : line
  }
  return patch.split('\n').map(paint).join('\n')
}

/** Errors of the schema and of the statements are for people to mend; everything else is ours, with its stack. */
function report(error: unknown): void {
  const isForPeople =
    error instanceof Error && ['SchemaError', 'StatementError', 'ScratchError'].includes(error.name)
  console.error(
    `${pc.red('error:')} ${isForPeople ? error.message : error instanceof Error ? error.stack : error}`,
  )
}

async function watch(): Promise<void> {
  const { watch: watchFiles } = await import('chokidar')
  let running: Promise<unknown> = Promise.resolve()
  let isQueued = false
  const again = () => {
    if (isQueued) return
    isQueued = true
    running = running.then(() => {
      isQueued = false
      return run().catch(report)
    })
  }
  const paths = withStatements ? [schema, join(ROOT, 'src')] : [schema]
  watchFiles(paths, {
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: 30, pollInterval: 10 },
  }).on('all', again)
  again()
  await running
  console.log(pc.dim(`Watching ${paths.map(show).join(' and ')}; Ctrl-C ends.`))
}

if (options.watch) {
  await watch()
} else {
  const isInOrder = await run().catch((error: unknown) => {
    report(error)
    return false
  })
  await (await starting.catch(() => undefined))?.close()
  process.exitCode = isInOrder ? 0 : 1
}
