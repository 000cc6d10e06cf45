import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Command } from 'commander'
import pc from 'picocolors'
import { create, migrate } from '../../src/admin.ts'
import { type ScratchDatabase, type ScratchServer, startScratchServer } from '../scratch/index.ts'
import type { Rename } from './differ.ts'
import { draft, draftFirst, emptyDraft } from './generate.ts'
import { lint } from './lint.ts'
import { type MigrationFile, ProofError, prove } from './proof.ts'
import { repair } from './repair.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDER = join(ROOT, 'schema/migrations')
const NEXT = 'Write what is missing, or mend the last: npm run db:generate -- --name …'
const ANEW =
  'No release is tagged yet, so that no database needs the step between: write the first anew, rm schema/migrations/*.sql && npm run db:generate -- --name initial'

const program = new Command('npm run db:generate --').description(
  'Looks after the migrations that lead databases to schema/.',
)
program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))

program
  .command('generate')
  .description('write the migration that leads from those there are to schema/, proven')
  .requiredOption('--name <name>', 'what it does, such as add_phone', nameReader)
  .option(
    '--rename <old=new>',
    'a column or table that has another name, such as users.name=full_name',
    collect,
    [],
  )
  .option('--no-renames', 'what looks like a rename is none')
  .option('--allow-data-loss', 'write it although rows lose what they hold')
  .option('--draft', 'write it although it does not prove itself, to be completed by hand')
  .action(generate)
program
  .command('check')
  .description('prove that all migrations together lead to schema/, from nothing and with rows in the tables')
  .action(check)
program
  .command('impact')
  .description('tell what an edit of schema/ means: changes, rows refused, statements and types touched')
  .option('--url <url>', 'a database whose rows are asked, which are only read')
  .option('--json', 'print the result as JSON')
  .action(async ({ url, json }: { url?: string; json?: true }) => {
    const { findImpact, report } = await import('./impact.ts')
    const impact = await findImpact({ schema: join(ROOT, 'schema'), migrations: FOLDER }, url)
    console.log(json ? JSON.stringify(impact, null, 2) : report(impact, url))
  })

await program.parseAsync().catch((error: unknown) => {
  process.exitCode = 1
  console.error(`${pc.red('✗')} ${error instanceof Error ? error.message : String(error)}`)
})

interface GenerateOptions {
  name: string
  rename: Rename[]
  renames: boolean
  allowDataLoss?: true
  draft?: true
}

async function generate(options: GenerateOptions): Promise<void> {
  const known = await readFiles()
  await using server = await startScratchServer()
  const fresh = await server.createDatabase()
  await create(fresh.url, { environment: 'test' })
  const at = new Date()
  if (known.length === 0) {
    const first = await draftFirst(options.name, at)
    await prove(server, { known: [], added: [first] }, fresh)
    return write([first], { linted: false })
  }
  const current = await server.createDatabase()
  await migrate(current.url, { folder: FOLDER, environment: 'test' })
  const renames = await settleRenames(options, (renames) =>
    draft(options.name, { current, fresh }, { renames, at }),
  )
  const drafted = await draft(options.name, { current, fresh }, { renames, at })
  const { refused, destroying } = drafted
  if (refused.length > 0) {
    const names = refused.map(({ from, to }) => `  ${from}=${to}`)
    throw new ProofError(
      `No such rename: the old name must be gone, the new one be new, and nothing else of it differ.\n${names.join('\n')}\nNothing was written. Change name and type in two migrations, one after the other.`,
    )
  }
  if (drafted.files.length === 0 && (await isProven(server, known, fresh))) {
    console.log(`${pc.green('✓')} Nothing to do: the migrations lead to schema/.`)
    return
  }
  const files = drafted.files.length > 0 ? drafted.files : [emptyDraft(options.name, at)]
  if (destroying.length > 0 && !options.allowDataLoss) {
    throw new ProofError(
      `Rows would lose or change what they hold:\n${destroying.map((sql) => `  ${sql}`).join('\n')}\nNothing was written. If that is meant, say --allow-data-loss; if it can be done without, add --draft, and write it by hand.`,
    )
  }
  const proven = await proveRepaired(files, fresh.url, (added) =>
    prove(server, { known, added }, fresh),
  ).catch((error: unknown) => {
    if (!options.draft) throw refusal(error)
    console.error(pc.yellow(`Not proven, to be completed by hand: ${(error as Error).message}`))
    return files
  })
  await write(proven)
}

