import type { Compilable, Kysely } from 'kysely'
import type { DB } from '../../generated/database.ts'
import type { Params } from './compile.ts'
import { type List, list } from './list.ts'
import type { PageParameters } from './page.ts'
import type { ListOrder, PageBuilder } from './page-builder.ts'
import {
  defineOwn,
  type Filters,
  type Statement,
  type StatementOptions,
  statement,
  type Variants,
  variants,
} from './statement.ts'

/** Definitions of statements on the package's tables and those of a service. */
export interface Definitions<Tables> {
  /**
   * Defines a statement: a query with named parameters, which is built once and prepared on each connection. Annotate it
   * with `Statement<Input, Row>`; the compiler compares both with the query.
   *
   * @param name the repository and the method: `activities.find`.
   * @param build builds the query; `$.activityId` is the value of `activityId` at each call.
   */
  statement<Input, Row>(
    name: string,
    build: (query: Kysely<Tables>, $: Params<Input>) => Compilable<Row>,
    options?: StatementOptions,
  ): Statement<Input, Row>
  /** Defines a statement for each combination of the optional fields named in `filters`, so that an index serves each. */
  variants<Input extends { readonly [Name in Filter]?: unknown }, Row, Filter extends string>(
    name: string,
    filters: readonly Filter[],
    build: (query: Kysely<Tables>, $: Params<Input>, has: Filters<Filter>) => Compilable<Row>,
    options?: { isShort?: boolean },
  ): Variants<Input, Row>
  /**
   * Defines a list that is read page by page, newest first, each page by an index. `page.read(alias, rows)` adds the order
   * and the limits to a select.
   */
  list<Input extends { readonly [Name in Filter]?: unknown }, Row, Filter extends string>(
    name: string,
    filters: readonly Filter[],
    order: ListOrder,
    build: (
      query: Kysely<Tables>,
      $: Params<Input & PageParameters>,
      has: Filters<Filter>,
      page: PageBuilder,
    ) => Compilable<Row>,
  ): List<Input, Row>
}

/**
 * `statement`, `variants` and `list` for a service's own repositories.
 *
 * @typeParam Own the tables of the service: the interface `DB` of the `database.ts` that `norberts-spark-db generate` writes.
 */
export function definitions<Own = unknown>(): Definitions<DB & Own> {
  return {
    statement: (...parameters) =>
      defineOwn(() => statement(...(parameters as unknown as Parameters<typeof statement>))),
    variants: (...parameters) =>
      defineOwn(() => variants(...(parameters as unknown as Parameters<typeof variants>))),
    list: (...parameters) => defineOwn(() => list(...(parameters as unknown as Parameters<typeof list>))),
  } as Definitions<DB & Own>
}
