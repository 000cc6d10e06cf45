import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { applySchema } from '../scripts/generate/apply.ts'
import { startScratchServer } from '../scripts/scratch/index.ts'
import { compareAnswers } from './answers.ts'
import { Comparison } from './comparison.ts'
import { hasWord, startContenders } from './contenders.ts'
import { Data } from './data.ts'
import { updateDocument, writeDocument, writeSection } from './document.ts'
import { installContenders, versions } from './install.ts'
import { createLogin } from './login.ts'
import { OPERATIONS } from './operations.ts'
import { compareOverNetworks } from './over-networks.ts'
import { compareProcesses } from './processes.ts'

const list = (text: string) => text.split(',').filter(Boolean)
const numbers = (text: string) => list(text).map(Number)

const { answers, rounds, imports, milliseconds, callers, ops, only, overNetworks, networks, fsync } =
  new Command('npm run bench --')
    .description(
      'Compares contenders with hand-written pg, interleaved. A full run writes docs/explanation/benchmarks.md.',
    )
    .option(
      '--ops <words>',
      'only operations whose names contain one of these words, separated by commas',
      list,
      [],
    )
    .option(
      '--only <words>',
      'only contenders whose names contain one of these words; pg and its noise are always included',
      list,
      [],
    )
    .option('--rounds <n>', 'rounds per operation', Number, 60)
    .option('--imports <n>', 'rounds of the import', Number, 5)
    .option('--milliseconds <n>', 'duration of each contender in a round', Number, 120)
    .option('--callers <numbers>', 'numbers of concurrent callers, separated by commas', numbers, [1, 32])
    .option('--over-networks', 'over delayed connections and TLS instead of loopback; 20 rounds suffice')
    .option(
      '--networks <words>',
      'with --over-networks: only networks whose names contain one of these words',
      list,
      [],
    )
    .option('--answers', 'only compare the answers of all contenders, and the rows that they write')
    .option('--fsync', 'on a disk, with fsync: each commit waits for it')
    .parse()
    .opts<{
      answers?: true
      rounds: number
      imports: number
      milliseconds: number
      callers: number[]
      ops: string[]
      only: string[]
      overNetworks?: true
      networks: string[]
      fsync?: true
    }>()

/** Results of fewer or shorter rounds are too inaccurate for the document. */
const isLong =
  !fsync &&
  !answers &&
  only.length === 0 &&
  callers.join() === '1,32' &&
  rounds >= 20 &&
  milliseconds >= 100 &&
  imports >= 5
/** The method as stated in the document, which contains only lines of the same method. */
const method = `${rounds} rounds of ${milliseconds} ms (of the import: ${imports} imports)`

await installContenders()
await using server = await startScratchServer(process.env.SCRATCH, { durable: fsync ?? false })
const { url } = await server.createDatabase()
await applySchema(url, fileURLToPath(new URL('../schema', import.meta.url)))
const data = await Data.fill(url)
await createLogin(url)
try {
  if (overNetworks) await measureOverNetworks()
  else await measureOnLoopback()
} finally {
  await data.close()
}

async function measureOverNetworks(): Promise<void> {
  const section = await compareOverNetworks({ url, data, ops, networks, callers, rounds, milliseconds })
  // Results of fewer or shorter rounds are too inaccurate for the document.
  if (!fsync && ops.length + networks.length === 0 && rounds >= 20 && milliseconds >= 100)
    await writeSection(section)
  else console.log(section)
}

async function measureOnLoopback(): Promise<void> {
  const processes = startContenders(url, only)
  const comparison = new Comparison(processes, data, { rounds, imports, milliseconds })
  try {
    if (!answers) console.log(comparison.header)
    for (const operation of OPERATIONS.filter(({ name }) => hasWord(name, ops))) {
      const able = await compareAnswers(operation, processes, data)
      if (answers) console.log(`${operation.name}: ${able.map(({ name }) => name).join(', ')}`)
      for (const count of answers ? [] : operation.isLong ? [1] : callers) {
        console.log(await comparison.line(operation, able, count))
      }
    }
  } finally {
    for (const process of processes) await process.close()
  }
  if (isLong && ops.length === 0) await writeDocument(report(comparison, await compareProcesses()))
  else if (isLong && !(await updateDocument(method, comparison.header, comparison.lines)))
    console.log('docs/explanation/benchmarks.md was measured by another method and is not changed.')
}

function report(comparison: Comparison, wholeProcesses: string[]): string {
  const machine = `${cpus().length} cores, Node ${process.versions.node}, ${server.description}, fsync off, loopback`
  return `# Benchmarks

Written by \`npm run bench\`: ${machine}; ${versions()}.

Ratios to hand-written \`pg\` with named prepared statements (1.00, with its duration): wall time / CPU time of the client, medians of
${method}, with the contenders in separate processes, interleaved in
rotating order, after comparing their answers. *pg again* is the baseline a second time and shows the noise; a line is *noisy*
if it is outside 0.95–1.05. *ours, with row security* has an actor and a login that owns nothing. *pg plain* does not prepare statements. *pg tuned* is the fastest hand-written code. *pg document*
stores each chat as one jsonb document, which does not keep the order of keys (its answers are compared without that order)
and has no index for the search. An operation that a contender lacks is shown as –. Drizzle cannot prepare statements with a
variable number of rows. Duplicates and merges, whose functions are in the schema, would be raw SQL as a whole in Drizzle and Prisma.

${comparison.header}
${comparison.lines.join('\n')}

Whole processes, medians of ratios of the wall time:

| process | compared with | ratio |
|---|---|---|
${wholeProcesses.join('\n')}
`
}
