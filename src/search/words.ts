import { BEYOND_ASCII, CLASSES, lettersOf, lowerCase } from './letters.ts'

const { joiners, separators, unspaced } = CLASSES

/** A word and its place in the text. */
export interface Word {
  readonly word: string
  readonly place: number
  /** Letters of scripts without spaces are there as pairs, each with the one that follows, the last one as a letter. */
  readonly kind: 'word' | 'pair' | 'letter'
}

/** Words without a space between them, and the same joined: node.js is node, js and nodejs. */
export interface Compound {
  readonly words: readonly Word[]
  /** Undefined for a single word, and for scripts without spaces. */
  readonly joined: string | undefined
  /** Other words that find the compound: those in capitals joined from one of them on, as username in getUserName; كتاب in والكتاب. */
  readonly others: readonly string[]
}

/** Number of characters of a word that are compared. */
export const MAX_WORD = 64
/** Number of words in capitals, as in getUserName, that are also compared joined. */
const MAX_HUMPS = 8

const COMPOUND = new RegExp(`[^${separators}\\0]+`, 'gu')
/** The same for ASCII: three times as fast. */
const ASCII_COMPOUND = /[a-zA-Z0-9+#&'._-]+/g
const JOINERS = new RegExp(`[${joiners}]+`, 'u')
const UNSPACED = new RegExp(`[${unspaced}]`, 'u')
const SEGMENT = new RegExp(`[${unspaced}]+|[^${unspaced}]+`, 'gu')
/** Most words: nothing joins anything in them. */
const PLAIN = /^[a-zA-Z]?[a-z0-9]+$/
const NONE: readonly string[] = []
const HUMP = /[a-z][A-Z]|[A-Z][A-Z][a-z]/
const SPECIAL = /[+#]|[0-9],[0-9]/
/** The Arabic article, with a preposition and a conjunction, or a conjunction alone, which are written with the next word. */
const CONJUNCTION = /^(?:و(?=.{3})|ف(?=[بك]?ال.{3}))/u
const ARTICLE = /^(?:[بك]?ال|لل)(?=.{3})/u

/** The compounds of a text, in order. `search_words` of the schema makes the same words. */
export function* compoundsOf(text: string): Generator<Compound> {
  const letters = withoutSpecial(lettersOf(text))
  const isAscii = !BEYOND_ASCII.test(letters)
  const hasUnspaced = !isAscii && UNSPACED.test(letters)
  let place = 0
  for (const text of letters.match(isAscii ? ASCII_COMPOUND : COMPOUND) ?? []) {
    if (PLAIN.test(text)) {
      yield { words: [{ word: wordOf(text), place: ++place, kind: 'word' }], joined: undefined, others: NONE }
      continue
    }
    const compound = compoundOf(text, place, hasUnspaced)
    if (!compound) continue
    place += compound.words.length
    yield compound
  }
}

/**
 * The compound of a text without separators; undefined for joiners alone.
 *
 * @param before the place of the word before it.
 */
export function compoundOf(text: string, before: number, hasUnspaced: boolean): Compound | undefined {
  let place = before
  const words: Word[] = []
  const others: string[] = []
  let isSpaced = true
  const parts = JOINERS.test(text) ? text.split(JOINERS) : [text]
  for (const part of parts) {
    if (hasUnspaced && UNSPACED.test(part)) {
      isSpaced = false
      for (const [segment] of part.matchAll(SEGMENT)) {
        if (UNSPACED.test(segment)) {
          for (const pair of pairsOf(segment)) words.push({ ...pair, place: ++place })
        } else {
          const humps = humpsOf(segment)
          for (const hump of humps) words.push({ word: wordOf(hump), place: ++place, kind: 'word' })
          others.push(...tailsOf(humps, true))
        }
      }
    } else if (part !== '') {
      const humps = humpsOf(part)
      for (const hump of humps) words.push({ word: wordOf(hump), place: ++place, kind: 'word' })
      others.push(...tailsOf(humps, parts.length > 1))
      for (const word of withoutProclitics(part)) others.push(wordOf(word))
    }
  }
  if (words.length === 0) return undefined
  return { words, joined: isSpaced && words.length > 1 ? wordOf(parts.join('')) : undefined, others }
}

const wordOf = (letters: string) => lowerCase(letters.length > MAX_WORD ? cut(letters, MAX_WORD) : letters)

/** The first characters of a text: `slice` would divide a surrogate pair. */
function cut(text: string, length: number): string {
  return Array.from(text.slice(0, 2 * length))
    .slice(0, length)
    .join('')
}

/** An Arabic word without the conjunction, and without the article too. */
function withoutProclitics(word: string): string[] {
  const bare = word.replace(CONJUNCTION, '')
  const noun = bare.replace(ARTICLE, '')
  return [...new Set([bare, noun])].filter((form) => form !== word)
}

/** Each letter with the one that follows, so that a query finds any run of letters. */
function pairsOf(segment: string): Omit<Word, 'place'>[] {
  const letters = Array.from(segment)
  return letters.map((letter, index) => {
    const next = letters[index + 1]
    return next === undefined ? { word: letter, kind: 'letter' } : { word: letter + next, kind: 'pair' }
  })
}

/** getUserName and HTTPServer are written in several words. */
function humpsOf(part: string): string[] {
  if (!HUMP.test(part)) return [part]
  return part
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(' ')
}

/** The words of getUserName joined from one of them on: username. */
function tailsOf(humps: readonly string[], withWhole: boolean): string[] {
  if (humps.length > MAX_HUMPS) return []
  return humps
    .slice(withWhole ? 0 : 1, -1)
    .map((_, index) => wordOf(humps.slice(index + (withWhole ? 0 : 1)).join('')))
}

/** In 1,000 a comma joins. A + or # at the end of a word belongs to it, as in C++ and C#; another one separates words. */
function withoutSpecial(letters: string): string {
  if (!SPECIAL.test(letters)) return letters
  return letters
    .replace(/([0-9]),(?=[0-9])/g, '$1.')
    .replace(/[+#]+(?=[a-zA-Z0-9\u0080-\uffff])/g, ' ')
    .replace(/(^|[\0-"$-*,-/:-@[-`{-\x7f])[+#]+/g, '$1 ')
    .replace(/([+#]{2})[+#]+/g, '$1')
}
