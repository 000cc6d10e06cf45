import { BASELINE, NOISE, type Process } from './contenders.ts'
import type { Data } from './data.ts'
import type { Operation } from './operation.ts'
import type { Measured } from './worker.ts'

interface Rounds {
  rounds: number
  /** The number of rounds for long operations, which consist of one call each. */
  imports: number
  milliseconds: number
}

/** A measurement is invalid if the baseline differs from itself by more than this. */
const NOISE_LIMIT = 0.05
const ATTEMPTS = 3

/** Measures contenders side by side. Each operation becomes a line of a table. */
export class Comparison {
  readonly lines: string[] = []
  readonly #processes: Process[]
  readonly #data: Data
  readonly #rounds: Rounds

  constructor(processes: Process[], data: Data, rounds: Rounds) {
    this.#processes = processes
    this.#data = data
    this.#rounds = rounds
  }

  get header(): string {
    const columns = ['operation', 'callers', ...this.#processes.map(({ name }) => name)]
    return `| ${columns.join(' | ')} |\n|${'---|'.repeat(columns.length)}`
  }

  /** The line of an operation. A noisy measurement is repeated, and labeled if it remains noisy. */
  async line(operation: Operation, able: Process[], callers: number): Promise<string> {
    const rounds = await this.rounds(operation, able, callers)
    const cells = this.#processes.map((process) => {
      if (!able.includes(process)) return '–'
      if (process.name === BASELINE) return `1.00 = ${baseline(rounds)}`
      return `${ratio(rounds, process.name, 'wall').toFixed(2)} / ${ratio(rounds, process.name, 'cpu').toFixed(2)}`
    })
    const line = `| ${operation.name}${isNoisy(rounds) ? ' (noisy)' : ''} | ${callers} | ${cells.join(' | ')} |`
    this.lines.push(line)
    return line
  }

  /** The measured rounds of an operation; those of the last attempt if all were noisy. */
  async rounds(operation: Operation, able: Process[], callers: number): Promise<Round[]> {
    let rounds = await this.#measure(operation, able, callers)
    for (let attempt = 1; attempt < ATTEMPTS && isNoisy(rounds); attempt += 1) {
      rounds = await this.#measure(operation, able, callers)
    }
    return rounds
  }

  async #measure(operation: Operation, able: Process[], callers: number): Promise<Round[]> {
    const { milliseconds, imports, rounds } = this.#rounds
    const measured: Round[] = []
    for (let number = 0; number < (operation.isLong ? imports : rounds); number += 1) {
      const round: Round = new Map()
      for (const [index] of able.entries()) {
        const process = able[(index + number) % able.length] as Process
        if (operation.onFresh) await this.#data.addFresh()
        const request = { kind: 'measure', operation: operation.name, milliseconds, callers } as const
        round.set(process.name, (await process.ask(request)) as Measured)
        if (operation.isLong || operation.onFresh) await this.#data.clean({ vacuum: true })
      }
      measured.push(round)
    }
    if (operation.writes) await this.#data.clean({ vacuum: true })
    return measured
  }
}

/** The measurements of a round, by contender. */
export type Round = Map<string, Measured>

/** The duration of a call of the baseline. */
export function baseline(rounds: Round[]): string {
  return duration(median(rounds.map((round) => round.get(BASELINE)?.wall ?? Number.NaN)))
}

/** The median of a contender's ratios to another one. */
export function ratio(rounds: Round[], name: string, what: keyof Measured, to = BASELINE): number {
  return median(rounds.map((round) => (round.get(name)?.[what] ?? NaN) / (round.get(to)?.[what] ?? NaN)))
}

/** Whether the baseline differs from itself by more than the limit. */
export const isNoisy = (rounds: Round[]) => Math.abs(ratio(rounds, NOISE, 'wall') - 1) > NOISE_LIMIT

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

function duration(microseconds: number): string {
  return microseconds < 10_000 ? `${Math.round(microseconds)} µs` : `${Math.round(microseconds / 1_000)} ms`
}
