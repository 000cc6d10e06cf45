import { expect } from 'vitest'
import { test } from '../support/database.ts'
import { Random } from '../support/random.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'
import { checkCalls } from './check-calls.ts'

/** Seconds: CHECK_SECONDS for a longer run, and CHECK_SEED to repeat the choices of one. */
const seconds = Number(process.env.CHECK_SECONDS ?? 15)
const seed = process.env.CHECK_SEED ?? String(Date.now())

test(`calls keep their word under faults for ${seconds} seconds`, {
  timeout: (seconds + 60) * 1_000,
}, async ({ url }) => {
  const random = new Random(seed)
  await using proxy = await TcpProxy.start(url)

  const result = await checkCalls({
    proxy,
    direct: url,
    milliseconds: seconds * 1_000,
    random: () => random.next(),
  })

  console.info(`seed ${seed}:`, JSON.stringify({ ...result.counts, faults: result.faults }))
  expect(result.violations, `CHECK_SEED=${seed}`).toEqual([])
  expect(result.counts.done).toBeGreaterThan(50)
  expect(result.counts.undone + result.counts.unknown).toBeGreaterThan(5)
})
