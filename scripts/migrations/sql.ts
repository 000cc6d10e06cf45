import { loadModule, type Node, parseSync, type ScanToken, scanSync } from 'libpg-query'

await loadModule()

/** One statement of a text, as PostgreSQL's parser splits it. */
export interface Statement {
  /** Without the semicolon and the comments before it. */
  readonly sql: string
  readonly node: Node
}

/**
 * The statements of a text.
 *
 * @throws {SqlError} PostgreSQL's parser does not accept it.
 */
export function statementsOf(text: string): Statement[] {
  const bytes = Buffer.from(text)
  return (parseSync(text).stmts ?? []).flatMap(({ stmt, stmt_location = 0, stmt_len }) => {
    if (!stmt) return []
    const end = stmt_len ? stmt_location + stmt_len : bytes.length
    const source = bytes.subarray(stmt_location, end).toString()
    return [{ sql: withoutEdges(source), node: stmt }]
  })
}

/** The statement of a text that holds one. */
export function nodeOf(sql: string): Node {
  const [statement] = parseSync(sql).stmts ?? []
  return statement?.stmt ?? ({} as Node)
}

/** From the first token to the last but for semicolons: comments before and after are none of the statement. */
function withoutEdges(source: string): string {
  const tokens = tokensOf(source).filter(({ text }) => text !== ';')
  const [first, last] = [tokens[0], tokens.at(-1)]
  if (!first || !last) return ''
  return Buffer.from(source).subarray(first.start, last.end).toString()
}

/** The tokens of a statement but for comments; `start` and `end` count bytes. */
export function tokensOf(sql: string): ScanToken[] {
  return scanSync(sql).tokens.filter(({ tokenName }) => !/COMMENT/.test(tokenName))
}

/** Inserts a text after the first token that is `word`. */
export function insertAfter(sql: string, word: string, text: string): string {
  const token = tokensOf(sql).find((each) => each.text.toLowerCase() === word)
  if (!token) throw new Error(`No ${word} in ${sql}`)
  const bytes = Buffer.from(sql)
  return `${bytes.subarray(0, token.end)} ${text}${bytes.subarray(token.end)}`
}

const NO_KEYWORD = 0
const UNRESERVED_KEYWORD = 1

/** A name as SQL has it, quoted only where it must be. */
export function quoted(name: string): string {
  if (/^[a-z_][a-z0-9_]*$/.test(name)) {
    const { tokens } = scanSync(name)
    const kind = tokens[0]?.keywordKind
    if (tokens.length === 1 && (kind === NO_KEYWORD || kind === UNRESERVED_KEYWORD)) return name
  }
  return `"${name.replaceAll('"', '""')}"`
}

/** A name with its schema, unless that is `public`. */
export function qualified({ schema, name }: { schema?: string | undefined; name: string }): string {
  return schema === undefined || schema === 'public' ? quoted(name) : `${quoted(schema)}.${quoted(name)}`
}

export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

/** `public.` before names and quotes that they do not need are left out; literals, bodies and comments stay as they are. */
export function shorten(sql: string): string {
  const bytes = Buffer.from(sql)
  const { tokens } = scanSync(sql)
  let [shortened, position] = ['', 0]
  const copy = (until: number) => {
    shortened += bytes.subarray(position, until).toString()
    position = until
  }
  for (const [index, token] of tokens.entries()) {
    if (token.start < position) continue
    const isName = token.tokenName === 'IDENT'
    if (isName && nameIn(token) === 'public' && tokens[index + 1]?.text === '.') {
      copy(token.start)
      position = (tokens[index + 1] as ScanToken).end
    } else if (isName && token.text.startsWith('"')) {
      copy(token.start)
      shortened += quoted(nameIn(token))
      position = token.end
    } else if (isObjectLiteral(tokens, index)) {
      copy(token.start)
      shortened += token.text.replace(/^'(?:"public"|public)\./, "'")
      position = token.end
    }
  }
  copy(bytes.length)
  return shortened
}

function nameIn({ text }: ScanToken): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase()
}

/** `'public.people_id_seq'::regclass` */
function isObjectLiteral(tokens: readonly ScanToken[], index: number): boolean {
  const [token, cast, type] = tokens.slice(index, index + 3)
  return token?.tokenName === 'SCONST' && cast?.text === '::' && /^reg[a-z]+$/.test(type?.text ?? '')
}

/** Keywords in lower case; literals, bodies, quoted names and comments stay as they are. */
export function lowerKeywords(sql: string): string {
  const bytes = Buffer.from(sql)
  let [lower, position] = ['', 0]
  for (const { start, end, text, keywordKind } of tokensOf(sql)) {
    if (keywordKind === NO_KEYWORD) continue
    lower += bytes.subarray(position, start).toString() + text.toLowerCase()
    position = end
  }
  return lower + bytes.subarray(position).toString()
}

/** Whether two texts are the same statements to PostgreSQL's parser. */
export function isSameSql(one: string, other: string): boolean {
  try {
    return treeOf(one) === treeOf(other)
  } catch {
    return false
  }
}

function treeOf(sql: string): string {
  return JSON.stringify(parseSync(sql).stmts, (key, value) =>
    key === 'location' ||
    key === 'stmt_location' ||
    key === 'stmt_len' ||
    key === 'name_location' ||
    /_location$/.test(key)
      ? undefined
      : value,
  )
}
