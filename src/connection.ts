import type pg from 'pg'
import type { Cancellation } from './cancellation.ts'
import type { MessageSettings } from './chat-message.ts'
import { types } from './codec.ts'
import { CopyIn } from './copy.ts'
import { Exchange } from './exchange.ts'
import type { Redaction } from './redaction.ts'
import type { Statement } from './statement.ts'

/** The last argument of every call that reaches the server. */
export interface CallOptions {
  /** Cancels the call, on the server too; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /**
   * Milliseconds for the whole call, waiting for a free connection included. After them the call is cancelled,
   * on the server too, and rejects with UnavailableError.
   */
  timeout?: number | undefined
}

/** What holds for every call on a database. */
export interface Settings {
  /** Whether statements are prepared under their names. */
  readonly prepare: boolean
  /** What keeps secrets out of the audit log. */
  readonly redaction: Redaction
  readonly messages: MessageSettings
}

/** What repositories are built on: the pool, or the one connection of a transaction. */
export interface Connection {
  readonly settings: Settings
  /** Sends a query; what goes wrong comes back translated. */
  run(query: Query, options?: CallOptions): Promise<Result>
  /** Runs `fn` on one connection: what it does takes effect as a whole, or not at all. */
  atomically<T>(fn: (connection: Connection) => Promise<T>, options?: CallOptions): Promise<T>
}

/** Every row that a statement returns. */
export async function all<Input, Row>(
  connection: Connection,
  statement: Statement<Input, Row>,
  input: Input,
  options?: CallOptions,
): Promise<Row[]> {
  const { rows } = await connection.run(toQuery(statement, input, connection.settings), options)
  return rows as Row[]
}

/** The row of a statement that returns at most one. */
export async function first<Input, Row>(
  connection: Connection,
  statement: Statement<Input, Row>,
  input: Input,
  options?: CallOptions,
): Promise<Row | undefined> {
  const rows = await all(connection, statement, input, options)
  return rows[0]
}

/** The row of a statement that always returns one. */
export function only<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new TypeError('A statement that always returns a row returned none.')
  return row
}

/** Runs a statement for its effect; resolves with the number of rows it changed. */
export async function change<Input>(
  connection: Connection,
  statement: Statement<Input>,
  input: Input,
  options?: CallOptions,
): Promise<number> {
  const { rowCount } = await connection.run(toQuery(statement, input, connection.settings), options)
  return rowCount ?? 0
}

/** A statement with its values, a query of the service's own, or transaction control. */
export interface Query {
  readonly name?: string | undefined
  readonly sql: string
  readonly values?: readonly unknown[] | undefined
  /** Whether connections keep it prepared under its name. */
  readonly prepared: boolean
  /** Whether running it twice is the same as running it once. */
  readonly readOnly: boolean
  /** Whether it may be sent together with what others ask: a prepared select of what one key leads to. */
  readonly isShared?: boolean | undefined
  /** The rows of a `copy … from stdin`, in its text format. */
  readonly rows?: Buffer | undefined
}

export interface Result {
  readonly rows: unknown[]
  readonly rowCount: number | null
  readonly command: string
}

function toQuery<Input>(statement: Statement<Input>, input: Input, { prepare }: Settings): Query {
  return {
    name: statement.name,
    sql: statement.sql,
    values: statement.values(input),
    prepared: prepare,
    readOnly: statement.readOnly,
    isShared: prepare && statement.isBrief,
  }
}

/** Runs a query on a connection that nobody else uses meanwhile. */
export async function send(
  client: pg.ClientBase,
  query: Query,
  cancellation: Cancellation | undefined,
): Promise<Result> {
  if (!cancellation) return sendToServer(client, query)
  cancellation.throwIfCancelled()
  const stopWatching = cancellation.cancelsOnServer(client)
  try {
    return await sendToServer(client, query)
  } finally {
    await stopWatching()
  }
}

function sendToServer(client: pg.ClientBase, query: Query): Promise<Result> {
  return new Promise((resolve, reject) => {
    submit(client, query, (error, result) => (error ? reject(error) : resolve(result)))
  })
}

/** What pg is asked to do, in its own terms. */
export function submit(
  client: pg.ClientBase,
  query: Query,
  callback: (error: Error | null, result: Result) => void,
): void {
  const { sql, values, prepared, rows } = query
  if (prepared) {
    const exchange = new Exchange([query], (error) =>
      callback(error ?? exchange.unreadable.get(0) ?? null, exchange.results[0] as Result),
    )
    void client.query(exchange as unknown as pg.Submittable)
    return
  }
  if (rows !== undefined) {
    void client.query(new CopyIn(sql, rows, callback) as unknown as pg.Submittable)
    return
  }
  const config: pg.QueryConfig = { text: sql, types }
  if (values) config.values = values as unknown[] // pg's type lacks readonly
  void client.query(config, callback)
}
