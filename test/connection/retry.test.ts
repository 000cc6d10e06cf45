import { expect, test } from 'vitest'
import { backoff } from '../../src/connection/retry.ts'

test.for([
  [0, 10],
  [1, 20],
  [4, 160],
  [5, 300],
  [60, 300],
])('the pause before repeat %i is anything up to %i ms', ([repeats, most]) => {
  const pauses = Array.from({ length: 1_000 }, () => backoff(repeats!))

  expect(Math.max(...pauses)).toBeLessThan(most!)
  expect(Math.max(...pauses)).toBeGreaterThan(most! / 2)
  expect(Math.min(...pauses)).toBeLessThan(most! / 2)
})
