/** Text of SQL for a doc comment of TypeScript, whose end it must not contain. */
export function forDocComment(text: string): string {
  return text.replaceAll('*/', '*\\/').replace(/\r\n?|[\u2028\u2029]/g, '\n')
}

/** Text for one line, for example of a comment in SQL. */
export function forLine(text: string): string {
  return text.replace(/\s*[\n\r\v\f\u0085\u2028\u2029]+\s*/g, ' ')
}

/** A code span of Markdown. Its fence is longer than every run of backticks in the text. */
export function code(text: string): string {
  const line = forLine(text)
  const runs = line.match(/`+/g) ?? []
  const fence = '`'.repeat(Math.max(0, ...runs.map(({ length }) => length)) + 1)
  const space = /^`|`$|^ .* $/.test(line) ? ' ' : ''
  return `${fence}${space}${line}${space}${fence}`
}

/** A block of code in Markdown. */
export function codeBlock(language: string, text: string): string {
  const runs = text.match(/`{3,}/g) ?? []
  const fence = '`'.repeat(Math.max(2, ...runs.map(({ length }) => length)) + 1)
  return `${fence}${language}\n${text}\n${fence}`
}

/** A comment of SQL as a paragraph of Markdown: inline marks work, HTML and marks at the start of a line do not. */
export function prose(text: string): string {
  return forLine(text.trim())
    .replaceAll('<', '\\<')
    .replace(/^(?=[#>|~`=+-])(?!`[^`])|^(?=\d+[.)])/, '\\')
}

/** A name as text of Markdown. */
export function plain(text: string): string {
  return forLine(text).replace(/[\\`*[\]<&]|^_|_$/g, '\\$&')
}

/** A cell of a table in Markdown, in which a pipe ends even a code span. */
export function cell(markdown: string): string {
  return markdown.replaceAll('|', '\\|')
}

/** Text in double quotes of a Mermaid diagram, which has no escape for them. */
export function quotedInDiagram(text: string): string {
  return `"${forLine(text).replaceAll('"', "'").replaceAll('`', "'")}"`
}
