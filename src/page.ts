import { InvalidInputError } from './errors.ts'
import { optional, type Reader, wholeNumber } from './input.ts'

/** A part of a list, and where the next part begins. */
export interface Page<T> {
  items: T[]
  /** Give it back as `after`; absent on the last page. */
  next?: string
}

export interface PageRequest {
  /** 1 to 200; default 50. */
  limit?: number | undefined
  /** The `next` of the page before. */
  after?: string | undefined
}

/** A row's place in a list that is ordered by time, then by id. */
export interface Place {
  time: Date
  id: string
}

const DEFAULT_LIMIT = 50

/** Readers of the two fields of a PageRequest, for `fields`. */
export const pageFields = {
  limit: optional(wholeNumber(1, 200)),
  after: optional(((value) => value) as Reader<string>),
}

/** Cuts a list into pages by its rows' places, so that rows which come or go elsewhere move no page. */
export class Pager {
  readonly #list: string

  /** The name keeps cursors of other lists away. */
  constructor(list: string) {
    this.#list = list
  }

  /** One row more than the page holds tells whether there is a next one. */
  read({ limit = DEFAULT_LIMIT, after }: PageRequest): {
    limit: number
    fetch: number
    place: Place | undefined
  } {
    return { limit, fetch: limit + 1, place: after === undefined ? undefined : this.#decode(after) }
  }

  page<T>(rows: T[], limit: number, placeOf: (row: T) => Place): Page<T> {
    if (rows.length <= limit) return { items: rows }
    const items = rows.slice(0, limit)
    return { items, next: this.#encode(placeOf(items[limit - 1] as T)) }
  }

  #encode({ time, id }: Place): string {
    return Buffer.from(`${this.#list} ${time.getTime()} ${id}`).toString('base64url')
  }

  #decode(cursor: unknown): Place {
    const decoded = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString() : ''
    const [, list, time, id] = CURSOR.exec(decoded) ?? []
    if (list === this.#list && id) {
      const place = { time: new Date(Number(time)), id }
      if (this.#encode(place) === cursor) return place
    }
    throw new InvalidInputError('after', `must be the \`next\` of a page of ${this.#list}`)
  }
}

/** List, milliseconds since 1970 (14 digits keep within PostgreSQL's range), UUID. */
const CURSOR = /^(\S+) (-?\d{1,14}) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/
