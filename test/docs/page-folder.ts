import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { type Block, blocksOf } from './snippets.ts'

const run = promisify(execFile)
const REPOSITORY = resolve('.')
const COPIED = [
  'src',
  'scripts',
  'schema',
  'generated',
  'package.json',
  'tsconfig.json',
  'tsup.config.ts',
  'vitest.config.ts',
  '.dependency-cruiser.cjs',
  'biome.json',
]

/** A page of docs/how-to, whose blocks are run in a copy of the repository. */
export class PageFolder {
  readonly blocks: readonly Block[]
  readonly #folder: string

  private constructor(folder: string, blocks: readonly Block[]) {
    this.#folder = folder
    this.blocks = blocks
  }

  static async make(folder: string, path: string): Promise<PageFolder> {
    const page = new PageFolder(folder, blocksOf(await readFile(path, 'utf8')))
    for (const name of COPIED) await cp(join(REPOSITORY, name), join(folder, name), { recursive: true })
    await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'))
    for (const { file, text, language } of page.blocks) {
      if (file === undefined || language === 'diff') continue
      await mkdir(dirname(join(folder, file)), { recursive: true })
      await writeFile(join(folder, file), text)
    }
    await writeFile(join(folder, 'page.ts'), `${page.program}\nexport {}\n`)
    return page
  }

  /** The TypeScript blocks that are not files of their own, one after the other. */
  get program(): string {
    return this.#programBlocks.map(({ text }) => text).join('\n')
  }

  get #programBlocks(): readonly Block[] {
    return this.blocks.filter(({ language, file, notRun }) => language === 'ts' && !file && !notRun)
  }

  /** The lines that it prints, from comments: behind `console.log(…)`, or the last lines of a block. */
  get shown(): readonly string[] {
    const behind = [...this.program.matchAll(/console\.log\(.*\),? \/\/ (.+)$/gm)]
    const last = this.#programBlocks.flatMap(({ text }) => [
      ...(/(?:\/\/ .+\n)+$/.exec(text)?.[0] ?? '').matchAll(/^\/\/ (.+)$/gm),
    ])
    return [...behind, ...last].map(([, line]) => line as string)
  }

  /** Whether its commands make the tables. */
  get startsEmpty(): boolean {
    return this.blocks.some(({ language, text }) => language === 'sh' && /migrate|db:create/.test(text))
  }

  get sources(): readonly string[] {
    const files = this.blocks.filter(({ language, file }) => language === 'ts' && file)
    return ['page.ts', ...files.map(({ file }) => file as string)].map((file) => join(this.#folder, file))
  }

  /** Runs the program; resolves with what it prints. */
  async runProgram(url: string): Promise<string> {
    const hooks = join(REPOSITORY, 'test/docs/package-source.ts')
    const { stdout, stderr } = await run(process.execPath, ['--import', hooks, 'page.ts'], this.#options(url))
    return stdout + stderr
  }

  /** Applies the diffs and runs the commands, from top to bottom; resolves with the output of each block. */
  async runCommands(url: string): Promise<readonly string[]> {
    const outputs: string[] = []
    for (const block of this.blocks) outputs.push(await this.#runBlock(block, url))
    return outputs
  }

  async #runBlock({ language, file, text, notRun }: Block, url: string): Promise<string> {
    if (notRun) return ''
    if (language === 'diff' && file) {
      const path = join(this.#folder, file)
      await writeFile(path, patched(await readFile(path, 'utf8'), text, file))
    }
    if (language === 'sql' && !file) await inRolledBackTransaction(url, text)
    if (language !== 'sh') return ''
    const script = `exec 2>&1\n${FUNCTIONS}\n${text}`
    const { stdout } = await run('bash', ['-ec', script], this.#options(url)).catch((error) => {
      throw new Error(`${text}failed:\n${error.stdout}`)
    })
    return stdout
  }

  #options(url: string) {
    const { NODE_OPTIONS, VITEST, NODE_ENV, ...env } = process.env
    return {
      cwd: this.#folder,
      env: { ...env, DATABASE_URL: url, TEST_DATABASE_URL: url, NO_COLOR: '1', REPOSITORY },
    }
  }
}

/**
 * The bin of the package and its imports lead to the sources; every package is installed. The scratch database stands in for
 * the one on the embedded server, whose environment needs no statement.
 */
const FUNCTIONS = `
npm() { [ "$1" = install ] || DATABASE_ENVIRONMENT=test command npm "$@"; }
npx() { [ "$1" = norberts-spark-db ] && { shift; node src/cli.ts "$@"; } || command npx --no-install "$@"; }
node() { command node --import "$REPOSITORY/test/docs/package-source.ts" "$@"; }`

/** Lines that begin with a space or a minus are found in the file, and replaced by those with a space or a plus. */
function patched(text: string, diff: string, file: string): string {
  const lines = diff.split('\n').slice(0, -1)
  const side = (omitted: string) =>
    lines
      .filter((line) => !line.startsWith(omitted))
      .map((line) => `${line.slice(1)}\n`)
      .join('')
  const before = side('+')
  if (!text.includes(before)) throw new Error(`${file} has no lines:\n${before}`)
  return text.replace(before, () => side('-'))
}

async function inRolledBackTransaction(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(`begin;\n${sql}\n;rollback`)
  } finally {
    await client.end()
  }
}
