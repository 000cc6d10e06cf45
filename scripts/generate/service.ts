import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { loadModule } from 'libpg-query'
import pc from 'picocolors'
import { packagePath } from '../../src/package/index.ts'
import { ownStatements } from '../../src/query/index.ts'
import { startScratchServer } from '../scratch/index.ts'
import { applySchema } from './apply.ts'
import { BANNER } from './banner.ts'
import { hasPackage, needsPackage, withoutPackage } from './beside-package.ts'
import type { Catalog } from './catalog.ts'
import { emitFiles } from './index.ts'
import { type Change, compare, write } from './output.ts'
import { readCatalog } from './read-catalog.ts'
import { jsonOf, printPatch, reportError, reportWarnings, summaryOf } from './report.ts'
import { readSchema } from './schema-files.ts'
import { emitStatements, StatementError } from './statements.ts'

export { rowTypeDifferences } from './row-types.ts'

/** The options of `norberts-spark-db generate`. */
export interface ServiceOptions {
  /** A folder of SQL files, in name order. */
  readonly schema?: string
  /** A live database, which is only read. */
  readonly url?: string
  /** The folder to write. */
  readonly out: string
  /** A module that defines the service's statements with `statement`, `variants` or `list` when it is imported. */
  readonly statements?: string
  readonly check?: boolean
  readonly watch?: boolean
  /** Prints the result as JSON. */
  readonly json?: boolean
}

const COMMAND = 'npx norberts-spark-db generate'
const show = (path: string) => relative(process.cwd(), path) || '.'

/** Generates the files of a service. Resolves to false if they are out of date (`check`) or could not be generated. */
export async function generateForService(options: ServiceOptions): Promise<boolean> {
  const attempt = () =>
    run(options).catch((error: unknown) => {
      reportError(error, options)
      return false
    })
  const result = await attempt()
  if (options.watch) await runOnChanges(options, attempt)
  return result
}

async function run(options: ServiceOptions): Promise<boolean> {
  const started = performance.now()
  await loadModule()
  const out = resolve(options.out)
  await using source = await openSource(options)
  const catalog = await readCatalog(source.url)
  const { files, warnings } = emitFiles(hasPackage(catalog) ? await withoutOurs(catalog) : catalog)
  const allWarnings = [...source.warnings, ...warnings]
  if (!options.json) reportWarnings(allWarnings)
  const own = new Map([...files].map(([path, text]) => [path, forService(text)]))
  const check = options.check === true
  const settle = async (found: Change[]) => {
    if (!check) await write(out, found)
    else if (!options.json) for (const change of found) printPatch(change)
    return found
  }
  const changes = await settle(await compare(out, own, { withStatements: false }))
  if (options.statements !== undefined) {
    // The module imports the files that were just written.
    const statements = await emitOwnStatements(options.statements, source.url)
    changes.push(...(await settle(await compare(out, statements, { withStatements: true }))))
  }
  const milliseconds = performance.now() - started
  console.log(
    options.json
      ? jsonOf(changes, { folder: show(out), warnings: allWarnings, check })
      : summaryOf(changes, { folder: show(out), command: COMMAND, milliseconds, check }),
  )
  return !check || changes.length === 0
}

async function withoutOurs(catalog: Catalog): Promise<Catalog> {
  const snapshot = JSON.parse(await readFile(packagePath('generated/snapshot.json'), 'utf8'))
  return withoutPackage(catalog, new Set(Object.keys(snapshot.objects)))
}

interface Source extends AsyncDisposable {
  readonly url: string
  readonly warnings: readonly string[]
}

/** The live database, or one on a scratch server to which the folder is applied, after the package's schema if it needs that. */
async function openSource({ schema, url }: ServiceOptions): Promise<Source> {
  if (url !== undefined) return { url, warnings: [], [Symbol.asyncDispose]: async () => {} }
  const sql = await readSchema(show(resolve(schema as string)))
  const server = await startScratchServer()
  try {
    const database = await server.createDatabase()
    if (needsPackage(sql)) await applySchema(database.url, packagePath('schema'))
    const warnings = await applySchema(database.url, sql)
    return { url: database.url, warnings, [Symbol.asyncDispose]: () => server.close() }
  } catch (error) {
    await server.close()
    throw error
  }
}

/** The files of sql/: the statements that the module defines, as PostgreSQL accepts them. */
async function emitOwnStatements(module: string, url: string): Promise<ReadonlyMap<string, string>> {
  await import(pathToFileURL(resolve(module)).href).catch((cause: unknown) => {
    const hint =
      cause instanceof SyntaxError && module.endsWith('.ts')
        ? '. In a CommonJS package, pass the compiled file.'
        : ''
    throw new StatementError(`The module ${module} of --statements does not load: ${cause}${hint}`, { cause })
  })
  const { format } = await import('sql-formatter')
  return emitStatements(
    url,
    ownStatements().map(({ name, sql, parameters, isRare }) => ({
      name,
      sql,
      parameters,
      isRare,
      formatted: format(sql, { language: 'postgresql', keywordCase: 'lower', functionCase: 'lower' }),
    })),
    `-- Written by \`${COMMAND}\`. Do not edit.`,
  )
}

/** With a banner of its own. pnpm lets a service import its own dependencies alone: the types of Kysely come from the package. */
function forService(text: string): string {
  return text
    .replace(/(?<=^import type \{[^}]*\} from )["']kysely["']/m, "'@norberts-spark/db/query'")
    .replace(BANNER, `// Written by \`${COMMAND}\`. Do not edit: change the SQL and generate again.`)
    .replace(
      /^<!-- Written by .*? -->/,
      `<!-- Written by \`${COMMAND}\`. Do not edit: change the SQL and generate again. -->`,
    )
}

/** Runs again after each change of the folder, until the process is interrupted. */
async function runOnChanges({ schema }: ServiceOptions, again: () => Promise<boolean>): Promise<void> {
  const folder = resolve(schema as string)
  let running: Promise<unknown> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  const watcher = watch(folder, () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      running = running.then(again)
    }, 50)
  })
  console.log(pc.dim(`Watching ${show(folder)}. Press Ctrl-C to stop.`))
  await new Promise<void>((done) => {
    process.once('SIGINT', done).once('SIGTERM', done)
  })
  clearTimeout(timer)
  watcher.close()
  await running
}
