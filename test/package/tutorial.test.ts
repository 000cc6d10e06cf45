import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { blocksOf, isAsShown } from '../docs/snippets.ts'

/** Pages whose commands run in an empty folder, and the folder that they make. */
const PAGES = [
  ['docs/tutorial/first-service.md', 'contacts'],
  ['docs/how-to/own-tables.md', 'desk'],
] as const

test.for(PAGES)(
  'every command and file of %s works, with the output that the page shows',
  { timeout: 300_000 },
  async ([PAGE, project]) => {
    const folder = await mkdtemp(join(tmpdir(), 'tutorial-'))
    await chmod(folder, 0o755) // the server runs as another user when this one is root
    try {
      const page = (await readFile(PAGE, 'utf8')).replaceAll('3000', String(await freePort()))
      const blocks = blocksOf(page)

      const code = await bash(folder, project, scriptOf(blocks))

      const outputs = await Promise.all(
        blocks.map((_, index) => readFile(join(folder, `${index}.out`), 'utf8').catch(() => '')),
      )
      expect(code, outputs.join('\n')).toBe(0)
      for (const [index, { language, text, line }] of blocks.entries()) {
        if (language !== 'text') continue
        const output = outputs[index - 1] ?? ''
        expect(isAsShown(output, text), `${PAGE}:${line} shows\n${text}\nbut the output is\n${output}`).toBe(
          true,
        )
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  },
)

/** One shell runs all blocks, so that a folder, a variable and a background job last as on a terminal. */
function scriptOf(blocks: ReturnType<typeof blocksOf>): string {
  return blocks
    .map(({ language, text, file }, index) => {
      if (language === 'sh') return `exec >"$OUT/${index}.out" 2>&1\n${text}`
      if (file) return `mkdir -p "$(dirname ${file})"\ncat > ${file} <<'END OF FILE'\n${text}END OF FILE`
      return ''
    })
    .join('\n')
}

/** The one difference from a reader's terminal: the package comes from the tarball. */
const NPM = `npm() { command npm "\${@/#@norberts-spark\\/db/$TARBALL}"; }`
const stop = (project: string) =>
  `trap '{ cd ${project}; npx --no-install norberts-spark-db stop; kill $(jobs -p); } >/dev/null 2>&1 || true' EXIT`

async function bash(folder: string, project: string, script: string): Promise<number | null> {
  const { NODE_OPTIONS, VITEST, NODE_ENV, TEST_DATABASE_URL, DATABASE_URL, ...env } = process.env
  await writeFile(join(folder, 'tutorial.sh'), `set -e\n${NPM}\n${stop(project)}\n${script}`)
  const child = spawn('bash', ['tutorial.sh'], {
    cwd: folder,
    env: {
      ...env,
      OUT: folder,
      TARBALL: inject('tarball'),
      NO_COLOR: '1',
      npm_config_prefer_offline: 'true',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return new Promise((resolve) => child.once('exit', resolve))
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
