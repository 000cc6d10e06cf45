import { expect, test } from 'vitest'
import { translatePattern } from '../../scripts/generate/pattern.ts'

test('a pattern that ignores letter case is left to the database if it has letters beyond ASCII', () => {
  expect(translatePattern('ä', true)).toBeUndefined()
  expect(translatePattern('ä', false)).toBeDefined()
  expect(translatePattern('a', true)).toBeDefined()
})
