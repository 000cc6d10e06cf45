// cspell:ignore barsize
import type { SeedProgress } from '../seed/index.ts'
import type { Output } from './perform.ts'

/** Shows a bar while `work` reports its progress, if there is a terminal to show it on. */
export async function withProgress<T>(
  { json }: Output,
  work: (onProgress?: (progress: SeedProgress) => void) => Promise<T>,
): Promise<T> {
  if (json || !process.stderr.isTTY) return work()
  const { default: progress } = await import('cli-progress')
  const bar = new progress.SingleBar({
    ...layout(process.stderr.columns || 80),
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    // perform() restores the terminal, and says what has happened.
    gracefulExit: false,
  })
  let current = ''
  try {
    return await work(({ step, done, total }) => {
      if (step !== current) bar.start(total, done, { step: step.padEnd(9) })
      else bar.update(done)
      current = step
    })
  } finally {
    bar.stop()
  }
}

/** The text beside the bar has at most 55 columns. A line that is too long would lose its end, so narrow terminals get no bar. */
function layout(columns: number): { format: string; barsize?: number } {
  if (columns < 60) return { format: '{step} {percentage} %  {eta_formatted} left' }
  return {
    format: '{step} {bar} {percentage} %  {value} of {total}  {eta_formatted} left',
    barsize: Math.min(40, columns - 55),
  }
}
