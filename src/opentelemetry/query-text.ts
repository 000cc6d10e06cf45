/** Literals and comments: E'…', '…', "names" (kept), $tag$…$tag$, numbers. */
const LITERAL =
  /--[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/|\be'(?:[^'\\]|\\.|'')*'|(?:\b[bxn]|\bu&)?'(?:[^']|'')*'|("(?:[^"]|"")*")|\$([a-z_]\w*)?\$[\s\S]*?\$\2\$|(\$\d+)|(?<![\w$])\d[\w.]*/gi

/** SQL with `?` in the place of constants, and without comments. */
export function withoutLiterals(sql: string): string {
  return sql
    .replace(LITERAL, (match, name: string | undefined, _tag, parameter: string | undefined) =>
      name !== undefined || parameter !== undefined ? match : /^(?:--|\/\*)/.test(match) ? '' : '?',
    )
    .trim()
}
