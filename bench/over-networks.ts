import { compareAnswers } from './answers.ts'
import { baseline, Comparison, isNoisy, type Round, ratio } from './comparison.ts'
import { hasWord, OURS, type Process, startContenders } from './contenders.ts'
import type { Data } from './data.ts'
import { NETWORKS, type Network, type Reached, reachOver } from './network.ts'
import { OPERATIONS } from './operations.ts'

/** The libraries that are compared over networks, by the words in their names. */
const RIVALS = ['Kysely', 'Drizzle']

export interface NetworkRun {
  url: string
  data: Data
  /** Only operations whose names contain one of these words. */
  ops: readonly string[]
  /** Only networks whose names contain one of these words. */
  networks: readonly string[]
  callers: readonly number[]
  rounds: number
  milliseconds: number
}

/** Compares with the most used libraries over each network, and returns the section of the document. */
export async function compareOverNetworks(run: NetworkRun): Promise<string> {
  const operations = OPERATIONS.filter(({ name, isLong }) => !isLong && hasWord(name, run.ops))
  const cells = new Map<string, string[]>()
  const added: string[] = []
  const measured = NETWORKS.filter(({ name }) => hasWord(name, run.networks))
  for (const network of measured) {
    const reached = await reachOver(network, run.url)
    added.push(describe(network, reached))
    const processes = startContenders(reached.url, [...RIVALS, OURS])
    try {
      for (const operation of operations) {
        const able = await compareAnswers(operation, processes, run.data)
        for (const callers of run.callers) {
          const comparison = new Comparison(processes, run.data, { ...run, imports: 0 })
          const cell = cellOf(await comparison.rounds(operation, able, callers), able)
          const row = `${operation.name} | ${callers}`
          cells.set(row, [...(cells.get(row) ?? []), cell])
          console.log(`| ${network.name} | ${row} | ${cell} |`)
        }
      }
    } finally {
      for (const process of processes) await process.close()
      await reached.close()
    }
  }
  return section(run, measured, added, cells)
}

/** Ours compared with the baseline, and each rival, in its fastest variant, compared with ours. */
function cellOf(rounds: Round[], able: readonly Process[]): string {
  const rivals = RIVALS.map((word) => {
    const variants = able.filter(({ name }) => name.includes(word))
    return Math.min(...variants.map(({ name }) => ratio(rounds, name, 'wall', OURS))).toFixed(1)
  })
  const noisy = isNoisy(rounds) ? ' (noisy)' : ''
  return `${baseline(rounds)}; ${[ratio(rounds, OURS, 'wall').toFixed(2), ...rivals].join('; ')}${noisy}`
}

function describe({ name }: Network, { added: [median, percentile95] }: Reached): string {
  return `${name}: ${median.toFixed(1)} ms (95th percentile ${percentile95.toFixed(1)} ms)`
}

function section(
  run: NetworkRun,
  networks: readonly Network[],
  added: readonly string[],
  cells: ReadonlyMap<string, string[]>,
): string {
  const columns = ['operation', 'callers', ...networks.map(({ name }) => name)]
  const rows = Array.from(cells, ([row, each]) => `| ${row} | ${each.join(' | ')} |`)
  return `Written by \`npm run bench -- --over-networks\`: the same bench through a proxy of its own process that delays each byte, in
each direction, by the time at the head of the column, with and without TLS (a self-signed certificate). Medians of
${run.rounds} rounds of ${run.milliseconds} ms. A round trip took longer than on loopback by: ${added.join('; ')}.

Each cell: the duration of a call of \`pg\` with named prepared statements; ours relative to it; how many times as long as ours Kysely takes; and
Drizzle, in the fastest of its four variants.

| ${columns.join(' | ')} |
|${'---|'.repeat(columns.length)}
${rows.join('\n')}
`
}
