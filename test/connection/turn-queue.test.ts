import { expect, test } from 'vitest'
import { Cancellation } from '../../src/connection/cancellation.ts'
import { Turns } from '../../src/connection/turn-queue.ts'

test('a task that is cancelled before its turn rejects at once and never begins', async () => {
  const turns = new Turns()
  const first = Promise.withResolvers<void>()
  const begun: number[] = []
  const controller = new AbortController()
  const cancellation = new Cancellation({ signal: controller.signal })

  void turns.take(() => first.promise)
  const second = turns.take(async () => begun.push(2), cancellation)
  const third = turns.take(async () => begun.push(3))
  controller.abort('withdrawn')

  await expect(second).rejects.toBe('withdrawn')
  first.resolve()
  await third
  expect(begun).toEqual([3])
})
