/** Generated pages: a path in the repository and its text. */
export type Pages = Record<string, string>

/** The first line of every generated page. */
export const BANNER = '<!-- Written by `npm run docs`. Do not edit. -->'

/** Puts `text` between the markers `<!-- begin: name -->` and `<!-- end: name -->` of a page. */
export function between(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- begin: ${name} -->`, `<!-- end: ${name} -->`]
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`The page needs the markers ${begin} and ${end}.`)
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`
}
