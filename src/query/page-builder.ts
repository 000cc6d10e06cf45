import { type Kysely, type RawBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import type { DB } from '../../generated/database.ts'
import type { Params } from './compile.ts'
import { MAX_LIMIT, type PageParameters } from './page.ts'
import { matchesSearch, type SearchText, searchRelevance } from './search.ts'

/** The order of a list: a time or date, then a UUID that makes it unique; both descending. */
export interface ListOrder {
  /** The column, and the property that holds it: `created_at as createdAt`. */
  readonly at: `${string} as ${string}`
  /** The column, and the property that holds it: `user_id as userId`. */
  readonly id: `${string} as ${string}`
  /** The text that the filter `search` searches. Searched rows are ordered by relevance first. */
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
const INNER_LIMIT = sql.lit(MAX_LIMIT + 1)

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

type Select<Tables, Table extends keyof Tables, Row> = SelectQueryBuilder<Tables, Table, Row>

/** Makes a page of a select: the inner select walks the index from the position on, the outer one takes the page. */
export class PageBuilder {
  readonly #query: Kysely<DB>
  readonly #$: Params<PageParameters & { search: string }>
  readonly #search: SearchText | undefined
  readonly #columns: Names
  readonly #properties: Names

  /** @param isSearched whether the input has the filter `search`. */
  constructor(query: Kysely<DB>, $: Params<PageParameters>, order: ListOrder, isSearched: boolean) {
    this.#query = query
    this.#$ = $ as Params<PageParameters & { search: string }>
    this.#search = isSearched ? order.search : undefined
    const { columns, properties } = namesOf(order)
    this.#columns = columns
    this.#properties = properties
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
    if (!text) return this.order(rows.where(isBehind($, this.#columns)), this.#columns).limit(INNER_LIMIT)
    const relevance = searchRelevance(text, $.search)
    const matches = rows
      .where(isBehind($, this.#columns, relevance))
      .where(matchesSearch(text, $.search))
      .select(relevance.as('relevance'))
    return this.order(matches as unknown as Select<Tables, Table, Row>, this.#columns).limit(INNER_LIMIT)
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
    const ranked = this.#search ? rows.orderBy(sql.ref('relevance'), 'desc') : rows
    return ranked.orderBy(sql.ref(names.at), 'desc').orderBy(sql.ref(names.id), 'desc')
  }
}
