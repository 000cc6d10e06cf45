import type { Contender, Open } from './contenders/contender.ts'

/** What the parent asks of a contender: one answer to compare, or as many calls as fit in a time. */
export type Request =
  | { kind: 'answer'; operation: string }
  | { kind: 'measure'; operation: string; milliseconds: number; callers: number }

/** Microseconds per call, of the wall clock and of this process's CPU. */
export interface Measured {
  wall: number
  cpu: number
}

const [, , module = '', url = ''] = process.argv
const { open } = (await import(`./contenders/${module}.ts`)) as { open: Open }
let count = 0

process.on('message', async (request: Request) => {
  // Anew each time: on which core a backend lands makes a call up to twice as fast, and must be left to chance.
  const contender = await open(url)
  const operation = contender.operations[request.operation]
  if (!operation) throw new Error(`${module} does not do: ${request.operation}`)
  process.send?.(request.kind === 'answer' ? await operation(1) : await measure(operation, request))
  await contender.close()
})

async function measure(
  operation: Contender['operations'][string],
  { milliseconds, callers }: Extract<Request, { kind: 'measure' }>,
): Promise<Measured> {
  await callFor(operation, milliseconds / 3, callers)
  const cpuBefore = process.cpuUsage()
  const started = performance.now()
  const calls = await callFor(operation, milliseconds, callers)
  const wall = (performance.now() - started) * 1_000
  const { user, system } = process.cpuUsage(cpuBefore)
  return { wall: wall / calls, cpu: (user + system) / calls }
}

async function callFor(operation: Contender['operations'][string], milliseconds: number, callers: number) {
  const end = performance.now() + milliseconds
  const before = count
  const call = async () => {
    while (performance.now() < end) {
      count += 1
      await operation(count)
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
  return count - before
}
