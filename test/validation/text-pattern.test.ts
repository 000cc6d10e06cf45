import { describe, expect, test } from 'vitest'
import { translateLike, translatePattern } from '../../scripts/generate/pattern.ts'
import { TextPattern } from '../../src/validation/index.ts'
import { Random } from '../support/random.ts'

const LETTERS = ['a', 'b', 'c', 'A', '-', '\n', '😀', '.', '1']

/** A random regular expression of PostgreSQL. */
function aPattern(random: Random, depth = 0): string {
  const inner = () => aPattern(random, depth + 1)
  const choices = [
    () => 'a',
    () => 'b',
    () => '[a-c]',
    () => '.',
    () => '[^b1]',
    () => inner() + inner(),
    () => `(${inner()}|${inner()})`,
    () => `(${inner()})${random.pick(['*', '+', '?', '{2}', '{1,3}', '{0,}', '*?'])}`,
    () => `${random.pick(['^', '$'])}${inner()}`,
  ]
  return (random.pick(depth > 3 ? choices.slice(0, 5) : choices) as () => string)()
}

test('a pattern matches the same texts as RegExp', () => {
  const random = new Random('patterns')
  for (let count = 0; count < 2000; count += 1) {
    const source = aPattern(random)
    const translated = translatePattern(source, random.chance(0.3))
    if (!translated) continue
    const [ours, theirs] = [new TextPattern(translated.source), new RegExp(translated.source, 'su')]
    for (let texts = 0; texts < 10; texts += 1) {
      const text = Array.from({ length: random.between(0, 6) }, () => random.pick(LETTERS)).join('')
      expect(ours.test(text), `${source} on ${JSON.stringify(text)}`).toBe(theirs.test(text))
    }
  }
})

describe('a long text takes linear time', () => {
  const letters = (length: number) => `${'a'.repeat(length)}!`
  test.for([
    '^(a+)+$',
    '^(a|a)*$',
    '^(a|aa)+$',
    '^(a*)*$',
    '^((a{1,9}){1,9})+$',
    '^a*a*a*a*a*b$',
    '(.*)(.*)(.*)(.*)x$',
    '^([a-z]+[.]?)+@$',
    '(a+a+)+b',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
  ])('%s', (source) => {
    const pattern = new TextPattern(translatePattern(source, false)?.source ?? '')
    const started = process.cpuUsage()
    pattern.test(letters(200_000))

    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000)
  })

  test('LIKE with many wildcards', () => {
    const pattern = new TextPattern(translateLike('%a%a%_a%a%b%a%!_', false)?.source ?? '')
    const started = process.cpuUsage()

    expect(pattern.test(letters(200_000))).toBe(false)
    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000)
  })
})

test('a pattern whose repetitions make too large an automaton is left to the database', () => {
  expect(translatePattern('((a{200}){200})', false)).toBeUndefined()
  expect(translatePattern('^[a-z]{1,255}$', false)).toBeDefined()
})
