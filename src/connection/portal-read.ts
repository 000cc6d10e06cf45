import { ExchangeResult, type Field, Shape } from './exchange.ts'
import type { Portal, Query, Result } from './query.ts'

/**
 * One part of a query's rows, read from a named portal. A `Submittable` of pg. Each part is an exchange of its own, so
 * that other queries of the transaction can be sent between two parts; the portal outlives them.
 */
export class PortalRead {
  /** As of a query that is not kept prepared; defined, so that instrumentation which adds comments does not copy the object, without its methods. */
  readonly name = ''
  readonly #query: Query
  readonly #portal: Portal
  readonly #result = new ExchangeResult()
  #shape: Shape | undefined
  #isSuspended = false
  #unreadable: Error | undefined
  /** Called once; pg replaces it where it adds a timeout. */
  callback: (error: Error | null, result: Result) => void

  constructor(query: Query, portal: Portal, callback: PortalRead['callback']) {
    this.#query = query
    this.#portal = portal
    this.callback = callback
  }

  get text(): string {
    return this.#query.sql
  }

  /** Called by pg when it is the query's turn. */
  submit(connection: PgConnection): null {
    const { name, chunkSize, isOpen } = this.#portal
    connection.stream.cork?.()
    if (!isOpen) {
      connection.parse({ text: this.#query.sql, name: '' })
      connection.bind({ portal: name, statement: '', values: this.#query.values })
    }
    connection.describe({ type: 'P', name })
    connection.execute({ portal: name, rows: chunkSize })
    connection.sync()
    connection.stream.uncork?.()
    return null
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.#shape = new Shape(fields)
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    try {
      this.#result.rows.push((this.#shape as Shape).row(fields))
    } catch (error) {
      this.#unreadable ??= error as Error
    }
  }

  handlePortalSuspended(): void {
    this.#isSuspended = true
    this.#result.rowCount = this.#result.rows.length
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#result.complete(text)
  }

  handleEmptyQuery(): void {}

  handleReadyForQuery(): void {
    const { rows, rowCount, command } = this.#result
    this.callback(this.#unreadable ?? null, { rows, rowCount, command, isSuspended: this.#isSuspended })
  }

  handleError(error: Error): void {
    this.callback(error, this.#result)
  }
}

/** Members of pg's connection that its types do not declare. */
interface PgConnection {
  readonly stream: { cork?(): void; uncork?(): void }
  parse(message: { text: string; name: string }): void
  bind(message: { portal: string; statement: string; values: readonly unknown[] | undefined }): void
  describe(message: { type: 'P'; name: string }): void
  execute(message: { portal: string; rows: number }): void
  sync(): void
}
