import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { InvalidInputError } from '../errors/index.ts'
import { optional, type Reader, wholeNumber } from '../input/index.ts'
import type { Params } from './statement.ts'

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

/** A row's place in its list, the newest first. */
export interface Place {
  /** A time, or a date as `YYYY-MM-DD`. */
  at: Date | string
  id: string
}

/** Parameters of a statement that reads a page: the rows behind this place, one more than the page holds. */
export interface PageParameters {
  behindRelevance: number
  behindAt: Date | string
  behindId: string
  fetch: number
}

/** What a row of a searched list has besides its columns. */
interface Ranked {
  relevance?: number | undefined
}

const MOST = 200
const DEFAULT_LIMIT = 50

/** Readers of the two fields of a PageRequest, for `fields`. */
export const pageFields = {
  limit: optional(wholeNumber(1, MOST)),
  after: optional(((value) => value) as Reader<string>),
}

/**
 * The limit of the inner of two selects that make a page; the outer one's is `fetch`. A limit that is a parameter
 * tells the planner nothing: it would make a plan for each call, where with this one it keeps the first.
 */
export const FETCH_AT_MOST = sql.lit(MOST + 1)

/** Before the first row of any list, be it ordered by times or by dates. */
const FIRST = { relevance: 9, at: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' } as const
const LEAST_ID = '00000000-0000-0000-0000-000000000000'

/** List, relevance, milliseconds since 1970 (14 digits keep within PostgreSQL's range) or date, UUID. */
const CURSOR = /^(\S+) (\d) (-?\d{1,14}|\d{4,6}-\d\d-\d\d) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/** Cuts a list into pages by its rows' places, so that rows which come or go elsewhere move no page. */
export class Pager {
  readonly #list: string
  readonly #limit: number
  readonly parameters: PageParameters

  /**
   * @param list keeps cursors of other lists away; a searched list is another, for it is in the order of relevance.
   * @param before the list begins with what is older. As a second condition it would hide the place from the index.
   */
  constructor(list: string, request: PageRequest & { search?: string | undefined }, before?: Date) {
    const { limit = DEFAULT_LIMIT, after, search } = request
    this.#list = search === undefined ? list : `${list}(search)`
    this.#limit = limit
    const beginning = before ? { ...FIRST, at: before, id: LEAST_ID } : FIRST
    const place = after === undefined ? beginning : this.#decode(after)
    const { relevance, at, id } = before && place.at > before ? beginning : place
    this.parameters = { behindRelevance: relevance, behindAt: at, behindId: id, fetch: limit + 1 }
  }

  /** One row more than the page holds tells whether there is a next one. */
  page<Row extends object>(rows: Row[], placeOf: (row: Row) => Place): Page<Omit<Row, 'relevance'>> {
    const found = rows.slice(0, this.#limit)
    const last: (Row & Ranked) | undefined = found.at(-1)
    const items = last?.relevance === undefined ? found : found.map(withoutRelevance)
    if (!last || rows.length <= this.#limit) return { items }
    return { items, next: this.#encode(placeOf(last), last.relevance) }
  }

  #encode({ at, id }: Place, relevance = 0): string {
    const when = at instanceof Date ? at.getTime() : at
    return Buffer.from(`${this.#list} ${relevance} ${when} ${id}`).toString('base64url')
  }

  #decode(cursor: unknown): Place & { relevance: number } {
    const decoded = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString() : ''
    const [, list, relevance, when = '', id] = CURSOR.exec(decoded) ?? []
    if (list === this.#list && id) {
      const at = /^-?\d+$/.test(when) ? new Date(Number(when)) : when
      const place = { relevance: Number(relevance), at, id }
      if (this.#encode(place, place.relevance) === cursor) return place
    }
    throw new InvalidInputError('after', `must be the \`next\` of a page of the same list, ${this.#list}`)
  }
}

function withoutRelevance<Row extends Ranked>({ relevance, ...item }: Row): Omit<Row, 'relevance'> {
  return item
}

/** The condition for rows behind the place where the page before ended. */
export function isBehind(
  $: Params<PageParameters>,
  { at, id, relevance }: { at: string; id: string; relevance?: RawBuilder<number> | undefined },
): RawBuilder<SqlBool> {
  const [atColumn, idColumn] = [sql.ref(at), sql.ref(id)]
  return relevance
    ? sql`(${relevance}, ${atColumn}, ${idColumn}) < (${$.behindRelevance}, ${$.behindAt}, ${$.behindId})`
    : sql`(${atColumn}, ${idColumn}) < (${$.behindAt}, ${$.behindId})`
}
