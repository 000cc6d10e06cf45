import { latinVectorOf } from './latin.ts'
import { lettersOf } from './letters.ts'
import { phonesIn } from './phones.ts'
import { compoundsOf } from './words.ts'

/** Number of characters of a text that a search covers. */
export const MAX_TEXT = 100_000

/** Places of PostgreSQL's tsvector end at 16,383. Later words begin again, so that their order can still be compared. */
const MAX_PLACE = 16_000
/** PostgreSQL keeps as many places of a word. */
const MAX_PLACES = 255
/** A tsvector holds 1 MB; another byte or three for each word are lost to alignment. */
const MAX_BYTES = 800_000

/**
 * The words of a text in the form of a tsvector, `word:1,5 other:2`; null if there are none. Only the first `MAX_TEXT`
 * characters are read, and fewer of them where the words of another script take more space than a tsvector has.
 */
export function searchWordsOf(text: string): string | null {
  const vector = latinVectorOf(text)
  return vector === undefined ? vectorOf(text.slice(0, MAX_TEXT)) : vector
}

function vectorOf(text: string): string | null {
  const places = new Map<string, number[]>()
  let bytes = 0
  const add = (word: string, place: number) => {
    const known = places.get(word)
    if (known) {
      if (known.length >= MAX_PLACES) return
      known.push((place % MAX_PLACE) + 1)
      bytes += 2
    } else {
      places.set(word, [(place % MAX_PLACE) + 1])
      bytes += Buffer.byteLength(word) + 6
    }
  }
  for (const { words, joined, others } of compoundsOf(text)) {
    const first = words[0]?.place as number
    const last = words.at(-1)?.place as number
    for (const { word, place } of words) add(word, place)
    if (joined !== undefined) {
      add(joined, first)
      add(joined, last)
    }
    for (const word of others) add(word, first)
    if (bytes > MAX_BYTES) break
  }
  for (const digits of phonesIn(lettersOf(text))) if (!places.has(digits)) places.set(digits, [])
  if (places.size === 0) return null
  return Array.from(places, ([word, at]) => (at.length > 0 ? `${word}:${at.join()}` : word)).join(' ')
}
