import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('..', import.meta.url))

interface Comparison {
  what: string
  baseline: string
  /** Arguments for node. */
  ours: string[]
  theirs: string[]
}

const COMPARISONS: Comparison[] = [
  {
    what: '`npm run generate`',
    baseline: 'boot, apply, `kysely-codegen`',
    ours: ['scripts/generate/main.ts', '--check'],
    theirs: ['bench/codegen-alone.ts'],
  },
  {
    what: '`npm run generate`',
    baseline: 'start, apply, kysely-codegen imported into the same process',
    ours: ['scripts/generate/main.ts', '--check'],
    theirs: ['bench/codegen-alone.ts', 'imported'],
  },
  {
    what: '`import "@norberts-spark/db"`',
    baseline: '`import "pg"`',
    ours: ['--input-type=module', '--eval', 'import "./dist/index.js"'],
    theirs: ['--input-type=module', '--eval', 'import "pg"'],
  },
]

const ROUNDS = 15

/** Runs both sides of each pair alternately. Requires a build. */
export async function compareProcesses(): Promise<string[]> {
  await run('npm', ['run', 'build'], { cwd: ROOT })
  const lines: string[] = []
  for (const { what, baseline, ours, theirs } of COMPARISONS) {
    const ratios: number[] = []
    for (let round = 0; round <= ROUNDS; round += 1) {
      const [first, second] = round % 2 ? [ours, theirs] : [theirs, ours]
      const times = [await time(first), await time(second)] as const
      const [our, their] = round % 2 ? times : [times[1], times[0]]
      // The first round fills caches.
      if (round > 0) ratios.push(our / their)
    }
    const line = `| ${what} | ${baseline} | ${ratios.sort((a, b) => a - b)[ROUNDS >> 1]?.toFixed(2)} |`
    console.log(line)
    lines.push(line)
  }
  return lines
}

async function time(args: string[]): Promise<number> {
  const started = performance.now()
  await run(process.execPath, args, { cwd: ROOT })
  return performance.now() - started
}
