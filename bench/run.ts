import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { applySchema } from '../scripts/generate/apply.ts'
import { startScratchServer } from '../scripts/scratch/index.ts'
import { compareAnswers } from './answers.ts'
import { Comparison } from './comparison.ts'
import { hasWord, startContenders } from './contenders.ts'
import { Data } from './data.ts'
import { updateDocument, writeDocument } from './document.ts'
import { installContenders, versions } from './install.ts'
import { OPERATIONS } from './operations.ts'
import { compareProcesses } from './processes.ts'

const list = (text: string) => text.split(',').filter(Boolean)
const numbers = (text: string) => list(text).map(Number)

const { rounds, imports, milliseconds, callers, ops, only } = new Command('npm run bench --')
  .description(
    'Compares with hand-written pg, interleaved. A full run writes docs/explanation/benchmarks.md.',
  )
  .option('--ops <words>', 'only operations whose name has one of these words, separated by commas', list, [])
  .option(
    '--only <words>',
    'only contenders whose name has one of these words; pg and its noise always',
    list,
    [],
  )
  .option('--rounds <n>', 'rounds of each operation', Number, 60)
  .option('--imports <n>', 'rounds of the import', Number, 5)
  .option('--milliseconds <n>', 'of each contender in each round', Number, 120)
  .option('--callers <numbers>', 'how many call at the same time', numbers, [1, 32])
  .parse()
  .opts<{
    rounds: number
    imports: number
    milliseconds: number
    callers: number[]
    ops: string[]
    only: string[]
  }>()

/** Fewer rounds, or shorter ones, say too little to be written down. */
const isLong =
  only.length === 0 && callers.join() === '1,32' && rounds >= 20 && milliseconds >= 100 && imports >= 5
/** In the words of the document, which holds lines of one method alone. */
const method = `${rounds} rounds of ${milliseconds} ms (of the import: ${imports} imports)`

await installContenders()
await using server = await startScratchServer()
const { url } = await server.createDatabase()
await applySchema(url, fileURLToPath(new URL('../schema', import.meta.url)))
const data = await Data.fill(url)
const processes = startContenders(url, only)
const comparison = new Comparison(processes, data, { rounds, imports, milliseconds })
try {
  console.log(comparison.header)
  for (const operation of OPERATIONS.filter(({ name }) => hasWord(name, ops))) {
    const able = await compareAnswers(operation, processes, data)
    for (const count of operation.isLong ? [1] : callers) {
      console.log(await comparison.line(operation, able, count))
    }
  }
} finally {
  for (const process of processes) await process.close()
  await data.close()
}
if (isLong && ops.length === 0) await writeDocument(report(await compareProcesses()))
else if (isLong && !(await updateDocument(method, comparison.header, comparison.lines)))
  console.log('docs/explanation/benchmarks.md was measured otherwise, and stays as it is.')

function report(wholeProcesses: string[]): string {
  const machine = `${cpus().length} cores, Node ${process.versions.node}, ${server.description}, fsync off, loopback`
  return `# Benchmarks

Written by \`npm run bench\`: ${machine}; ${versions()}.

Ratios to hand-written \`pg\` with named prepared statements (1.00, and what it took), wall time / CPU of the client; medians of
${method}, contenders in processes of their own, interleaved, the order rotated,
answers compared first. *pg again* is the baseline a second time: the noise; *noisy* where it left 0.95–1.05. *pg plain* does
not prepare; *pg tuned* is the best that could be written by hand; *pg document* keeps each chat as one jsonb, which orders
keys its own way (its answers are compared without their order) and has no index to search by. What a contender does not do
is shown as –; rows whose number varies cannot be prepared by Drizzle.

${comparison.header}
${comparison.lines.join('\n')}

Whole processes, medians of ratios of the wall time:

| what | compared with | ratio |
|---|---|---|
${wholeProcesses.join('\n')}
`
}
