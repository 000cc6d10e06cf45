// A checker of Stryker: only a sample of the mutants of each file is tested, the same with the same seed.
import { createHash } from 'node:crypto'
import { type Checker, type CheckResult, CheckStatus } from '@stryker-mutator/api/check'
import type { Mutant, StrykerOptions } from '@stryker-mutator/api/core'
import {
  commonTokens,
  declareFactoryPlugin,
  type Injector,
  type PluginContext,
  PluginKind,
  tokens,
} from '@stryker-mutator/api/plugin'

/** How many mutants of each file are tested. */
export interface Sample {
  readonly size: number
  readonly seed: string
}

class SampleChecker implements Checker {
  readonly #sample: Sample
  readonly #chosen = new Set<string>()

  constructor(sample: Sample) {
    this.#sample = sample
  }

  async init(): Promise<void> {}

  /** Stryker passes all mutants that it would test, and asks for groups to check. */
  async group(mutants: Mutant[]): Promise<string[][]> {
    const { size, seed } = this.#sample
    for (const ofFile of Map.groupBy(mutants, ({ fileName }) => fileName).values()) {
      const ranked = ofFile.map((mutant) => ({ id: mutant.id, rank: rankOf(mutant, seed) }))
      ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1))
      for (const { id } of ranked.slice(0, size)) this.#chosen.add(id)
    }
    return [mutants.map(({ id }) => id)]
  }

  async check(mutants: Mutant[]): Promise<Record<string, CheckResult>> {
    return Object.fromEntries(
      mutants.map(({ id }) => [
        id,
        this.#chosen.has(id)
          ? { status: CheckStatus.Passed }
          : { status: CheckStatus.CompileError, reason: 'not in the sample' },
      ]),
    )
  }
}

/** A place in a random order that depends on the change and the seed alone. */
function rankOf({ location: { start, end }, mutatorName, replacement }: Mutant, seed: string): string {
  const change = [seed, start.line, start.column, end.line, end.column, mutatorName, replacement]
  return createHash('sha256').update(JSON.stringify(change)).digest('hex')
}

function makeChecker(injector: Injector<PluginContext>): Checker {
  const { sample } = injector.resolve(commonTokens.options) as StrykerOptions & { sample: Sample }
  return new SampleChecker(sample)
}
makeChecker.inject = tokens(commonTokens.injector)

export const strykerPlugins = [declareFactoryPlugin(PluginKind.Checker, 'sample', makeChecker)]

export const strykerValidationSchema = { properties: { sample: { type: 'object' } } }
