import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import pc from 'picocolors'
import type { ScratchDatabase } from '../scratch/index.ts'
import type { LoadedStatement } from './loaded-statement.ts'
import type { Change } from './output.ts'
import { jsonOf, printPatch, reportError, reportWarnings, summaryOf } from './report.ts'
import type { Schema } from './schema-files.ts'

interface Options {
  check?: true
  watch?: true
  json?: true
  schema?: string
  out?: string
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const program = new Command('npm run generate --')
  .description('Applies schema/ to a scratch PostgreSQL, reads its catalog and writes generated/.')
  .option('--check', 'change no file; print a diff and exit with 1 if generated/ is out of date')
  .option('--watch', 'run again whenever a file is saved')
  .option('--json', 'print the result as JSON')
  .option('--schema <folder>', 'read another folder of SQL files, in name order; requires --out')
  .option(
    '--out <folder>',
    'where to write database.ts, catalog.ts, functions.ts, validation.ts and schema.md of --schema',
  )
  .addHelpText(
    'after',
    '\nThe scratch server is an embedded PostgreSQL, unless SCRATCH is "container" or a postgres:// URL.\nExit codes: 0 done; 1 out of date (--check), failed or invalid usage.',
  )
const options = program.parse().opts<Options>()
if ((options.schema === undefined) !== (options.out === undefined)) {
  program.error(
    'error: --schema and --out must be given together: the folder to read and the folder to write',
  )
}
if (options.check && options.watch)
  program.error('error: --check and --watch cannot be combined, because --check changes no file')
if (options.json && options.watch) program.error('error: --json and --watch cannot be combined')

const schema = resolve(options.schema ?? join(ROOT, 'schema'))
const out = resolve(options.out ?? join(ROOT, 'generated'))
const withStatements = options.schema === undefined
const show = (path: string) => relative(process.cwd(), path) || '.'

// The help does without the parser that this loads, compiled to WebAssembly: Node may not end while it is being compiled.
const { startScratchServer } = await import('../scratch/index.ts')
const { readSchema } = await import('./schema-files.ts')

// kysely-codegen loads in one long synchronous step that would delay the start of the server, so it is loaded
// afterwards. The SQL and the statements are read in the meantime.
const starting = attempt(startScratchServer())
const statementsModule = import('./load-statements.ts')

/** The statements of src/; cleared when a file that they depend on changes. */
let loaded: Promise<LoadedStatement[]> | undefined

/** The schema and the database of the first run; later runs use their own. */
let reading: Promise<Schema> | undefined = attempt(readSchema(show(schema)))
let making: Promise<ScratchDatabase> | undefined = attempt(starting.then((server) => server.createDatabase()))

async function loadModules() {
  const statements = await statementsModule
  if (withStatements) loaded ??= attempt(statements.loadStatements())
  await Promise.allSettled([starting, loaded])
  return {
    ...statements,
    ...(await import('./index.ts')),
    ...(await import('./output.ts')),
    ...(await import('./statements.ts')),
    ...(await import('./snapshot.ts')),
  }
}

/** Prevents an unhandled rejection of a promise that is awaited later or never. */
function attempt<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

const modules = attempt(loadModules())

/** Fields would be accepted and lost; the message has a line for each. */
class LostFieldError extends Error {
  override readonly name = 'LostFieldError'
}

/** Runs once. Resolves to whether generated/ is up to date. */
async function run(): Promise<boolean> {
  const started = performance.now()
  const lostFields = import('./lost-fields.ts')
  const { compare, emitSnapshot, emitStatements, generateFromSchema, loadStatements, write } = await modules
  const server = await starting
  await using database = await (making ?? server.createDatabase())
  const sql = reading ?? readSchema(show(schema))
  making = reading = undefined

  const generated = await generateFromSchema(database.url, await sql)
  // rows.ts, inputs.ts and sql/ are for src/, which belongs to schema/ and writes its calls of functions itself.
  const files = new Map(
    [...generated.files].filter(([path]) =>
      withStatements ? path !== 'functions.ts' : !['rows.ts', 'inputs.ts'].includes(path),
    ),
  )
  if (!options.json) reportWarnings(generated.warnings)
  const settle = async (found: Change[]) => {
    if (!options.check) await write(out, found)
    else if (!options.json) for (const change of found) printPatch(change)
    return found
  }
  const changes = await settle(await compare(out, files, { withStatements: false }))
  if (withStatements) {
    // src/ imports catalog.ts at run time, so statements loaded before it was written are stale.
    if (!options.check && changes.some(({ path }) => path === 'catalog.ts')) loaded = undefined
    loaded ??= attempt(loadStatements())
    const listed = await emitStatements(database.url, await loaded)
    listed.set('snapshot.json', await emitSnapshot(database.url))
    const lost = (await lostFields).findLostFields(ROOT, await loaded)
    if (lost.length > 0) throw new LostFieldError(lost.join('\n'))
    changes.push(...(await settle(await compare(out, listed, { withStatements }))))
  }
  const milliseconds = performance.now() - started
  const isCheck = options.check === true
  console.log(
    options.json
      ? jsonOf(changes, { folder: show(out), warnings: generated.warnings, check: isCheck })
      : summaryOf(changes, { folder: show(out), command: 'npm run generate', milliseconds, check: isCheck }),
  )
  return !options.check || changes.length === 0
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
      return run().catch(reportError)
    })
  }
  const source = join(ROOT, 'src')
  const paths = withStatements ? [schema, source] : [schema]
  const watcher = watchFiles(paths, {
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: 30, pollInterval: 10 },
  }).on('all', (_, path) => {
    if (path.startsWith(source)) loaded = undefined
    again()
  })
  const stop = async () => {
    await watcher.close()
    await running
    await (await starting).close()
    process.exit(0)
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
  again()
  await running
  console.log(pc.dim(`Watching ${paths.map(show).join(' and ')}. Press Ctrl-C to stop.`))
}

if (options.watch) {
  await watch()
} else {
  const isInOrder = await run().catch((error: unknown) => {
    reportError(error, options)
    return false
  })
  await (await starting.catch(() => undefined))?.close()
  process.exitCode = isInOrder ? 0 : 1
}
