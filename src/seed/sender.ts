import { setImmediate as nextTurn } from 'node:timers/promises'
import type pg from 'pg'
import type { TableName } from '../../generated/catalog.ts'
import { copyInto } from './run.ts'
import { Sheets } from './sheets.ts'

/** Bytes of a chunk: less than 100 ms of work for the server. */
const CHUNK = 500_000
/** Milliseconds of creating rows without a break for sending and receiving. */
const SLICE = 0.5

/** Adds rows and returns how many units of the total they are. */
export type Write = (sheets: Sheets, done: number) => number

/** Sends rows by COPY. While the server writes a chunk, the next one is created. */
export class Sender {
  readonly counts = new Map<TableName, number>()
  readonly #client: pg.ClientBase
  readonly #signal: AbortSignal | undefined
  #idle = new Sheets()
  #busy = new Sheets()

  constructor(client: pg.ClientBase, signal: AbortSignal | undefined) {
    this.#client = client
    this.#signal = signal
  }

  async send(total: number, write: Write, report: (done: number) => void): Promise<void> {
    let sending = Promise.resolve()
    let [made, sent] = [0, 0]
    try {
      report(0)
      while (made < total) {
        made = await this.#fill(made, total, write)
        await sending
        if (sent > 0) report(sent)
        this.#signal?.throwIfAborted()
        sending = this.#sendChunk()
        // A failure is reported when the promise is awaited later.
        sending.catch(() => {})
        sent = made
      }
      await sending
      report(sent)
    } finally {
      await sending.catch(() => {})
    }
  }

  async #fill(done: number, total: number, write: Write): Promise<number> {
    let made = done
    while (made < total && this.#idle.bytes < CHUNK) {
      const end = performance.now() + SLICE
      do made += write(this.#idle, made)
      while (made < total && performance.now() < end)
      await nextTurn()
    }
    return made
  }

  async #sendChunk(): Promise<void> {
    const sheets = this.#idle
    this.#idle = this.#busy
    this.#busy = sheets
    for (const { table, sql, bytes, count } of sheets.copies()) {
      await copyInto(this.#client, sql, bytes)
      this.counts.set(table, (this.counts.get(table) ?? 0) + count)
    }
    sheets.clear()
  }
}
