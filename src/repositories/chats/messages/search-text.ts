import { MAX_TEXT } from '../../../search/index.ts'

type Part = Readonly<Record<string, unknown>>

/** The text of a part that a search covers: its own, the texts of a tool's input and output, or the name of a file; '' for none. */
export function searchTextOf(part: Part, isTool: boolean): string {
  if (isTool) return textsIn([part.input, part.output]).join(' ').slice(0, MAX_TEXT)
  if (part.type === 'text' || part.type === 'reasoning') return textOf(part.text)
  if (part.type === 'file') return textOf(part.filename)
  return ''
}

const textOf = (value: unknown) => (typeof value === 'string' ? value.slice(0, MAX_TEXT) : '')

/** The texts and numbers in a value, in order, until they are long enough. */
function textsIn(value: unknown): string[] {
  const texts: string[] = []
  let length = 0
  const pending: unknown[] = [value]
  const seen = new Set<object>()
  while (pending.length > 0 && length < MAX_TEXT) {
    const next = pending.pop()
    if (typeof next === 'string' || typeof next === 'number') {
      const text = String(next).slice(0, MAX_TEXT)
      texts.push(text)
      length += text.length
    } else if (typeof next === 'object' && next !== null && !seen.has(next)) {
      seen.add(next)
      pending.push(...Object.values(next).toReversed())
    }
  }
  return texts
}
