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
    format: '{step} {bar} {percentage} %  {value} of {total}  {eta_formatted} left',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
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
