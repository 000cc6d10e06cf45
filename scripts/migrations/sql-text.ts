import pg from 'pg'

/** Literals, bodies and comments, which stay as they are, and what is between. */
const LITERAL = /('(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\2\$|--[^\n]*)/

/** A name in a regular expression, quoted or not. */
export const NAME = '("(?:[^"]|"")+"|[^\\s"(]+)'

/** Names without the schema's, wherever it is, and without quotes that they do not need. */
export class Names {
  readonly #plain: ReadonlySet<string>

  private constructor(plain: ReadonlySet<string>) {
    this.#plain = plain
  }

  /** Which names need no quotes is for the server to say. */
  static async of(url: string, statements: readonly string[]): Promise<Names> {
    const quoted = new Set(
      statements.flatMap((sql) =>
        Array.from(sql.matchAll(/"((?:[^"]|"")+)"/g), ([, name]) => name as string),
      ),
    )
    const client = new pg.Client(url)
    await client.connect()
    try {
      const { rows } = await client.query<{ name: string }>(
        'select name from unnest($1::text[]) as name where quote_ident(name) = name',
        [[...quoted]],
      )
      return new Names(new Set(rows.map(({ name }) => name)))
    } finally {
      await client.end()
    }
  }

  shorten(sql: string): string {
    return sql
      .replace(/'(?:"public"|public)\.([^']+)'::(regclass|regtype|regdictionary)/g, `'$1'::$2`)
      .split(LITERAL)
      .filter((_, index) => index % 3 !== 2)
      .map((text, index) => (index % 2 === 0 ? this.#shortenOutside(text) : text))
      .join('')
  }

  #shortenOutside(text: string): string {
    return text
      .replace(/"public"\.|\bpublic\./g, '')
      .replace(/"((?:[^"]|"")+)"/g, (quoted, name: string) => (this.#plain.has(name) ? name : quoted))
  }
}
