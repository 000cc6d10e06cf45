import { relative } from 'node:path'
import type { MutantResult } from '@stryker-mutator/api/core'

/** A line for each file: how many changes were tested, and how many of them the tests noticed. */
export function summarize(mutants: readonly MutantResult[]): string {
  const tested = mutants.filter(({ status }) => status !== 'CompileError' && status !== 'Ignored')
  const lines = Array.from(
    Map.groupBy(tested, ({ fileName }) => fileName),
    ([file, ofFile]) => {
      const count = (...statuses: MutantResult['status'][]) =>
        ofFile.filter(({ status }) => statuses.includes(status)).length
      const noticed = count('Killed', 'Timeout', 'RuntimeError')
      return `${relative('.', file)}: ${noticed} of ${ofFile.length} noticed, ${count('Timeout')} of them by a timeout; ${count('NoCoverage')} not reached`
    },
  )
  return lines.sort().join('\n')
}
