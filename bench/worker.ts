import type { Open, Variant } from './contenders/contender.ts'
import { type Operation, uniqueOf } from './operation.ts'
import { OPERATIONS } from './operations.ts'

/** A request of the parent process: one answer to compare, or as many calls as possible in a time. */
export type Request = { operation: string } & (
  | { kind: 'answer'; input: unknown }
  | { kind: 'measure'; milliseconds: number; callers: number }
)

/** Microseconds per call: wall time, and CPU time of this process. */
export interface Measured {
  wall: number
  cpu: number
}

/** `result` is an answer or a Measured. Without a result, the contender does not support the operation. */
export type Reply = { result?: unknown; error?: unknown }

const [, , module = '', variant = '', seat = '0', url = ''] = process.argv
const { open } = (await import(`./contenders/${module}.ts`)) as { open: Open }
const counts = new Map<string, number>()

process.on('message', async (request: Request) => {
  process.send?.(await reply(request).catch((error: unknown) => ({ error: describe(error) })))
})

async function reply(request: Request): Promise<Reply> {
  const operation = OPERATIONS.find(({ name }) => name === request.operation) as Operation
  // A new one each time: the core of a backend changes the speed of a call by up to a factor of two, so it must vary.
  const contender = await open(url, variant as Variant)
  try {
    const method = contender[operation.method] as ((input: unknown) => Promise<unknown>) | undefined
    if (!method) return {}
    if (request.kind === 'answer') return { result: (await method(request.input)) ?? 'nothing' }
    return { result: await measure(operation, method, request) }
  } finally {
    await contender.close()
  }
}

async function measure(
  operation: Operation,
  method: (input: unknown) => Promise<unknown>,
  { milliseconds, callers }: Extract<Request, { kind: 'measure' }>,
): Promise<Measured> {
  if (operation.isLong) {
    const input = next(operation)
    return timed(async () => {
      await method(input)
      return 1
    })
  }
  const call = () => method(next(operation))
  await warmUp(call, milliseconds / 3, callers)
  return timed(() => callFor(call, milliseconds, callers))
}

/**
 * Calls until each connection of a pool has its plans: PostgreSQL plans a statement five times before it keeps a plan.
 * Services open their connections once.
 */
async function warmUp(call: () => Promise<unknown>, milliseconds: number, callers: number) {
  const calls = await callFor(call, milliseconds, callers)
  for (let left = ENOUGH * callers - calls; left > 0; left -= callers)
    await Promise.all(Array.from({ length: callers }, call))
}

/** The number of calls per caller; there are three callers per connection of a pool. */
const ENOUGH = 8

async function timed(run: () => Promise<number>): Promise<Measured> {
  const cpuBefore = process.cpuUsage()
  const started = performance.now()
  const calls = await run()
  const wall = (performance.now() - started) * 1_000
  const { user, system } = process.cpuUsage(cpuBefore)
  return { wall: wall / calls, cpu: (user + system) / calls }
}

async function callFor(call: () => Promise<unknown>, milliseconds: number, callers: number) {
  const end = performance.now() + milliseconds
  let calls = 0
  const caller = async () => {
    while (performance.now() < end) {
      calls += 1
      await call()
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return calls
}

/** Creates the input of the next call. */
function next({ name, input }: Operation): unknown {
  const n = counts.get(name) ?? 0
  counts.set(name, n + 1)
  return input(n, uniqueOf(n, Number(seat)))
}

const describe = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error))
