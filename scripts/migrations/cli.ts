import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import pc from 'picocolors'
import { create, migrate, readSchemaFiles } from '../../src/admin.ts'
import { applySchema } from '../generate/apply.ts'
import { startScratchServer } from '../scratch/index.ts'
import { checkMigrations } from './check.ts'
import { diffDatabase } from './diff.ts'
import { draftFirst } from './draft.ts'
import { generateMigration } from './generate.ts'
import { lint } from './lint.ts'
import type { MigrationFile } from './migration-text.ts'
import { ProofError, prove } from './proof.ts'
import type { Rename } from './renames.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDER = join(ROOT, 'schema/migrations')

const program = new Command('npm run db:generate --').description(
  'Writes and checks the migrations that bring databases to schema/.',
)
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
  .action(generate)
program
  .command('check')
  .description('prove that all migrations together lead to schema/, from nothing and with rows in the tables')
  .action(check)
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
  .action(diff)
program
  .command('impact')
  .description(
    'report what schema/ means for a database: changes, refused rows, affected statements and types. Exit code 1: rows would be refused, or could not be checked',
  )
  .option('--url <url>', 'the database; it is only read. Without it: what changes after the last migration')
  .option('--timeout <seconds>', 'how long the check of one rule may take', Number, 60)
  .option('--json', 'print the result as JSON')
  .action(async ({ url, timeout, json }: { url?: string; timeout: number; json?: true }) => {
    if (!(timeout > 0)) program.error('error: --timeout must be a number of seconds above 0')
    const { findImpact, isSafe, report } = await import('./impact.ts')
    const folders = { schema: join(ROOT, 'schema'), migrations: FOLDER }
    const impact = await findImpact(folders, url, { timeout: timeout * 1_000 })
    console.log(json ? JSON.stringify(impact, null, 2) : report(impact, url))
    if (!isSafe(impact)) process.exitCode = 1
  })

await program.parseAsync().catch((error: unknown) => {
  process.exitCode = 1
  console.error(`${pc.red('✗')} ${error instanceof Error ? error.message : String(error)}`)
})

interface GenerateFlags {
  name: string
  rename: Rename[]
  renames: boolean
  allowDataLoss?: true
  draft?: true
}

async function generate(flags: GenerateFlags): Promise<void> {
  const known = await readFiles()
  await using server = await startScratchServer()
  const fresh = await server.createDatabase()
  const at = new Date()
  if (known.length === 0) {
    // create() records the package's migrations, and there is none yet.
    await applySchema(fresh.url, join(ROOT, 'schema'))
    const first = await draftFirst(flags.name, at)
    await prove(server, { known: [], added: [first], tolerance: 'nothing', isSeeded: true }, fresh)
    return write([first], { linted: false })
  }
  await create(fresh.url, { environment: 'test' })
  const current = await server.createDatabase()
  await migrate(current.url, { folder: FOLDER, environment: 'test' })
  const schema = (await readSchemaFiles()).map(({ sql }) => sql).join('\n')
  const { files, warnings } = await generateMigration(
    server,
    { known, current, fresh, schema, isSeeded: true },
    {
      name: flags.name,
      renames: flags.rename,
      decide: flags.renames ? decideRenames : async () => [],
      allowsDataLoss: flags.allowDataLoss === true,
      isDraft: flags.draft === true,
      at,
    },
  )
  for (const warning of warnings) console.error(pc.yellow(warning))
  if (files.length === 0) console.log(`${pc.green('✓')} Nothing to do: the migrations lead to schema/.`)
  await write(files)
}

interface DiffFlags {
  url: string
  write?: true
  out?: string
  rename: Rename[]
  renames: boolean
  allowDataLoss?: true
  dropSurplus?: true
}

/** SQL goes to the standard output, everything else to the standard error. */
async function diff(flags: DiffFlags): Promise<void> {
  await using server = await startScratchServer()
  const at = new Date()
  const { sql, kept, warnings } = await diffDatabase(server, flags.url, {
    renames: flags.rename,
    decide: flags.renames ? decideRenames : async () => [],
    allowsDataLoss: flags.allowDataLoss === true,
    dropsSurplus: flags.dropSurplus === true,
    at,
  })
  for (const warning of warnings) console.error(pc.yellow(warning))
  if (kept.length > 0)
    console.error(
      `Left as they are, since schema/ does not have them: ${kept.join(', ')}. To drop them: --drop-surplus`,
    )
  const baseline = 'npx norberts-spark-db migrate --baseline --url … --environment …'
  if (sql === undefined) {
    console.error(`${pc.green('✓')} The database has everything that schema/ describes. Next: ${baseline}`)
    return
  }
  if (!flags.write && flags.out === undefined) {
    process.stdout.write(sql)
    return
  }
  const time = at.toISOString().replace(/\D/g, '').slice(0, 14)
  const path = resolve(process.env.INIT_CWD ?? '.', flags.out ?? `${time}_to_schema.sql`)
  await writeFile(path, sql)
  console.log(path)
  console.error(
    `Verified on a copy of the structure. Next: db:impact --url … finds rows that would be refused;\npsql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f ${path}\n${baseline}`,
  )
}

/** Asks on a terminal; otherwise the flags must say it. */
async function decideRenames(candidates: readonly Rename[]): Promise<readonly Rename[]> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    const flags = candidates.map(({ from, to }) => `  --rename ${from}=${to}`)
    const isAmbiguous = new Set(candidates.map(({ from }) => from)).size < candidates.length
    throw new ProofError(
      `These may be renames${isAmbiguous ? '; where an old name has several possible new ones, choose one of them' : ''}:\n${flags.join('\n')}\nNothing was written. Add those that are, and --no-renames if others are not.`,
    )
  }
  const { default: input } = await import('@inquirer/input')
  const accepted: Rename[] = []
  for (const candidate of candidates) {
    if (accepted.some(({ from, to }) => from === candidate.from || to === candidate.to)) continue
    const answer = await input({
      message: `Is ${candidate.to} the new name of ${candidate.from}, with its rows? (yes/no)`,
    })
    if (/^y/i.test(answer)) accepted.push(candidate)
  }
  return accepted
}

async function check(): Promise<void> {
  const known = await readFiles()
  await using server = await startScratchServer()
  const fresh = await server.createDatabase()
  await create(fresh.url, { environment: 'test' })
  for (const warning of await checkMigrations(server, { known, fresh, isSeeded: true }))
    console.error(pc.yellow(warning))
  console.log(
    `${pc.green('✓')} ${known.length === 1 ? '1 migration leads' : `${known.length} migrations lead`} to schema/.`,
  )
}

async function readFiles(): Promise<MigrationFile[]> {
  const names = (await readdir(FOLDER).catch(() => [])).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(join(FOLDER, name), 'utf8') })))
}

async function write(files: readonly MigrationFile[], { linted = true } = {}): Promise<void> {
  await mkdir(FOLDER, { recursive: true })
  for (const { name, sql } of files) {
    const path = join(FOLDER, name)
    await writeFile(path, sql)
    console.log(`${pc.green('✓')} ${relative(ROOT, path)}`)
    for (const warning of linted ? await lint(path) : []) console.log(pc.yellow(`  ${warning}`))
  }
}

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