/** The differ finds nothing: whether our own catalog of facts finds nothing either. */
async function isProven(
  server: ScratchServer,
  known: readonly MigrationFile[],
  fresh: ScratchDatabase,
): Promise<boolean> {
  try {
    await prove(server, { known, added: [] }, fresh)
    return true
  } catch (error) {
    if (error instanceof ProofError && error.differences.length > 0) return false
    throw error
  }
}

/** Again with what the differ passes over, if that is all that is missing: an object first, then what is said of it. */
async function proveRepaired(
  files: readonly MigrationFile[],
  fresh: string,
  proof: (files: readonly MigrationFile[]) => Promise<void>,
  attempts = 3,
): Promise<readonly MigrationFile[]> {
  try {
    await proof(files)
    return files
  } catch (error) {
    if (!(error instanceof ProofError) || attempts === 0) throw error
    const repaired = await repair(files[0] as MigrationFile, error.differences, fresh)
    if (!repaired) throw error
    return proveRepaired([repaired, ...files.slice(1)], fresh, proof, attempts - 1)
  }
}

/** Asks on a terminal; otherwise they must have been given. */
async function settleRenames(
  { rename, renames }: GenerateOptions,
  drafted: (renames: readonly Rename[]) => Promise<{ candidates: readonly Rename[] }>,
): Promise<readonly Rename[]> {
  const { candidates } = await drafted(rename)
  if (candidates.length === 0 || !renames) return rename
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    const flags = candidates.map(({ from, to }) => `  --rename ${from}=${to}`)
    throw new ProofError(
      `It may be that these have another name now:\n${flags.join('\n')}\nNothing was written. Say so, or say --no-renames.`,
    )
  }
  const { default: input } = await import('@inquirer/input')
  const accepted = [...rename]
  for (const candidate of candidates) {
    const answer = await input({
      message: `Is ${candidate.to} the new name of ${candidate.from}, with its rows? (yes/no)`,
    })
    if (/^y/i.test(answer)) accepted.push(candidate)
  }
  return accepted
}

function refusal(error: unknown): Error {
  if (!(error instanceof ProofError)) return error as Error
  const { message } = error
  return new ProofError(
    `${message}\nNothing was written. Change schema/, or write the migration with --draft, complete it by hand, and prove it: npm run db:check`,
  )
}

async function check(): Promise<void> {
  const known = await readFiles()
  await using server = await startScratchServer()
  const fresh = await server.createDatabase()
  await create(fresh.url, { environment: 'test' })
  // All but the first, which makes the tables, meet rows in them.
  const [first, ...others] = known
  const proof = others.length > 0 && first ? { known: [first], added: others } : { known: [], added: known }
  await prove(server, proof, fresh).catch(async (error: unknown) => {
    if (!(error instanceof ProofError)) throw error
    throw new ProofError(`${error.message}\n${(await isReleased()) ? NEXT : ANEW}`)
  })
  console.log(
    `${pc.green('✓')} ${known.length === 1 ? '1 migration leads' : `${known.length} migrations lead`} to schema/.`,
  )
}

/** Whether somebody may have a database that the migrations so far have made. */
async function isReleased(): Promise<boolean> {
  const { stdout } = await promisify(execFile)('git', ['tag', '--list', 'v*'], { cwd: ROOT }).catch(() => ({
    stdout: '',
  }))
  return stdout.trim() !== ''
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
