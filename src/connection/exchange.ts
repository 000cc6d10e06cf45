import { DatabaseError } from '../errors/index.ts'
import type { ActorStatement } from './actor-statement.ts'
import { types } from './codec.ts'
import type { Query, Result } from './query.ts'

/**
 * Statements sent at once and answered at once: one round trip, and outside a transaction one implicit transaction. A
 * `Submittable` of pg, as pg-cursor is one: pg's own query asks the server to describe the rows at every call, and this
 * one only at the first of each connection, where the statement is prepared.
 *
 * When one of them fails, those behind it are skipped and those before it undone.
 */
export class Exchange {
  /** The queries, and the settings of their actors between them. */
  readonly #steps: readonly Step[]
  #step = 0
  readonly #results: ExchangeResult[] = []
  #shapes: Map<string, Shape> | undefined
  #shape: Shape | undefined
  #result = new ExchangeResult()
  /** Queries that were answered, by what could not be read of the answer. */
  readonly unreadable = new Map<number, Error>()
  /** Called once; pg replaces it where it adds a timeout. */
  callback: (error: Error | null) => void

  constructor(queries: readonly Query[], callback: Exchange['callback'], isPreparable = always) {
    this.#steps = stepsOf(queries, isPreparable)
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

  /**
   * With `text`, what pg notes as prepared when the server says so: answers come in the order of the statements. Empty for
   * a statement that is not prepared: instrumentation that adds comments would copy an object without a name, and lose its methods.
   */
  get name(): string {
    return this.#steps[this.#step]?.name ?? ''
  }

  get text(): string | undefined {
    return this.#steps[this.#step]?.query.sql
  }

  /** Called by pg when it is the exchange's turn; an Error returned is called back. */
  submit(connection: PgConnection): Error | null {
    const { parsedStatements } = connection
    for (const { name, query } of this.#steps) {
      const parsed = name && parsedStatements[name]
      if (parsed !== undefined && parsed !== query.sql)
        return new DatabaseError(
          `Another statement is prepared as ${name} on this connection. Two versions of this package cannot share a pool.`,
        )
    }
    this.#shapes = shapesOf(connection)
    connection.stream.cork?.()
    const fresh = new Set<string>()
    for (const { name, query } of this.#steps) {
      if (name === undefined || (parsedStatements[name] === undefined && !fresh.has(name))) {
        connection.parse({ text: query.sql, name: name ?? '' })
        if (name !== undefined) fresh.add(name)
      }
      connection.bind({ statement: name ?? '', values: query.values })
      if (name === undefined || !this.#shapes.has(name)) connection.describe(PORTAL)
      connection.execute()
    }
    connection.sync()
    connection.stream.uncork?.()
    return null
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.#shape = new Shape(fields)
    if (this.name) this.#shapes?.set(this.name, this.#shape)
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    if (this.unreadable.has(this.position)) return
    this.#shape ??= this.#shapes?.get(this.name)
    try {
      this.#result.rows.push((this.#shape as Shape).row(fields))
    } catch (error) {
      this.unreadable.set(this.position, error as Error)
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#result.complete(text)
    // A statement without result rows has no description.
    const { name } = this
    if (name && !this.#shapes?.has(name)) this.#shapes?.set(name, new Shape([]))
    if (this.#steps[this.#step]?.isAnswer) this.#results.push(this.#result)
    this.#step += 1
    this.#result = new ExchangeResult()
    this.#shape = undefined
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' })
  }

  /** A service's own query may be a COPY, whose rows have no place here. */
  handleCopyData(): void {}

  handleCopyInResponse(connection: { sendCopyFail(reason: string): void }): void {
    connection.sendCopyFail('COPY from stdin is not supported here')
  }

  handleReadyForQuery(): void {
    this.callback(null)
  }

  handleError(error: Error): void {
    this.callback(error)
  }
}

/** A statement of an exchange. */
interface Step {
  readonly query: Query
  /** The name under which it is prepared; undefined if it is sent with its text each time. */
  readonly name: string | undefined
  /** Whether the caller asked for it: the setting of an actor is not answered. */
  readonly isAnswer: boolean
}

const always = (_name: string) => true

/**
 * Each query behind the setting of its actor. Those of one actor in a row need it once; one without an actor behind them
 * gets it taken away. BEGIN is the exception: it must be the first statement of its transaction.
 */
function stepsOf(queries: readonly Query[], isPreparable: (name: string) => boolean): Step[] {
  const steps: Step[] = []
  const add = (query: Query, isAnswer: boolean) => {
    const { name } = query
    const isPrepared = query.prepared && name !== undefined && (isAnswer || isPreparable(name))
    steps.push({ query, name: isPrepared ? name : undefined, isAnswer })
  }
  let current: ActorStatement | undefined
  for (const query of queries) {
    const { actor } = query
    if (actor !== current && !query.opensTransaction) add(actor ?? (current as ActorStatement).reset, false)
    add(query, true)
    if (actor !== undefined && query.opensTransaction) add(actor, false)
    current = actor
  }
  return steps
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
