import { InvalidInputError } from '../errors/index.ts'
import { optional, type Reader, wholeNumber } from '../input/index.ts'

/** One page of a list. */
export interface Page<T> {
  items: T[]
  /** Pass it as `after` to read the next page; absent on the last page. */
  next?: string
}

/** Which page of a list to read. */
export interface PageRequest {
  /** Number of items, 1 to 200; default 50. */
  limit?: number | undefined
  /** The `next` of the previous page; absent for the first page. */
  after?: string | undefined
}

/** The position of a row in a list that is ordered newest first. */
export interface Position {
  /** A time, or a date as `YYYY-MM-DD`. */
  at: Date | string
  id: string
}

/** Parameters of a statement that reads a page: the position after which it begins, and one row more than it holds. */
export interface PageParameters {
  behindRelevance: number
  behindAt: Date | string
  behindId: string
  fetch: number
}

/** The additional column of searched rows. */
export interface Ranked {
  relevance?: number | undefined
}

/** The largest page. */
export const MAX_LIMIT = 200
const DEFAULT_LIMIT = 50

/** Readers of the two fields of a PageRequest, for `fields`. */
export const pageFields = {
  limit: optional(wholeNumber(1, MAX_LIMIT)),
  after: optional(((value) => value) as Reader<string>),
}

/** Before the first row of any list, whether ordered by times or by dates. */
const BEGINNING = { relevance: 9, at: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' } as const
const LOWEST_ID = '00000000-0000-0000-0000-000000000000'

/** List, relevance, milliseconds since 1970 (14 digits stay within PostgreSQL's range) or date, UUID. */
const CURSOR = /^(\S+) (\d) (-?\d{1,14}|\d{4,6}-\d\d-\d\d) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/** Divides a list into pages by the positions of its rows, so that rows inserted or deleted elsewhere move no page. */
export class Pager {
  readonly #list: string
  readonly #limit: number
  readonly parameters: PageParameters

  /**
   * @param list the list that the cursors belong to. A searched list is a different one: it is ordered by relevance.
   * @param before begins the list at rows older than this. A second condition would hide the position from the index.
   * @throws {InvalidInputError} `after` is not the `next` of a page of this list.
   */
  constructor(list: string, request: PageRequest & { search?: string | undefined }, before?: Date) {
    const { limit = DEFAULT_LIMIT, after, search } = request
    this.#list = search === undefined ? list : `${list}(search)`
    this.#limit = limit
    const beginning = before ? { ...BEGINNING, at: before, id: LOWEST_ID } : BEGINNING
    const position = after === undefined ? beginning : this.#decode(after)
    const { relevance, at, id } = before && position.at > before ? beginning : position
    this.parameters = { behindRelevance: relevance, behindAt: at, behindId: id, fetch: limit + 1 }
  }

  /** The page of the rows that were read. One row more than the page holds shows that there is a next page. */
  page<Row extends object>(rows: Row[], positionOf: (row: Row) => Position): Page<Omit<Row, 'relevance'>> {
    const pageRows = rows.slice(0, this.#limit)
    const last: (Row & Ranked) | undefined = pageRows.at(-1)
    const items = last?.relevance === undefined ? pageRows : pageRows.map(withoutRelevance)
    if (!last || rows.length <= this.#limit) return { items }
    return { items, next: this.#encode(positionOf(last), last.relevance) }
  }

  #encode({ at, id }: Position, relevance = 0): string {
    const when = at instanceof Date ? at.getTime() : at
    return Buffer.from(`${this.#list} ${relevance} ${when} ${id}`).toString('base64url')
  }

  #decode(cursor: unknown): Position & { relevance: number } {
    const decoded = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString() : ''
    const [, list, relevance, when = '', id] = CURSOR.exec(decoded) ?? []
    if (list === this.#list && id) {
      const at = /^-?\d+$/.test(when) ? new Date(Number(when)) : when
      const position = { relevance: Number(relevance), at, id }
      if (this.#encode(position, position.relevance) === cursor) return position
    }
    throw new InvalidInputError('after', `must be the \`next\` of a page of the same list, ${this.#list}`)
  }
}

function withoutRelevance<Row extends Ranked>({ relevance, ...item }: Row): Omit<Row, 'relevance'> {
  return item
}
