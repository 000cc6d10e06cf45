import { FORBIDDEN } from './forbidden.ts'

/** A forbidden word or phrase in a file. */
export interface Finding {
  line: number
  column: number
  text: string
  instead: string
}

/** The marker that begins a comment line in TypeScript, SQL or a shell. */
const MARKER = /^[ \t]*(\/\*\*?|\*\/|\*|\/\/|--(?= |$)|#(?= |$))?[ \t]*/

/**
 * Finds the forbidden words and phrases of a file, in order. A phrase may span lines of a comment, or of a Markdown
 * paragraph. Code is searched too, because our own names are text as well.
 */
export function findForbidden(file: string, source: string): Finding[] {
  const { text, starts } = joinLines(source, file.endsWith('.md'))
  const findings = FORBIDDEN.flatMap(({ pattern, instead }) =>
    [...text.matchAll(pattern)].map((match) => ({
      ...place(starts, match.index),
      text: shorten(match[0]),
      instead,
    })),
  )
  return findings.sort((a, b) => a.line - b.line || a.column - b.column)
}

/** A line of the source in the joined text: both positions are after the line's comment marker. */
interface Start {
  offset: number
  line: number
  column: number
}

/** Joins the lines of each comment with spaces and drops their markers; in Markdown, the lines of each paragraph. */
function joinLines(source: string, isMarkdown: boolean): { text: string; starts: Start[] } {
  const starts: Start[] = []
  let text = ''
  let before: string | undefined
  for (const [index, line] of source.split('\n').entries()) {
    const [indent = '', marker = ''] = MARKER.exec(line) ?? []
    const kind = marker.startsWith('/*') ? '*' : marker
    const content = line.slice(indent.length)
    const continues = kind === before && (marker === '' ? isMarkdown : !marker.startsWith('/*'))
    const joined = content !== '' && continues && !/^([-|#]|\d+\.) /.test(content)
    if (index > 0) text += joined ? ' ' : '\n'
    starts.push({ offset: text.length, line: index + 1, column: indent.length + 1 })
    text += content
    before = content === '' ? undefined : kind
  }
  return { text, starts }
}

function place(starts: readonly Start[], offset: number): { line: number; column: number } {
  const start = starts.findLast((each) => each.offset <= offset)
  if (!start) throw new RangeError(`offset ${offset} is before the text`)
  return { line: start.line, column: start.column + offset - start.offset }
}

function shorten(text: string): string {
  const line = text.trim()
  return line.length > 60 ? `${line.slice(0, 57)}...` : line
}
