import { expect, test } from 'vitest'
import { formatPosition, positionOf, readPosition } from '../../src/replicas/index.ts'

test('a position has the upper and the lower half of the number that the server prints', () => {
  const positions = ['0/FFFFFFFF', '1/0', '16/B374D848', 'FFFFFFFF/FFFFFFF8'].map((lsn) =>
    positionOf({ isStandby: false, timeline: 10, lsn }),
  )

  expect(positions.map(({ lsn }) => lsn)).toEqual([
    0xffffffffn,
    0x100000000n,
    0x16b374d848n,
    0xfffffffffffffff8n,
  ])
  const texts = positions.map(formatPosition)
  expect(texts.toSorted()).toEqual(texts)
  expect(texts.map((text) => readPosition(text, 'after'))).toEqual(
    positions.map(({ timeline, lsn }) => ({ timeline, lsn })),
  )
})
