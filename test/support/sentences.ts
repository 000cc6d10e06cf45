import { expect } from 'vitest'
import { CONSTRAINTS } from '../../generated/catalog.ts'

const NAMES = Object.values(CONSTRAINTS).flatMap((constraints) => Object.keys(constraints))

/** Expects a whole sentence for people: a capital letter or a quoted field, a full stop, and no name of SQL. */
export function expectSentence(message: string): void {
  // Values of lists and names of fields stand in quotes.
  const words = message.replaceAll(/'[^']*'|"[^"]*"/g, '…')
  expect(message).toMatch(/^(\p{Lu}|"[^"]+" )/u)
  expect(message).toMatch(/[^.,;: ]\.$/)
  expect(words, message).not.toMatch(/\w_\w/)
  expect(words, message).not.toMatch(/ {2}|undefined|\[object/)
  expect(NAMES.filter((name) => message.includes(name))).toEqual([])
}
