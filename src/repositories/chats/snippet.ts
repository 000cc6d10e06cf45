/** Characters of a snippet, about. */
const LENGTH = 160

/** The part of a text around what was searched, on one line; its beginning where that is not found as it was typed. */
export function snippetOf(text: string, search: string): string {
  const letters = Array.from(text)
  const folded = letters.map(fold)
  const wanted = Array.from(search, fold).join('')
  const at = folded.join('').indexOf(wanted)
  let start = 0
  for (let seen = 0; at > 0 && seen < at && start < letters.length; start += 1)
    seen += (folded[start] as string).length
  const from = Math.max(0, start - LENGTH / 4)
  const words = letters
    .slice(from, from + LENGTH)
    .join('')
    .replace(/\s+/g, ' ')
    .trim()
  return `${from > 0 ? '…' : ''}${words}${from + LENGTH < letters.length ? '…' : ''}`
}

/** A letter as the server's `searchable` compares it, near enough to find it again. */
function fold(letter: string): string {
  return letter.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}
