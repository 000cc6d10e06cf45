import type { Result } from './query.ts'

/** Bytes of one CopyData message. */
const CHUNK = 65_536

/** `copy … from stdin` with all its rows: a `Submittable` of pg, as pg-copy-streams is one. */
export class CopyIn {
  /** Instrumentation that adds comments to SQL leaves a query with a name as it is; without one it would copy the object, without its methods. */
  readonly name = 'copy'
  readonly text: string
  readonly #rows: Buffer
  #rowCount = 0
  callback: (error: Error | null, result: Result) => void

  constructor(sql: string, rows: Buffer, callback: CopyIn['callback']) {
    this.text = sql
    this.#rows = rows
    this.callback = callback
  }

  submit(connection: CopyConnection): null {
    connection.query(this.text)
    return null
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.stream.cork?.()
    for (let at = 0; at < this.#rows.length; at += CHUNK)
      connection.sendCopyFromChunk(this.#rows.subarray(at, at + CHUNK))
    connection.endCopyFrom()
    connection.stream.uncork?.()
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#rowCount = Number(text.slice(text.lastIndexOf(' ') + 1))
  }

  handleReadyForQuery(): void {
    this.callback(null, { rows: [], rowCount: this.#rowCount, command: 'COPY' })
  }

  handleError(error: Error): void {
    this.callback(error, { rows: [], rowCount: null, command: '' })
  }
}

/** Members of pg's connection that its types do not declare. */
interface CopyConnection {
  readonly stream: { cork?(): void; uncork?(): void }
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

/** Rows in the text format: https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.55.9.2 */
export class CopyText {
  /** Written in place: joined from strings, the same text would be copied and collected several times over. */
  #buffer = Buffer.allocUnsafe(FIRST_SIZE)
  #length = 0

  /** In bytes. */
  get length(): number {
    return this.#length
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  /** Keeps the memory for the next rows; `bytes` handed out before must not be in use any more. */
  clear(): void {
    this.#length = 0
  }

  addValue(value: unknown): void {
    if (value === null || value === undefined) this.#write('\\N')
    else if (typeof value === 'string' && SPECIAL.test(value)) this.#write(value.replace(SPECIALS, escaped))
    else this.#write(String(value))
    this.#buffer[this.#length++] = TAB
  }

  /** Ends the row, which has at least one value. */
  endRow(): void {
    this.#buffer[this.#length - 1] = NEWLINE
  }

  #write(text: string): void {
    // A character takes three bytes at most, of its one or two units; the tab one more.
    const needed = this.#length + text.length * 3 + 1
    if (needed > this.#buffer.length) this.#grow(needed)
    this.#length += this.#buffer.write(text, this.#length)
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}

const FIRST_SIZE = 65_536
const [TAB, NEWLINE] = [9, 10]
const SPECIAL = /[\\\n\r\t]/
const SPECIALS = /[\\\n\r\t]/g

function escaped(character: string): string {
  if (character === '\\') return '\\\\'
  return character === '\n' ? '\\n' : character === '\r' ? '\\r' : '\\t'
}
