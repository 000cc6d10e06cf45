import type { CallOptions, Connection } from '../connection/index.ts'
import { InvalidInputError } from '../errors/index.ts'
import { isObject } from '../input/index.ts'
import { parseSearch } from '../search/index.ts'
import { type Exactly, queryAll } from './execute.ts'
import { type List, queryPage } from './list.ts'
import { type Offers, type ReadOrder, readOrder, type Total } from './offers.ts'
import {
  DEFAULT_LIMIT,
  decodeCursor,
  encodeCursor,
  MAX_LIMIT,
  type Page,
  type PageRequest,
  Pager,
} from './page.ts'
import type { ListShape } from './page-builder.ts'
import { bothOf, type ReadWhere, readWhere } from './where.ts'

/** The fields of a request that queryList reads itself. */
interface Order {
  orderBy?: unknown
  where?: unknown
  before?: unknown
  withTotal?: boolean | undefined
}

interface PageOptions<Row, Item> {
  /** Begins the list at rows older than this. */
  before?: Date | undefined
  /** Makes items of the rows, where an item has several of them. */
  toItems?: (rows: Row[]) => Item[]
}

/** Reads a page of a list in any order that it offers, with the conditions and the total that the request asks for. */
export async function queryList<
  Input,
  Row extends object,
  Given extends Input & PageRequest & Order & { search?: string | undefined },
  Item extends object = Row,
>(
  connection: Connection,
  list: List<Input, Row>,
  given: Given & Exactly<Input & PageRequest, Omit<Given, keyof Order>>,
  options?: CallOptions,
  pageOptions: PageOptions<Row, Item> = {},
): Promise<Page<Item>> {
  const { orderBy, where, before, withTotal, ...request } = given as Given & Order
  const offers = requireOffers(list)
  const input = request as unknown as Input & PageRequest & { search?: string | undefined }
  const isRanked = input.search !== undefined && orderBy === undefined
  if (before !== undefined && input.after !== undefined) {
    throw new InvalidInputError('before', 'must not be given together with after')
  }
  if (before !== undefined && isRanked) {
    throw new InvalidInputError('before', 'needs orderBy where search is given: the best matches come first')
  }
  const order = readOrder(orderBy, offers)
  const conditions = where === undefined ? undefined : readWhere(where, offers.where)
  const isPlain = orderBy === undefined && before === undefined && conditions === undefined
  const { hasActor } = connection
  const shape = { order, isBackward: before !== undefined, where: conditions, isRanked, hasActor }
  const page = isPlain
    ? queryPage(connection, list, input as never, options, pageOptions)
    : queryShaped(connection, list, { ...input, before }, shape, options, pageOptions)
  if (!withTotal) return page as Promise<Page<Item>>
  const total = readTotal(connection, list, input, conditions, pageOptions.before, options)
  const [read, counted] = await Promise.all([page as Promise<Page<Item>>, total])
  return { ...read, total: counted }
}

function requireOffers({ name, offers }: { name: string; offers: Offers | undefined }): Offers {
  if (offers) return offers
  throw new TypeError(`${name} offers no orders.`)
}

type Shape = Omit<ListShape, 'hasPosition'>

