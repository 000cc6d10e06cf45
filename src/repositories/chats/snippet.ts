/** Approximate length of a snippet, in characters. */
const LENGTH = 160

/** The part of a text around a match, on one line; the beginning of the text if the search text is not found literally. */
export function snippetOf(text: string, search: string): string {
  const letters = Array.from(text)
  const folded = letters.map(foldLetter)
  const matchIndex = folded.join('').indexOf(Array.from(search, foldLetter).join(''))
  let start = 0
  for (let length = 0; matchIndex > 0 && length < matchIndex && start < letters.length; start += 1)
    length += (folded[start] as string).length
  const from = Math.max(0, start - LENGTH / 4)
  const words = letters
    .slice(from, from + LENGTH)
    .join('')
    .replace(/\s+/g, ' ')
    .trim()
  return `${from > 0 ? '…' : ''}${words}${from + LENGTH < letters.length ? '…' : ''}`
}

/** A letter much as the server's `searchable` compares it: close enough to find the match. */
function foldLetter(letter: string): string {
  return letter.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}
