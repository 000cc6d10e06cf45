import { InvalidInputError } from '../errors/index.ts'
import { optional, type Reader, wholeNumber } from '../input/index.ts'
import type { Total } from './offers.ts'

/** One page of a list. */
export interface Page<T> {
  items: T[]
  /** Pass it as `after` to read the next page; absent on the last page. */
  next?: string
  /** Pass it as `before` to read the previous page, where the list offers that; absent on the first page. */
  previous?: string
  /** The number of all items, if the request has `withTotal`. */
  total?: Total
}

/** Which page of a list to read. */
export interface PageRequest {
  /** Number of items, 1 to 200; default 50. */
  limit?: number | undefined
  /** The `next` of the previous page; absent for the first page. */
  after?: string | undefined
}

/** The position of a row in a list. */
export interface Position {
  /** A time, a date as `YYYY-MM-DD`, or text. */
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
/** The size of a page for which no limit is given. */
export const DEFAULT_LIMIT = 50

/** Readers of the two fields of a PageRequest, for `fields`. */
export const pageFields = {
  limit: optional(wholeNumber(1, MAX_LIMIT)),
  after: optional(((value) => value) as Reader<string>),
}

/** Before the first row of any list, whether ordered by times or by dates. */
const BEGINNING = { relevance: 9, at: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' } as const
const LOWEST_ID = '00000000-0000-0000-0000-000000000000'

/** List, relevance, milliseconds since 1970 (14 digits stay within PostgreSQL's range) or date or text, UUID. */
const CURSOR =
  /^(\S+) (\d) (-?\d{1,14}|-?infinity|\d{4,6}-\d\d-\d\d(?: BC)?|~\S*) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

const DAY = /^(\d+)-(\d\d)-(\d\d)( BC)?$/

/** Whether a date exists in the calendar, and is within the range of PostgreSQL's times in every time zone. */
function isDay(date: string): boolean {
  const [, year, month, day, isBefore] = DAY.exec(date) ?? []
  const isYear = Number(year) > 0 && Number(year) <= (isBefore ? 4_713 : 294_275)
  // The calendar repeats itself every 400 years; 1 BC is the year 0.
  const similar = 2_000 + ((isBefore ? 400 * 12 + 1 - Number(year) : Number(year)) % 400)
  const last = new Date(Date.UTC(similar, Number(month), 0)).getUTCDate()
  return isYear && Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= last
}

/** Divides a list into pages by the positions of its rows, so that rows inserted or deleted elsewhere move no page. */
export class Pager {
  readonly #list: string
  readonly #limit: number
  readonly #isFirst: boolean
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
    const position = after === undefined ? beginning : decodeCursor(this.#list, after)
    this.#isFirst = after === undefined
    const { relevance, at, id } = before && position.at > before ? beginning : position
    this.parameters = { behindRelevance: relevance, behindAt: at, behindId: id, fetch: limit + 1 }
  }

  /** The page of the rows that were read. One row more than the page holds shows that there is a next page. */
  page<Row extends object>(
    rows: Row[],
    positionOf: (row: Row) => Position,
    hasPrevious = false,
  ): Page<Omit<Row, 'relevance'>> {
    const pageRows = rows.slice(0, this.#limit)
    const last: (Row & Ranked) | undefined = pageRows.at(-1)
    const isRanked = last?.relevance !== undefined
    const items = isRanked ? pageRows.map(withoutRelevance) : pageRows
    if (!last) return { items }
    const hasNext = rows.length > this.#limit
    return {
      items,
      ...(hasNext && { next: encodeCursor(this.#list, positionOf(last), last.relevance) }),
      ...(hasPrevious &&
        !isRanked &&
        !this.#isFirst && { previous: encodeCursor(this.#list, positionOf(pageRows[0] as Row)) }),
    }
  }
}

/** The cursor of a position in a list. */
export function encodeCursor(list: string, { at, id }: Position, relevance = 0): string {
  const text = at instanceof Date ? at.getTime() : IS_DATE.test(at) ? at : `~${encodeURIComponent(at)}`
  return Buffer.from(`${list} ${relevance} ${text} ${id}`).toString('base64url')
}

const IS_DATE = /^(?:-?infinity|\d{4,6}-\d\d-\d\d(?: BC)?)$/

/**
 * The position of a cursor.
 *
 * @param isText whether the list is ordered by text.
 * @throws {InvalidInputError} it is not the cursor of a page of this list.
 */
export function decodeCursor(
  list: string,
  cursor: unknown,
  { field = 'after', isText = false } = {},
): Position & { relevance: number } {
  const decoded = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString() : ''
  const [, name, relevance, text = '', id] = CURSOR.exec(decoded) ?? []
  const at = name === list ? readAt(text, isText) : undefined
  if (at !== undefined && id) {
    const position = { relevance: Number(relevance), at, id }
    if (encodeCursor(list, position, position.relevance) === cursor) return position
  }
  const source = field === 'after' ? 'next' : 'previous'
  throw new InvalidInputError(field, `must be the \`${source}\` of a page of the same list, ${list}`)
}

function readAt(text: string, isText: boolean): Date | string | undefined {
  if (!isText && /^-?\d+$/.test(text)) return new Date(Number(text))
  if (!isText) return text.endsWith('infinity') || isDay(text) ? text : undefined
  if (IS_DATE.test(text)) return text
  if (!text.startsWith('~') || /%00/.test(text)) return undefined
  try {
    return decodeURIComponent(text.slice(1))
  } catch {
    return undefined
  }
}

function withoutRelevance<Row extends Ranked>({ relevance, ...item }: Row): Omit<Row, 'relevance'> {
  return item
}
