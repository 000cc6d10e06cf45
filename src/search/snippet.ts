import { BEYOND_ASCII, CLASSES, lettersOf, lowerCase, separateWords } from './letters.ts'

/** Approximate length of a snippet, in characters. */
const LENGTH = 160
/** Number of places of a text that a snippet shows. */
const MAX_PLACES = 3

const SEPARATOR = new RegExp(`[${CLASSES.separators}${CLASSES.joiners}]`, 'u')
const SEPARATORS = new RegExp(SEPARATOR, 'gu')
const UNSPACED = new RegExp(`[${CLASSES.unspaced}]`, 'u')

/** Number of characters of a text that are looked through first: most texts have the words there. */
const FIRST = 4_000

/** A text in the letters that searches compare, and where each of them is in the text. */
interface Folded {
  readonly letters: string
  /** For each UTF-16 unit of `letters`, the place of its character in the text; undefined where the places are the same. */
  readonly origins: readonly number[] | undefined
}

/**
 * The parts of a text around the words of a query, on one line; the beginning of the text if no word is found. The words may
 * be far apart: each that is not near another one has a part of its own.
 */
export function snippetOf(text: string, query: string): string {
  if (text.length <= LENGTH) return onOneLine(text)
  const words = new Set(
    separateWords(query)
      .split(' ')
      .filter((word) => word !== ''),
  )
  const places = placesOf(words, text.slice(0, FIRST))
  const all = places.length < words.size && text.length > FIRST ? placesOf(words, text) : places
  return cutOut(text, all.length > 0 ? all : [0])
}

/** The places of the words that are found. */
function placesOf(words: ReadonlySet<string>, text: string): number[] {
  const apart = fold(text, ' ')
  let joined: Folded | undefined
  return Array.from(words).flatMap((word) => {
    const place = placeOf(word, apart)
    if (place !== undefined) return place
    joined ??= fold(text, '')
    return placeOf(word, joined) ?? []
  })
}

/** Folds each character by itself, and each different one once. */
function fold(text: string, between: string): Folded {
  if (between !== '' && !BEYOND_ASCII.test(text))
    return { letters: lowerCase(text.replace(SEPARATORS, ' ')), origins: undefined }
  const known = new Map<string, string>()
  const letters: string[] = []
  const origins: number[] = []
  let place = 0
  for (const character of text) {
    let folded = known.get(character)
    if (folded === undefined) {
      folded = foldCharacter(character, between)
      known.set(character, folded)
    }
    if (folded !== '') {
      for (let unit = 0; unit < folded.length; unit += 1) origins.push(place)
      letters.push(folded)
    }
    place += character.length
  }
  return { letters: letters.join(''), origins }
}

function foldCharacter(character: string, between: string): string {
  if (!SEPARATOR.test(character)) return lowerCase(lettersOf(character))
  return /\s/.test(character) ? ' ' : between
}

/** The place of a word where it begins a word of the text. */
function placeOf(word: string, { letters, origins }: Folded): number | undefined {
  for (let at = letters.indexOf(word); at >= 0; at = letters.indexOf(word, at + 1)) {
    if (at === 0 || letters[at - 1] === ' ' || UNSPACED.test(word)) return origins ? origins[at] : at
  }
  return undefined
}

/** The text around some places. */
function cutOut(text: string, places: readonly number[]): string {
  const groups: number[] = []
  for (const place of places.toSorted((one, other) => one - other)) {
    const last = groups.at(-1)
    if (last === undefined || place > last + LENGTH / 2) groups.push(place)
  }
  const shown = groups.slice(0, MAX_PLACES)
  const length = LENGTH / shown.length
  let end = 0
  let snippet = ''
  for (const place of shown) {
    const from = betweenCharacters(text, Math.max(end, place - Math.floor(length / 4)))
    if (from > end) snippet += '…'
    end = betweenCharacters(text, Math.min(text.length, from + Math.floor(length)))
    snippet += onOneLine(text.slice(from, end))
  }
  return end < text.length ? `${snippet}…` : snippet
}

/** The place, or the one after it where it divides a surrogate pair. */
function betweenCharacters(text: string, place: number): number {
  const [before, after] = [text.charCodeAt(place - 1), text.charCodeAt(place)]
  return before >> 10 === 0x36 && after >> 10 === 0x37 ? place + 1 : place
}

const onOneLine = (text: string) => text.replace(/\s+/g, ' ').trim()
