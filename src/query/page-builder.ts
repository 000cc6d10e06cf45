import type { Kysely, RawBuilder, SelectQueryBuilder, SqlBool } from 'kysely'
import type { DB } from '../../generated/database.ts'
import { sql } from '../kysely/index.ts'
import type { SearchQuery } from '../search/index.ts'
import type { Params } from './compile.ts'
import type { ReadOrder } from './offers.ts'
import { MAX_LIMIT, type PageParameters } from './page.ts'
import { isAmong, matchesSearch, type SearchText, searchRelevance } from './search.ts'
import type { ForActor, ReadWhere } from './where.ts'

/** The order of a list: a time or date, then a UUID that makes it unique; both descending. */
export interface ListOrder {
  /** The column, and the property that holds it: `created_at as createdAt`. */
  readonly at: `${string} as ${string}`
  /** The column, and the property that holds it: `user_id as userId`. */
  readonly id: `${string} as ${string}`
  /** Whether the table is partitioned by the column of `at`. */
  readonly isPartitioned?: boolean
  /** The text that the filter `search` compares. Searched rows are ordered by relevance first. */
  readonly search?: SearchText
}

/** Two columns, or the properties that hold them. */
interface Names {
  readonly at: string
  readonly id: string
}

/**
 * The limit of the inner of the two selects of a page; that of the outer one is a parameter. A limit that is a parameter
 * tells the planner nothing: with it alone PostgreSQL plans each call, with this one it keeps the first plan.
 */
const INNER_LIMIT = MAX_LIMIT + 1

/** The condition for rows after the position where the previous page ended. */
export function isBehind(
  $: Params<PageParameters>,
  { at, id }: Names,
  relevance?: RawBuilder<number>,
): RawBuilder<SqlBool> {
  return relevance
    ? sql`(${relevance}, ${sql.ref(at)}, ${sql.ref(id)}) < (${$.behindRelevance}, ${$.behindAt}, ${$.behindId})`
    : sql`(${sql.ref(at)}, ${sql.ref(id)}) < (${$.behindAt}, ${$.behindId})`
}

/** The names of an order's columns and of the properties that hold them. */
export function namesOf({ at, id }: ListOrder): { columns: Names; properties: Names } {
  const [atColumn = '', atProperty = ''] = at.split(' as ')
  const [idColumn = '', idProperty = ''] = id.split(' as ')
  return { columns: { at: atColumn, id: idColumn }, properties: { at: atProperty, id: idProperty } }
}

/** How a list is read in another order than its own, with conditions of the request. */
export interface ListShape {
  readonly order: ReadOrder
  /** Whether the page ends at the position instead of beginning there. */
  readonly isBackward: boolean
  /** Whether the page begins or ends at a position, and not at the end of the list. */
  readonly hasPosition: boolean
  readonly where: ReadWhere | undefined
  /** Whether a searched list is ordered by relevance all the same. */
  readonly isRanked: boolean
  /** Whether a function finds the matches of a search, for an actor. */
  readonly hasActor: boolean
}

type Select<Tables, Table extends keyof Tables, Row> = SelectQueryBuilder<Tables, Table, Row>

/** Makes a page of a select: the inner select walks the index from the position on, the outer one takes the page. */
export class PageBuilder {
  readonly #query: Kysely<DB>
  readonly #$: Params<PageParameters & SearchQuery>
  readonly #search: SearchText | undefined
  readonly #hasActor: boolean
  readonly #columns: Names
  readonly #properties: Names
  readonly #shape: ListShape | undefined
  readonly #isPartitioned: boolean
  /** All rows of the list, without an order: what the inner select was made of. */
  all: Select<DB, keyof DB, object> | undefined

  /**
   * @param isSearched whether the input has the filter `search`.
   * @param hasActor whether a function finds the matches, for an actor.
   * @param shape how the list is read in another order than its own, or with conditions.
   */
  constructor(
    query: Kysely<DB>,
    $: Params<PageParameters>,
    order: ListOrder,
    { isSearched, hasActor, shape }: { isSearched: boolean; hasActor: boolean; shape?: ListShape },
  ) {
    this.#query = query
    this.#$ = $ as Params<PageParameters & SearchQuery>
    this.#search = isSearched ? order.search : undefined
    this.#hasActor = hasActor
    const { columns, properties } = namesOf(order)
    this.#shape = shape
    this.#isPartitioned = order.isPartitioned ?? false
    this.#columns = shape ? { ...columns, at: shape.order.column } : columns
    this.#properties = shape ? { ...properties, at: shape.order.property } : properties
  }