async function queryShaped<Input, Row extends object, Item extends object>(
  connection: Connection,
  list: List<Input, Row>,
  request: PageRequest & { search?: string | undefined; before?: unknown },
  shape: Shape,
  options: CallOptions | undefined,
  { before: olderThan, toItems }: PageOptions<Row, Item>,
): Promise<Page<Item>> {
  const { limit = DEFAULT_LIMIT, after, before, ...filters } = request
  const read = async (parameters: object, hasPosition: boolean) => {
    const search = filters.search === undefined ? undefined : parseSearch(filters.search)
    const where = withLimit(shape.where, olderThan, list)
    const values = { ...filters, ...search, ...where?.values, ...parameters } as never
    const statement = list.shaped(values, { ...shape, where, hasPosition })
    const rows = await queryAll(connection, statement, values, options)
    return toItems ? toItems(rows) : (rows as object[] as Item[])
  }
  const positionOf = (item: Item) => list.positionOf(item, shape.order.property)
  if (shape.isRanked) {
    const pager = new Pager(list.name, { ...request, after })
    return pager.page(await read(pager.parameters, true), positionOf) as Page<Item>
  }
  const name = nameOf(list, shape.order)
  const isText = requireOffers(list).text?.includes(shape.order.property) ?? false
  const cursor = before ?? after
  const field = before === undefined ? 'after' : 'before'
  const position = cursor === undefined ? undefined : decodeCursor(name, cursor, { field, isText })
  const parameters = { behindAt: position?.at, behindId: position?.id, fetch: limit + 1 }
  const found = await read(parameters, position !== undefined)
  const items = found.slice(0, limit)
  if (shape.isBackward) items.reverse()
  const [first, last] = [items[0], items.at(-1)]
  if (!first || !last) return { items }
  const hasMore = found.length > limit
  const hasNext = shape.isBackward || hasMore
  const hasPrevious = shape.isBackward ? hasMore : position !== undefined
  return {
    items,
    ...(hasNext && { next: encodeCursor(name, positionOf(last)) }),
    ...(hasPrevious && { previous: encodeCursor(name, positionOf(first)) }),
  }
}

/** The list that cursors belong to: another one for each order. */
function nameOf(
  { name, offers }: { name: string; offers: Offers | undefined },
  { property, isDescending }: ReadOrder,
): string {
  const isDefault = isDescending && property === Object.keys(offers?.orderBy ?? {})[0]
  return isDefault ? name : `${name}(${property},${isDescending ? 'desc' : 'asc'})`
}

/** The conditions of a request, and that of a list which begins at a time. */
function withLimit(
  where: ReadWhere | undefined,
  olderThan: Date | undefined,
  list: { readonly offers: Offers | undefined },
): ReadWhere | undefined {
  if (olderThan === undefined) return where
  const offers = requireOffers(list as never)
  const [property = ''] = Object.keys(offers.orderBy)
  return bothOf(where, readWhere({ [property]: { lt: olderThan } }, offers.where))
}

/** Rows that are counted one by one; above this number the count is an estimate. */
const EXACT = 10_000

async function readTotal<Input, Row>(
  connection: Connection,
  list: List<Input, Row>,
  request: PageRequest & { search?: string | undefined },
  conditions: ReadWhere | undefined,
  olderThan: Date | undefined,
  options: CallOptions | undefined,
): Promise<Total> {
  const { limit, after, ...filters } = request
  const search = filters.search === undefined ? undefined : parseSearch(filters.search)
  const where = withLimit(conditions, olderThan, list)
  const input = { ...filters, ...search, ...where?.values } as never
  const all = list.all(input, where, connection.hasActor)
  const query = {
    name: `${list.name}:total`,
    values: all.values(input),
    prepared: false,
    readOnly: true,
    target: undefined,
  }
  const counted = `select count(*)::integer as count from (${all.sql} limit ${EXACT + 1}) as counted`
  const [row] = (await connection.run({ ...query, sql: counted }, options)).rows as { count: number }[]
  const count = row?.count ?? 0
  if (count <= EXACT) return { count, isExact: true }
  const { rows } = await connection.run({ ...query, sql: `explain (format json) ${all.sql}` }, options)
  return { count: Math.max(count, estimateOf(rows)), isExact: false }
}

/** The number of rows that the planner expects. */
function estimateOf(rows: unknown[]): number {
  const { 'QUERY PLAN': plan } = rows[0] as { 'QUERY PLAN': unknown }
  const [{ Plan }] = (typeof plan === 'string' ? JSON.parse(plan) : plan) as [
    { Plan: { 'Plan Rows': number } },
  ]
  return Plan['Plan Rows']
}

/** Reads a list from the beginning to the end, a page at a time. */
export async function* iteratePages<Item, Request extends object>(
  request: Request,
  readPage: (request: Request & PageRequest) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  // The list refuses what is not an object.
  if (!isObject(request)) await readPage(request)
  let after: string | undefined
  do {
    const page: Page<Item> = await readPage({ ...request, limit: MAX_LIMIT, after })
    yield* page.items
    after = page.next
  } while (after !== undefined)
}
