import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, test as base, beforeAll, expect, inject } from 'vitest'
import { ScratchDatabases } from '../../scripts/scratch/index.ts'
import { ENTRIES } from './entries.ts'
import { PageFolder } from './page-folder.ts'
import { isAsShown } from './snippets.ts'

const run = promisify(execFile)
const FOLDER = 'docs/how-to'
const HOW_TOS = (await readdir(FOLDER))
  // test/package/tutorial.test.ts runs the commands of the installed package.
  .filter((name) => name.endsWith('.md') && name !== 'own-tables.md')
  .map((name) => join(FOLDER, name))
const PATHS = ['README.md', ...HOW_TOS]

let root = ''
const pages = new Map<string, PageFolder>()

const test = base.extend<{ server: ScratchDatabases }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs from the pattern
  server: async ({}, use) => {
    await using server = new ScratchDatabases(inject('scratch'))
    await use(server)
  },
})

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'how-to-'))
  await chmod(root, 0o755) // an embedded server runs as another user when this one is root
  for (const path of PATHS) {
    const folder = join(root, basename(path, '.md'))
    await mkdir(folder)
    pages.set(path, await PageFolder.make(folder, path))
  }
})

afterAll(() => rm(root, { recursive: true }))

test.for(['CONTRIBUTING.md', 'docs/explanation/architecture.md'])(
  '%s names files that exist',
  async (path) => {
    const named = (await readFile(path, 'utf8')).matchAll(
      /`((?:src|scripts|test|schema|bench|docs|generated|examples)\/[^`<…*]*)/g,
    )

    const missing = [...new Set([...named].map(([, name]) => name as string))].filter(
      (name) => !existsSync(name),
    )

    expect(missing).toEqual([])
  },
)

test('the snippets compile', { timeout: 120_000 }, async () => {
  await writeFile(
    join(root, 'tsconfig.json'),
    JSON.stringify({
      extends: resolve('tsconfig.json'),
      compilerOptions: {
        noUnusedLocals: false,
        typeRoots: [resolve('node_modules/@types')],
        paths: Object.fromEntries(
          Object.entries(ENTRIES).map(([name, file]) => [name, [resolve(`src/${file}.ts`)]]),
        ),
      },
      include: [],
      files: [...pages.values()].flatMap(({ sources }) => sources),
    }),
  )

  const { stdout } = await run('tsc', ['--project', root]).catch((error) => error as { stdout: string })

  expect(stdout).toBe('')
})

test.for(PATHS)(
  '%s: the commands work, and the program prints what its comments show',
  { timeout: 180_000 },
  async (path, { server }) => {
    const page = pages.get(path) as PageFolder
    await using database = await server.createDatabase(
      page.startsEmpty ? {} : { template: inject('template') },
    )

    const outputs = await page.runCommands(database.url)
    const printed = (await page.runProgram(database.url)).split('\n')

    for (const [index, { language, text }] of page.blocks.entries()) {
      if (language === 'text') expect(isAsShown(outputs[index - 1] as string, text), text).toBe(true)
    }
    for (const line of page.shown) {
      expect(
        printed.some((each) => isAsShown(each, line)),
        `${line}\nis not in\n${printed.join('\n')}`,
      ).toBe(true)
    }
  },
)
