import { expect, test } from 'vitest'
import { snippetOf } from '../../src/search/index.ts'

test.for([1, 2, 3])('a snippet divides no character of two units, at any place: %i', (shift) => {
  const text = `${'x'.repeat(shift)}${'👍'.repeat(300)} thumbs ${'🎉'.repeat(300)}`

  for (const query of ['thumbs', '🎉', 'missing']) expect(snippetOf(text, query).isWellFormed()).toBe(true)
  expect(snippetOf(text, 'thumbs')).toContain('👍 thumbs 🎉')
})

test('the words are found anywhere in a long text, joined and with other letters too', () => {
  const filler = 'lorem ipsum '.repeat(2_000)

  for (const [written, query] of [
    ['node.js', 'nodejs'],
    ['Crème', 'creme'],
    ['ﬃ', 'ffi'],
    ['塔在', '塔'],
  ] as const)
    expect(snippetOf(`${filler}${written} ${filler}`, query)).toMatch(new RegExp(`^….*${written}.*…$`))
})

// Ten seconds where each character is folded by itself.
test('a page of long texts takes moments', { timeout: 10_000 }, () => {
  const marks = `x${'\u0301\u0323'.repeat(49_990)} y`

  const started = process.cpuUsage()
  for (let hit = 0; hit < 20; hit += 1) expect(snippetOf(marks, 'y')).toContain('y')

  expect(process.cpuUsage(started).user / 1_000).toBeLessThan(2_000)
})
