import { CLASSES, lettersOf } from './letters.ts'
import { phonesIn } from './phones.ts'
import { type Compound, compoundOf, MAX_WORD } from './words.ts'

/** Number of characters of a text that is read here. In a longer one most words repeat others, and are better sent once. */
const MAX_LENGTH = 2_000
/** No text of this length needs more: 17 characters, of eight words in capitals, take 300 bytes. */
const out: Buffer = Buffer.alloc(64 * 1024)

/** `REFUSED` are characters beyond Latin letters and punctuation, and those that depend on others around them. */
const [REFUSED, SEPARATOR, LOWER, DIGIT, CAPITAL, JOINER, COMMA] = [1, 2, 3, 4, 5, 6, 7]
/** Behind punctuation and symbols. */
const END = 0x2c00
/** The kind of each character; 0 until a text has it. */
const kinds: Uint8Array = new Uint8Array(END)
/** The letter that a character stands for, in lower case; of two letters the second one in the upper byte. */
const lettersFor: Uint16Array = new Uint16Array(END)
const [COLON, SPACE, ZERO] = [58, 32, 48]
/** Number of digits that a phone number has at least. */
const PHONE = 7

/**
 * The words of a short text in Latin letters, as `searchWordsOf` returns them, but equal ones each by itself: PostgreSQL puts them
 * together. Character by character and in one pass, since every save makes the words of its texts. Undefined for any
 * other text.
 */
export function latinVectorOf(text: string): string | null | undefined {
  const { length } = text
  if (length > MAX_LENGTH) return undefined
  let end = 0
  let place = 0
  let digits = 0
  for (let at = 0; at < length; at += 1) {
    const [start, word] = [at, end]
    /** Where its last letter ends; joiners around a word do not belong to it. */
    let letters = -1
    let isPlain = true
    for (; at < length; at += 1) {
      const code = text.charCodeAt(at)
      const kind = kinds[code] || kindOf(code)
      if (kind === REFUSED || (kind === COMMA && isWithinNumber(text, at))) return undefined
      if (kind === SEPARATOR || kind === COMMA) break
      if (kind === JOINER) continue
      if (letters >= 0 && (kind === CAPITAL || letters !== at)) isPlain = false
      if (kind === DIGIT) digits += 1
      letters = at + 1
      const letter = lettersFor[code] as number
      out[end++] = letter & 0xff
      if (letter > 0xff) out[end++] = letter >> 8
    }
    if (letters < 0) continue
    if (isPlain) {
      place += 1
      end = writePlace(Math.min(end, word + MAX_WORD), place)
    } else {
      const compound = compoundOf(lettersOf(text.slice(start, at)), place, false) as Compound
      place += compound.words.length
      end = writeCompound(word, compound)
    }
  }
  if (digits >= PHONE)
    for (const phone of phonesIn(lettersOf(text))) end += out.write(`${phone} `, end, 'latin1')
  return end === 0 ? null : out.toString('latin1', 0, end - 1)
}

/** Notes the kind of a character. Its letters are those that it has alone: no character that changes others is accepted. */
function kindOf(code: number): number {
  if (code >= END) return REFUSED
  const character = String.fromCharCode(code)
  const letters = lettersOf(character)
  const kind = isAlone(character, letters) ? kindOfLetters(letters) : REFUSED
  kinds[code] = kind
  lettersFor[code] = letters.charCodeAt(0) | 0x20 | (letters.charCodeAt(1) << 8)
  return kind
}

const isAlone = (character: string, letters: string) =>
  letters !== '' && !/[\0+#]/.test(character) && !/[\p{M}\p{Cf}]/u.test(character)

function kindOfLetters(letters: string): number {
  if (/^(?:[a-z]|ss|th|ae|oe)$/.test(letters)) return LOWER
  if (/^[0-9]$/.test(letters)) return DIGIT
  if (/^[A-Z]$/.test(letters)) return CAPITAL
  if (letters === ',') return COMMA
  if (JOINERS.test(letters)) return JOINER
  return SEPARATORS.test(letters) ? SEPARATOR : REFUSED
}

const JOINERS = new RegExp(`^[${CLASSES.joiners}]+$`, 'u')
const SEPARATORS = new RegExp(`^[${CLASSES.separators}]+$`, 'u')

/** In 1,000 a comma joins. */
const isWithinNumber = (text: string, at: number) =>
  at > 0 && kinds[text.charCodeAt(at - 1)] === DIGIT && /[0-9]/.test(lettersOf(text.charAt(at + 1)))

function writeCompound(at: number, { words, joined, others }: Compound): number {
  const first = words[0]?.place as number
  const last = words.at(-1)?.place as number
  let end = at
  for (const { word, place } of words) end = writeWord(end, word, place)
  if (joined !== undefined) end = writeWord(writeWord(end, joined, first), joined, last)
  for (const word of others) end = writeWord(end, word, first)
  return end
}

const writeWord = (at: number, word: string, place: number) =>
  writePlace(at + out.write(word, at, 'latin1'), place)

/** The first place is 2, as elsewhere. */
function writePlace(at: number, place: number): number {
  let end = at
  out[end++] = COLON
  let rest = place + 1
  for (let unit = rest < 10 ? 1 : rest < 100 ? 10 : rest < 1_000 ? 100 : 1_000; unit >= 1; unit /= 10) {
    const digit = Math.floor(rest / unit)
    out[end++] = ZERO + digit
    rest -= digit * unit
  }
  out[end++] = SPACE
  return end
}
