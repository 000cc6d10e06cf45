import { separateWords } from './letters.ts'
import { type Compound, compoundsOf, type Word } from './words.ts'

/** A text that a user searches for, as the parameters of statements. */
export interface SearchQuery {
  /** A tsquery for all words as the beginnings of words, in any order, and for quoted words as a run. */
  readonly search: string
  /** A tsquery for the same as whole words. */
  readonly searchWhole: string
  /** A tsquery for whole words in this order, one behind the other. */
  readonly searchRun: string
  /** The words in their order, as the function `search_text` of the schema has them. */
  readonly searchText: string
}

/** Number of characters of a query that are read. */
const MAX_QUERY = 200
/** Number of words of a query that are read: texts between spaces. */
const MAX_WORDS = 10
/** Number of words, or letters of scripts without spaces, of a text between spaces. */
const MAX_RUN = 64

/** No text has this word. */
const NOTHING = `'-'`

/** Words in quotes, or a text between spaces. A single quote is an ordinary character. */
const TERM = /(?<!\S)["“”„«»]([^"“”„«»]+)["“”„«»](?![^\s,.;:!?])|\S+/gu

/** An Arabic word with the article. */
const ARTICLE = /^[وف]?(?:[بك]?ال|لل)/

/** A query that is a phone number. */
const PHONE = /^[\s0-9()+./-]{7,}$/

/** Words that must occur one behind the other. */
interface Term {
  readonly compounds: readonly Compound[]
  readonly isQuoted: boolean
}

/** Makes a query of the text that a user types. Every text is one; a long one is cut. */
export function parseSearch(text: string): SearchQuery {
  const letters = Array.from(text.slice(0, 2 * MAX_QUERY)).slice(0, MAX_QUERY)
  const read = letters.join('').toWellFormed().replaceAll('\0', ' ')
  const terms = termsOf(read)
  const searchWhole = terms.map(({ compounds }) => runOf(compounds, false)).join(' & ') || NOTHING
  const all = terms.flatMap(({ compounds }) => compounds)
  return {
    search: terms.map(({ compounds, isQuoted }) => runOf(compounds, !isQuoted)).join(' & ') || NOTHING,
    searchWhole,
    searchRun: terms.length > 1 ? runOf(all, false) : searchWhole,
    searchText: ` ${separateWords(read).trim()}`,
  }
}

function termsOf(text: string): Term[] {
  const isPhone = PHONE.test(text)
  const terms: Term[] = []
  let count = 0
  for (const [term, quoted] of text.matchAll(TERM)) {
    const compounds: Compound[] = []
    for (const word of (quoted ?? withoutScheme(term)).split(/\s+/)) {
      if (count === MAX_WORDS) break
      const found = Array.from(compoundsOf(word), isPhone ? orWithoutZeros : asWritten)
      if (found.length > 0) count += 1
      compounds.push(...found)
    }
    if (compounds.length > 0) terms.push({ compounds: shorten(compounds), isQuoted: quoted !== undefined })
  }
  return terms
}

/** A text that has getUserName is found by username, and one that has وقت by قت, but not the other way. */
function asWritten(compound: Compound): Compound {
  const isWithArticle = compound.words.length === 1 && ARTICLE.test(compound.words[0]?.word ?? '')
  return compound.others.length > 0 && !isWithArticle ? { ...compound, others: [] } : compound
}

/** Numbers with the code of a country have no zeros at their beginning. */
function orWithoutZeros(compound: Compound): Compound {
  const digits = compound.words.map(({ word }) => word).join('')
  return digits.startsWith('0') ? { ...compound, others: [digits.replace(/^0+/, '')] } : compound
}

/** Addresses are stored with and without these beginnings. */
function withoutScheme(term: string): string {
  return term.replace(/^(?:https?:\/\/)?(?:www\.)?(?=[^.]+\.)/i, '')
}

function shorten(compounds: readonly Compound[]): Compound[] {
  let room = MAX_RUN
  return compounds.flatMap((compound) => {
    const words = compound.words.slice(0, room)
    room -= words.length
    if (words.length === compound.words.length) return [compound]
    return words.length > 0 ? [{ words, joined: undefined, others: [] }] : []
  })
}

/** A tsquery for compounds one behind the other. */
function runOf(compounds: readonly Compound[], isPrefix: boolean): string {
  let expression = ''
  for (const [index, compound] of compounds.entries()) {
    const operand = alternativesOf(compound, isPrefix && index === compounds.length - 1)
    const before = compounds[index - 1]
    expression = before
      ? `${expression} <${before.words.at(-1)?.kind === 'letter' && before.words.length > 1 ? 2 : 1}> ${operand}`
      : operand
  }
  return compounds.length > 1 ? `(${expression})` : expression
}

/** A tsquery for a compound as its words or joined. */
function alternativesOf({ words, joined, others }: Compound, isPrefix: boolean): string {
  const forms = [joined, ...others].filter((form) => form !== undefined)
  const expressions = [placesOf(words, isPrefix), ...forms.map((form) => lexeme(form, isPrefix))]
  return expressions.length > 1 ? `(${expressions.join(' | ')})` : (expressions[0] as string)
}

function placesOf(words: readonly Word[], isPrefix: boolean): string {
  let expression = ''
  let before: Word | undefined
  for (const word of words) {
    // The pair before it has the letter.
    if (word.kind === 'letter' && before?.kind === 'pair') continue
    const isOpen = word.kind === 'letter' || (word.kind === 'word' && isPrefix && word === words.at(-1))
    const operand = lexeme(word.word, isOpen)
    expression = before ? `${expression} <${word.place - before.place}> ${operand}` : operand
    before = word
  }
  return expression.includes('<') ? `(${expression})` : expression
}

/** Words contain no quotes. */
function lexeme(word: string, isPrefix: boolean): string {
  return isPrefix ? `'${word}':*` : `'${word}'`
}
