import type { Compilable, Kysely } from 'kysely'
import type { DB } from '../../generated/database.ts'
import type { CallOptions, Connection } from '../connection/index.ts'
import type { Params } from './compile.ts'
import { type Exactly, queryAll } from './execute.ts'
import { type Page, type PageParameters, type PageRequest, Pager, type Position } from './page.ts'
import { type ListOrder, namesOf, PageBuilder } from './page-builder.ts'
import { type Filters, type Variants, variants } from './statement.ts'

/** A list that is read page by page, newest first, each page by an index (keyset pagination). */
export interface List<Input = never, Row = unknown> {
  /** The repository and the method: `users.list`. */
  readonly name: string
  readonly statements: Variants<Input & PageParameters, Row>
  /** The position of an item. */
  positionOf(item: object): Position
}

/**
 * Defines a list.
 *
 * @param filters optional fields that narrow the list; each combination of them is a statement.
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
): List<Input, Row> {
  const { at, id } = namesOf(order).properties
  return {
    name,
    statements: variants<Input & PageParameters, Row, Filter>(name, filters, (query, $, has) => {
      const { search = false } = has as { search?: boolean }
      return build(query, $, has, new PageBuilder(query, $, order, search))
    }),
    positionOf(item) {
      const properties = item as Readonly<Record<string, unknown>>
      return { at: properties[at] as Position['at'], id: properties[id] as string }
    },
  }
}

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
  // `limit` and `after` have become the parameters of the page.
  const { limit, after, ...filters }: PageRequest = input
  const pageInput = { ...filters, ...pager.parameters } as Input & PageParameters
  const rows = await queryAll(connection, list.statements.for(pageInput), pageInput as never, options)
  const items = toItems ? toItems(rows) : (rows as object[] as Item[])
  return pager.page(items, list.positionOf) as Page<Item>
}
