import type { TableName } from '../../generated/catalog.ts'
import { InvalidInputError } from '../errors/index.ts'
import { optional, type Reader, trueOrFalse } from '../input/index.ts'
import type { FilterColumn, Where } from './where.ts'

/**
 * Columns by which callers of a list may order and filter it. `npm run generate` refuses a column without an index: one of an order
 * has an index that begins with the columns in `within` and it, and ends with the key; one of a filter begins an index.
 */
export interface Offers {
  readonly table: TableName
  /** The column of the key, which makes the order unique. */
  readonly key: string
  /** Columns that the list compares with a value of its own, such as the user of chats. */
  readonly within?: readonly string[]
  /** The column of each property by which the list is ordered; the first one is the default, descending. */
  readonly orderBy: Readonly<Record<string, string>>
  /** Properties of orderBy that are text. */
  readonly text?: readonly string[]
  /** The columns by which the list is filtered, by their properties. */
  readonly where: Readonly<Record<string, FilterColumn>>
}

/** A property, in ascending order or, followed by `desc`, in descending order. */
export type OrderBy<Property extends string> = Property | `${Property} asc` | `${Property} desc`

/** The number of all items of a list. */
export interface Total {
  count: number
  /** False where the count is more than 10,000: it is then the estimate of PostgreSQL's planner. */
  isExact: boolean
}

/** How to order and filter a list, and where to begin. */
export interface OrderRequest<Offered extends Offers, Row> {
  /** A property to order by, with `desc` for descending: `'name desc'`. Default: newest first. */
  orderBy?: OrderBy<keyof Offered['orderBy'] & string> | undefined
  /** Conditions on columns: values, lists, ranges, null, `and` and `or`. */
  where?: Where<Pick<Row, keyof Offered['where'] & keyof Row>> | undefined
  /** The `previous` of the page that follows; not together with `after`. */
  before?: string | undefined
  /** Whether the page has the `total` of the list; default false. */
  withTotal?: boolean | undefined
}

/** The fields of a request that are neither those of a page nor those of an order: the filters of the list. */
export type ListFilters<Request> = Omit<
  Request,
  'limit' | 'after' | 'before' | 'orderBy' | 'where' | 'withTotal'
>

const unread: Reader<never> = (value) => value as never

/** Readers of the fields of an OrderRequest, for `fields`; the values of all but `withTotal` are read with the list. */
export const orderFields = {
  orderBy: optional(unread),
  where: optional(unread),
  before: optional(unread),
  withTotal: optional(trueOrFalse),
}

/** An order that was read. */
export interface ReadOrder {
  readonly property: string
  readonly column: string
  readonly isDescending: boolean
}

/**
 * Reads the order of a request.
 *
 * @throws {InvalidInputError} the list is not offered in this order.
 */
export function readOrder(orderBy: unknown, { orderBy: offered }: Offers): ReadOrder {
  const [first = ''] = Object.keys(offered)
  if (orderBy === undefined) return { property: first, column: offered[first] as string, isDescending: true }
  const [, property = '', direction] = /^(\w+)(?: (asc|desc))?$/.exec(String(orderBy)) ?? []
  if (typeof orderBy === 'string' && Object.hasOwn(offered, property)) {
    return { property, column: offered[property] as string, isDescending: direction === 'desc' }
  }
  const names = Object.keys(offered).join(', ')
  throw new InvalidInputError('orderBy', `must be one of ${names}, followed by nothing, asc or desc`)
}
