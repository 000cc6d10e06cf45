import { DatabaseError } from '../errors/index.ts'
import { types } from './codec.ts'
import type { Query, Result } from './query.ts'

/**
 * Prepared statements sent at once and answered at once: one round trip, and outside a transaction one implicit
 * transaction. A `Submittable` of pg, as pg-cursor is one: pg's own query asks the server to describe the rows at
 * every call, and this one only at the first of each connection.
 *
 * When one of them fails, those behind it are skipped and those before it undone.
 */
export class Exchange {
  readonly #queries: readonly Query[]
  readonly #results: ExchangeResult[] = []
  #shapes: Map<string, Shape> | undefined
  #shape: Shape | undefined
  #result = new ExchangeResult()
  /** Queries that were answered, by what could not be read of the answer. */
  readonly unreadable = new Map<number, Error>()
  /** Called once; pg replaces it where it adds a timeout. */
  callback: (error: Error | null) => void

  constructor(queries: readonly Query[], callback: Exchange['callback']) {
    this.#queries = queries
    this.callback = callback
  }

  /** As many as queries, once the callback was called without an error. */
  get results(): readonly Result[] {
    return this.#results
  }

  /** The query that is being answered; it is the one that failed, when an error of the server was called back. */
  get position(): number {
    return this.#results.length
  }

  /** With `text`, what pg notes as prepared when the server says so: answers come in the order of the queries. */
  get name(): string | undefined {
    return this.#queries[this.#results.length]?.name
  }

  get text(): string | undefined {
    return this.#queries[this.#results.length]?.sql
  }

  /** Called by pg when it is the exchange's turn; an Error returned is called back. */
  submit(connection: PgConnection): Error | null {
    const { parsedStatements } = connection
    for (const { name = '', sql } of this.#queries) {
      const parsed = parsedStatements[name]
      if (parsed !== undefined && parsed !== sql)
        return new DatabaseError(
          `Another statement is prepared as ${name} on this connection. Two versions of this package cannot share a pool.`,
        )
    }
    this.#shapes = shapesOf(connection)
    connection.stream.cork?.()
    const fresh = new Set<string>()
    for (const { name = '', sql, values } of this.#queries) {
      if (parsedStatements[name] === undefined && !fresh.has(name)) {
        connection.parse({ text: sql, name })
        fresh.add(name)
      }
      connection.bind({ statement: name, values })
      if (!this.#shapes.has(name)) connection.describe(PORTAL)
      connection.execute()
    }
    connection.sync()
    connection.stream.uncork?.()
    return null
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.#shape = new Shape(fields)
    this.#shapes?.set(this.name as string, this.#shape)
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    if (this.unreadable.has(this.position)) return
    this.#shape ??= this.#shapes?.get(this.name as string)
    try {
      this.#result.rows.push((this.#shape as Shape).row(fields))
    } catch (error) {
      this.unreadable.set(this.position, error as Error)
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#result.complete(text)
    // A statement without result rows has no description.
    const name = this.name as string
    if (!this.#shapes?.has(name)) this.#shapes?.set(name, new Shape([]))
    this.#results.push(this.#result)
    this.#result = new ExchangeResult()
    this.#shape = undefined
  }

  handleReadyForQuery(): void {
    this.callback(null)
  }

  handleError(error: Error): void {
    this.callback(error)
  }
}

export class ExchangeResult implements Result {
  readonly rows: unknown[] = []
  rowCount: number | null = null
  command = ''

  /** `INSERT 0 1`, `SELECT 50`: https://www.postgresql.org/docs/current/protocol-message-formats.html */
  complete(tag: string): void {
    const end = tag.indexOf(' ')
    this.command = end < 0 ? tag : tag.slice(0, end)
    this.rowCount = end < 0 ? null : Number(tag.slice(tag.lastIndexOf(' ') + 1))
  }
}

/** How a statement's rows are made of what arrives. */
export class Shape {
  readonly #names: readonly string[]
  readonly #parsers: readonly (((text: string) => unknown) | undefined)[]
  readonly #empty: Record<string, unknown>

  constructor(fields: readonly Field[]) {
    this.#names = fields.map(({ name }) => name)
    this.#parsers = fields.map(({ dataTypeID }) => types.getTypeParser(dataTypeID, 'text'))
    this.#empty = Object.fromEntries(this.#names.map((name) => [name, null]))
  }

  row(values: readonly (string | null)[]): unknown {
    // Copying an object with all properties gives each row the same hidden class.
    const row = { ...this.#empty }
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] as string | null
      if (value === null) continue
      const parse = this.#parsers[index]
      row[this.#names[index] as string] = parse ? parse(value) : value
    }
    return row
  }
}

/** Row shapes by statement name, for as long as a connection lives; PostgreSQL refuses to run one whose shape changed. */
const shapes = new WeakMap<PgConnection, Map<string, Shape>>()

function shapesOf(connection: PgConnection): Map<string, Shape> {
  let known = shapes.get(connection)
  if (!known) {
    known = new Map()
    shapes.set(connection, known)
  }
  return known
}

/** Members of pg's connection that its types do not declare. */
interface PgConnection {
  readonly stream: { cork?(): void; uncork?(): void }
  readonly parsedStatements: Readonly<Record<string, string>>
  parse(message: { text: string; name: string }): void
  bind(message: { statement: string; values: readonly unknown[] | undefined }): void
  describe(message: { type: 'P'; name: '' }): void
  execute(message?: undefined): void
  sync(): void
}

export interface Field {
  readonly name: string
  readonly dataTypeID: number
}

const PORTAL = { type: 'P', name: '' } as const
