import { expect, test } from 'vitest'
import { findForbidden } from '../../scripts/words/find.ts'

const textsOf = (file: string, source: string) => findForbidden(file, source).map(({ text }) => text)

test('a forbidden word is reported with its position and a replacement', () => {
  const findings = findForbidden('a.ts', 'const first = 1\n  // Builds the index anew.\n')

  expect(findings).toEqual([{ line: 2, column: 23, text: 'anew', instead: expect.stringContaining('again') }])
})

test('a phrase is found across the lines of a comment, in TypeScript and SQL', () => {
  expect(textsOf('a.ts', '/**\n * Waits for\n * its turn.\n */')).toEqual(['Waits for its turn'])
  expect(textsOf('a.sql', '-- Kept for\n-- ever.')).toEqual(['for ever'])
})

test('a phrase is found across the lines of a Markdown paragraph, but not across paragraphs', () => {
  expect(textsOf('a.md', 'Kept for\never.')).toEqual(['for ever'])
  expect(textsOf('a.md', 'Kept for\n\never.')).toEqual([])
})

test('strings and names are searched, parts of longer words are not', () => {
  expect(textsOf('a.ts', "throw new Error('Fix it or mend it')")).toEqual(['mend'])
  expect(textsOf('a.ts', 'function aside() {}')).toEqual(['aside'])
  expect(textsOf('a.ts', "call('recommend', 'amendment', 'renewed')")).toEqual([])
})

test('a sentence whose subject is a clause with "what" or "who" is found, a question is not', () => {
  expect(textsOf('a.ts', '// What is absent stays.')).toEqual(['What is absent stays.'])
  expect(textsOf('a.ts', "test('what is absent stays', () => {})")).toHaveLength(1)
  expect(textsOf('a.ts', '// Reads the file. Who reads it waits.')).toEqual(['Who reads it waits.'])
  expect(textsOf('a.md', '## What is a chat?')).toEqual([])
  expect(textsOf('a.ts', '// Describes what a table holds.')).toEqual([])
})

test('"such as" needs a noun before it', () => {
  expect(textsOf('a.ts', '/** Such as 180004. */')).toEqual(['Such as'])
  expect(textsOf('a.ts', '/** A version number such as 180004. */')).toEqual([])
})
