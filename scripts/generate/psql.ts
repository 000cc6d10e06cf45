/** A file without the parts that only psql understands. Line numbers stay the same. */
export interface PlainSql {
  readonly sql: string
  readonly skipped: readonly {
    readonly line: number
    readonly kind: 'psql' | 'copy'
    readonly detail: string
  }[]
}

/**
 * The tokens of SQL, as far as they decide what is inside quotes. Words come before anything that may begin with a letter,
 * so that the e of `E'…'` and the $ of `a$b` are read as PostgreSQL reads them.
 */
const TOKENS = new RegExp(
  [
    String.raw`(?<comment>--[^\n]*)`,
    String.raw`(?<block>/\*)`,
    String.raw`[eE]'(?:[^'\\]|''|\\[^])*(?:'|$)`,
    String.raw`[\p{L}_\u0080-\uffff][\p{L}\p{N}_$\u0080-\uffff]*`,
    "'(?:[^']|'')*(?:'|$)",
    '"(?:[^"]|"")*(?:"|$)',
    String.raw`\$(?<tag>(?:[\p{L}_\u0080-\uffff][\p{L}\p{N}_\u0080-\uffff]*)?)\$`,
    String.raw`(?<command>\\[^\n]*)`,
    '(?<end>;)',
    String.raw`\s+`,
    // None of these begins another token.
    String.raw`[\d(),.=<>+*:{}!~@#%^&|?\[\]]+`,
    '[^]',
  ].join('|'),
  'uy',
)

/** Blanks psql commands and the data of `copy … from stdin`, as written by pg_dump, but nothing inside quotes and comments. */
export function withoutPsql(text: string): PlainSql {
  const source = text.replaceAll('\r\n', '\n')
  const skipped: PlainSql['skipped'][number][] = []
  const lines = new LineCounter(source)
  const pieces: string[] = []
  /** Where the current statement begins, after leading space and comments: in the source, and among the pieces. */
  let statement: { at: number; piece: number } | undefined
  for (let at = 0; at < source.length; ) {
    const { end, kind } = nextToken(source, at)
    if (kind === 'command') {
      const [name = ''] = /^\\\S*/.exec(source.slice(at, end)) ?? []
      skipped.push({ line: lines.at(at), kind: 'psql', detail: name })
      // \g and its relatives send the statement, as a semicolon does.
      const sends = /^\\[g;]/.test(name)
      if (sends) statement = undefined
      pieces.push(sends ? ';' : '')
    } else if (kind === 'end' && statement && COPY.test(source.slice(statement.at, at))) {
      skipped.push({ line: lines.at(statement.at), kind: 'copy', detail: '' })
      pieces.length = statement.piece
      const rest = endOfCopy(source, end)
      pieces.push(source.slice(statement.at, rest).replace(/[^\n]+/g, ''))
      statement = undefined
      at = rest
      continue
    } else {
      if (kind === 'end') statement = undefined
      else if (kind === 'code') statement ??= { at, piece: pieces.length }
      pieces.push(source.slice(at, end))
    }
    at = end
  }
  return { sql: pieces.join(''), skipped }
}

function nextToken(source: string, at: number): { end: number; kind: 'command' | 'end' | 'space' | 'code' } {
  TOKENS.lastIndex = at
  const { 0: token = '', groups = {} } = TOKENS.exec(source) ?? {}
  const end = at + token.length
  if (groups.block) return { end: endOfComment(source, at), kind: 'space' }
  if (groups.comment !== undefined || /^\s/.test(token)) return { end, kind: 'space' }
  if (groups.tag !== undefined) return { end: endOfDollarQuote(source, at, token), kind: 'code' }
  return { end, kind: groups.command !== undefined ? 'command' : groups.end ? 'end' : 'code' }
}

const COPY = /^copy\s.+\sfrom\s+stdin\b/is

/** The end of the line `\.`, which ends the data. */
function endOfCopy(source: string, from: number): number {
  const end = /^\\\.$/gm
  end.lastIndex = from
  return end.test(source) ? end.lastIndex : source.length
}

function endOfDollarQuote(source: string, from: number, tag: string): number {
  const end = source.indexOf(tag, from + tag.length)
  return end < 0 ? source.length : end + tag.length
}

/** The end of a block comment; in PostgreSQL these nest. */
export function endOfComment(text: string, from: number): number {
  const delimiters = /\/\*|\*\//g
  delimiters.lastIndex = from
  let depth = 0
  for (let match = delimiters.exec(text); match; match = delimiters.exec(text)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return delimiters.lastIndex
  }
  return text.length
}

/** Counts lines from where it was asked last, so that a whole file is counted once. */
export class LineCounter {
  readonly #text: string
  #at = 0
  #line = 1

  constructor(text: string) {
    this.#text = text
  }

  /** The line of an index, from 1. */
  at(index: number): number {
    if (index < this.#at) [this.#at, this.#line] = [0, 1]
    for (let next = this.#text.indexOf('\n', this.#at); next >= 0 && next < index; ) {
      this.#line += 1
      this.#at = next + 1
      next = this.#text.indexOf('\n', this.#at)
    }
    return this.#line
  }
}
