import { describe, expect, test } from 'vitest'
import { CopyText } from '../../src/connection/copy.ts'

/** The text of rows, as the server gets it. */
function textOf(rows: readonly (readonly unknown[])[]): string {
  const text = new CopyText()
  for (const row of rows) {
    for (const value of row) text.addValue(value)
    text.endRow()
  }
  expect(text.length).toBe(text.bytes.length)
  return text.bytes.toString()
}

describe('the rows of a COPY', () => {
  test('separate values by tabs and rows by line ends, and escape these in values', () => {
    expect(
      textOf([
        ['a\tb', 'c\nd', 'e\rf', 'g\\h', '\\N'],
        [null, undefined, '', 1, true],
      ]),
    ).toBe('a\\tb\tc\\nd\te\\rf\tg\\\\h\t\\\\N\n\\N\t\\N\t\t1\ttrue\n')
  })

  test.for(['a', 'é', '€', '😀'])(
    'are complete where they fill the buffer to its last byte: %s',
    (character) => {
      const full = Math.floor(65_536 / Buffer.byteLength(character))
      for (let count = full - 2; count <= full + 2; count += 1) {
        const value = character.repeat(count)
        expect(textOf([[value, 'b'], [value]]) === `${value}\tb\n${value}\n`).toBe(true)
      }
    },
  )

  test('do not contain those before the text was cleared', () => {
    const text = new CopyText()
    text.addValue('a')
    text.endRow()
    text.clear()
    expect(text.length).toBe(0)
    text.addValue('b')
    text.endRow()
    expect(text.bytes.toString()).toBe('b\n')
  })
})