  /** A page of these rows, under this name in the outer select. */
  read<Tables, Table extends keyof Tables, Row>(
    name: string,
    rows: Select<Tables, Table, Row>,
  ): Select<Record<string, Row>, string, Row> {
    const page = this.#query.selectFrom(this.slice(rows).as(name)).selectAll()
    return this.take(page as unknown as Select<Record<string, Row>, string, Row>, this.#properties)
  }

  /** The inner select: the rows after the position, as many as the largest page has. */
  slice<Tables, Table extends keyof Tables, Row>(
    rows: Select<Tables, Table, Row>,
  ): Select<Tables, Table, Row> {
    const $ = this.#$
    const text = this.#search
    if (this.#shape && !this.#shape.isRanked) return this.#shapedSlice(rows, this.#shape)
    const where = this.#shape?.where
    if (!text) {
      const behind = this.#withinPartitions(rows.where(isBehind($, this.#columns)))
      return this.order(behind, this.#columns).limit(sql.lit(INNER_LIMIT))
    }
    const relevance = searchRelevance(text.text, $.searchText)
    const matches = rows
      .where(isBehind($, this.#columns, relevance))
      .where(this.#matches(text))
      .$if(where !== undefined, (found) => found.where((where as ReadWhere).build($ as never, this.#actor)))
      .select(relevance.as('relevance'))
    return this.order(matches as unknown as Select<Tables, Table, Row>, this.#columns).limit(
      sql.lit(INNER_LIMIT),
    )
  }

  #shapedSlice<Tables, Table extends keyof Tables, Row>(
    rows: Select<Tables, Table, Row>,
    { where, hasPosition }: ListShape,
  ): Select<Tables, Table, Row> {
    const $ = this.#$
    let all = rows
    if (this.#search) all = all.where(this.#matches(this.#search))
    if (where) all = all.where(where.build($ as never, this.#actor))
    this.all = all as never
    const { at, id } = this.#columns
    const comparison = this.#isAscending ? sql`>` : sql`<`
    const position = sql<SqlBool>`(${sql.ref(at)}, ${sql.ref(id)}) ${comparison} (${$.behindAt}, ${$.behindId})`
    const page = hasPosition ? this.#withinPartitions(all.where(position)) : all
    return this.order(page, this.#columns).limit(sql.lit(INNER_LIMIT))
  }

  /**
   * The position again as a bound of one column: it excludes the partitions on the other side, which the comparison of rows
   * does not.
   */
  #withinPartitions<Tables, Table extends keyof Tables, Row>(
    rows: Select<Tables, Table, Row>,
  ): Select<Tables, Table, Row> {
    if (!this.#isPartitioned) return rows
    const comparison = this.#isAscending ? sql`>=` : sql`<=`
    return rows.where(sql<SqlBool>`${sql.ref(this.#columns.at)} ${comparison} ${this.#$.behindAt}`)
  }

  #matches(text: SearchText): RawBuilder<SqlBool> {
    return this.#hasActor && text.find
      ? isAmong(sql.ref(this.#columns.id), text.find, this.#$.search)
      : matchesSearch(text.words, this.#$.search)
  }

  get #actor(): ForActor | undefined {
    return this.#hasActor ? { key: this.#columns.id } : undefined
  }

  /** The direction in which the rows are read. */
  get #isAscending(): boolean {
    return (
      this.#shape !== undefined &&
      !this.#shape.isRanked &&
      this.#shape.order.isDescending === this.#shape.isBackward
    )
  }

  /** The outer select: orders the rows by these names and takes the page. */
  take<Tables, Table extends keyof Tables, Row>(
    rows: Select<Tables, Table, Row>,
    names: Names,
  ): Select<Tables, Table, Row> {
    return this.order(rows, names).limit(this.#$.fetch)
  }

  /** Puts the rows into the order of the list. */
  order<Tables, Table extends keyof Tables, Row>(
    rows: Select<Tables, Table, Row>,
    names: Names = this.#properties,
  ): Select<Tables, Table, Row> {
    const ranked =
      this.#search && (this.#shape?.isRanked ?? true) ? rows.orderBy(sql.ref('relevance'), 'desc') : rows
    const direction = this.#isAscending ? 'asc' : 'desc'
    return ranked.orderBy(sql.ref(names.at), direction).orderBy(sql.ref(names.id), direction)
  }
}
