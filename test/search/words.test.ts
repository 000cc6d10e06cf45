import { expect, test } from 'vitest'
import { searchWordsOf } from '../../src/search/index.ts'
import { Random } from '../support/random.ts'

/** The places of each word of a tsvector, as PostgreSQL reads it: equal words are one. */
function placesIn(vector: string | null): Record<string, number[]> {
  const places = new Map<string, Set<number>>()
  for (const entry of vector?.split(' ') ?? []) {
    const [word = '', at = ''] = entry.split(':')
    const known = places.get(word) ?? new Set()
    for (const place of at.split(',').filter(Boolean)) known.add(Number(place))
    places.set(word, known)
  }
  return Object.fromEntries(
    [...places].map(([word, at]) => [word, [...at].sort((one, other) => one - other)] as const),
  )
}

/** Every character of the Latin alphabets and of punctuation, beside the ordinary ones. */
const SPECIAL = Array.from({ length: 0x2c00 }, (_, code) => String.fromCharCode(code)).filter((character) =>
  /[\p{Script=Latin}\p{P}\p{S}\p{N}\p{Z}\p{Cf}]/u.test(character),
)

test('texts in Latin letters have the words that they have among other letters', () => {
  const random = new Random('Latin texts')
  const characters = Array.from(`aaabcxyzABCXYZ0159+#&'._-''--.., \n\t:;/()"@`)
  for (let n = 0; n < 5_000; n += 1) {
    const text = Array.from({ length: random.between(1, 40) }, () =>
      random.chance(0.07) ? random.pick(SPECIAL) : random.pick(characters),
    ).join('')

    const { λ: _, ...among } = placesIn(searchWordsOf(`${text} λ`))

    expect(placesIn(searchWordsOf(text)), JSON.stringify(text)).toEqual(among)
  }
})

test('a long text has the words of a short one, each once', () => {
  const words = Array.from({ length: 1_200 }, (_, n) => `word${n % 7 === 0 ? n : n % 50}`)
  const expected = Object.fromEntries(
    [...new Set(words)].map((word) => [
      word,
      words.flatMap((each, index) => (each === word ? [index + 2] : [])),
    ]),
  )

  const vector = searchWordsOf(words.join(' '))

  expect(placesIn(vector)).toEqual(expected)
  expect(vector?.split(' ')).toHaveLength(Object.keys(expected).length)
})
