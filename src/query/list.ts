import type { Compilable, Kysely } from 'kysely'
import type { DB } from '../../generated/database.ts'
import type { CallOptions, Connection } from '../connection/index.ts'
import { sql } from '../kysely/index.ts'
import { parseSearch } from '../search/index.ts'
import type { Build, Params } from './compile.ts'
import { type Exactly, queryAll } from './execute.ts'
import type { Offers } from './offers.ts'
import { type Page, type PageParameters, type PageRequest, Pager, type Position } from './page.ts'
import { type ListOrder, type ListShape, namesOf, PageBuilder } from './page-builder.ts'
import { shortHash } from './short-hash.ts'
import { type Filters, requestedStatement, type Statement, type Variants, variants } from './statement.ts'
import type { ReadWhere } from './where.ts'

/** A list that is read page by page, newest first, each page by an index (keyset pagination). */
export interface List<Input = never, Row = unknown> {
  /** The repository and the method: `users.list`. */
  readonly name: string
  readonly statements: Variants<Input & PageParameters, Row>
  /** The statements of searches for an actor; undefined where they are the same. */
  readonly searches: Variants<Input & PageParameters, Row> | undefined
  /** Columns by which callers may order and filter. */
  readonly offers: Offers | undefined
  /** The position of an item, in another order that of its property. */
  positionOf(item: object, property?: string): Position
  /**
   * The statement of a page that is ordered or filtered by the request. With conditions it is not prepared: the best plan depends on how many
   * rows have the values, and a prepared statement may keep that of a frequent value, which reads the whole index for a rare one.
   */
  shaped(input: Input, shape: ListShape): Statement<Input & PageParameters, Row>
  /** The statement that selects all rows of the list, for their number. */
  all(input: Input, where: ReadWhere | undefined, hasActor: boolean): Statement<Input, unknown>
}

/** Whether a combination has several filters beside the search. */
const isRare = (chosen: readonly string[]) => chosen.filter((filter) => filter !== 'search').length > 1

/** The number of statements of each list that are kept; those of rarer requests are compiled again. */
const MOST_KEPT = 300

/**
 * Defines a list.
 *
 * @param filters optional fields that narrow the list; each combination of them is a statement.
 * @param offers columns by which callers may order and filter, beside the filters.
 * @param build selects the rows; `page` adds the order and the limits.
 */
export function list<Input extends { readonly [Name in Filter]?: unknown }, Row, Filter extends string>(
  name: string,
  filters: readonly Filter[],
  order: ListOrder,
  build: (
    query: Kysely<DB>,
    $: Params<Input & PageParameters>,
    has: Filters<Filter>,
    page: PageBuilder,
  ) => Compilable<Row>,
  offers?: Offers,
): List<Input, Row> {
  const { at, id } = namesOf(order).properties
  const requested = new Map<string, Statement>()
  /** The statement of a key, which is built on its first use. */
  function statementOf(
    key: string,
    build: Build<never, unknown>,
    hasOnePlan: boolean,
  ): Statement<never, unknown> {
    const known = requested.get(key)
    if (known) return known
    const made = requestedStatement(`${name}:${shortHash(key)}`, build, hasOnePlan)
    if (requested.size < MOST_KEPT) requested.set(key, made)
    return made
  }
  function filtersOf(input: Input): Filters<Filter> {
    return Object.fromEntries(
      filters.map((filter) => [filter, input[filter] !== undefined]),
    ) as Filters<Filter>
  }
  const keyOf = (has: Filters<Filter>) => filters.filter((filter) => has[filter]).join()
  const defined: List<Input, Row> = {
    name,
    offers,
    statements: variants<Input & PageParameters, Row, Filter>(
      name,
      filters,
      (query, $, has) => {
        const { search: isSearched = false } = has as { search?: boolean }
        return build(query, $, has, new PageBuilder(query, $, order, { isSearched, hasActor: false }))
      },
      { isRare },
    ),
    searches:
      order.search?.find === undefined
        ? undefined
        : variants<Input & PageParameters, Row, Filter>(
            `${name} as actor`,
            filters.filter((filter) => filter !== 'search'),
            (query, $, has) =>
              build(
                query,
                $,
                { ...has, search: true },
                new PageBuilder(query, $, order, { isSearched: true, hasActor: true }),
              ),
            { isRare },
          ),
    positionOf(item, property = at) {
      const properties = item as Readonly<Record<string, unknown>>
      return { at: properties[property] as Position['at'], id: properties[id] as string }
    },
    shaped(input, shape) {
      const has = filtersOf(input)
      const { property, isDescending } = shape.order
      const { isBackward, hasPosition, isRanked, hasActor, where } = shape
      const walk = [isDescending, isBackward, hasPosition, isRanked, hasActor]
      const key = [keyOf(has), property, ...walk, where?.key]
      return statementOf(
        key.join('|'),
        (query, $) => {
          const { search: isSearched = false } = has as { search?: boolean }
          const { hasActor } = shape
          return build(
            query,
            $ as never,
            has,
            new PageBuilder(query, $, order, { isSearched, hasActor, shape }),
          )
        },
        !where && !keyOf(has),
      ) as never
    },
    all(input, where, hasActor) {
      const has = filtersOf(input)
      return statementOf(
        `${keyOf(has)}|all|${hasActor}|${where?.key}`,
        (query, $) => {
          const { search: isSearched = false } = has as { search?: boolean }
          const newest = { property: at, column: namesOf(order).columns.at, isDescending: true }
          const walk = { isBackward: false, hasPosition: false, isRanked: false, hasActor }
          const shape = { order: newest, ...walk, where }
          const page = new PageBuilder(query, $, order, { isSearched, hasActor, shape })
          build(query, $ as never, has, page)
          const { all } = page
          if (!all) throw new TypeError(`${name} does not read its page from a slice.`)
          return all.clearSelect().select(sql.lit(1).as('one'))
        },
        false,
      ) as never
    },
  }
  if (offers) registry.push(defined as unknown as List)
  return defined
}

/** The lists that offer orders and filters, for `npm run generate`. */
export function offeredLists(): readonly List[] {
  return registry
}

const registry: List[] = []

/** Reads a page of a list. */
export async function queryPage<
  Input,
  Row extends object,
  Given extends Input & PageRequest & { search?: string | undefined },
  Item extends object = Row,
>(
  connection: Connection,
  list: List<Input, Row>,
  input: Exactly<Input & PageRequest, Given>,
  options?: CallOptions,
  {
    before,
    toItems,
  }: {
    /** Begins the list at rows older than this. */
    before?: Date | undefined
    /** Makes items of the rows, where an item has several of them; each item keeps the `relevance` of its rows. */
    toItems?: (rows: Row[]) => Item[]
  } = {},
): Promise<Page<Item>> {
  const pager = new Pager(list.name, input, before)
  // `limit` and `after` have become the parameters of the page, `search` those of the query.
  const { limit, after, ...filters }: PageRequest & { search?: string | undefined } = input
  const query = filters.search === undefined ? undefined : parseSearch(filters.search)
  const pageInput = { ...filters, ...query, ...pager.parameters } as Input & PageParameters
  const forActor = connection.hasActor && query ? list.searches : undefined
  const statement = (forActor ?? list.statements).for(pageInput)
  const rows = await queryAll(connection, statement, pageInput as never, options)
  const items = toItems ? toItems(rows) : (rows as object[] as Item[])
  return pager.page(items, (item) => list.positionOf(item), list.offers !== undefined) as Page<Item>
}
