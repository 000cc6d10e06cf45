import type { RawBuilder, SqlBool } from 'kysely'
import { sql } from '../kysely/index.ts'

/** The text that a search compares. */
export interface SearchText {
  /** SQL of the words, a tsvector written exactly as in the table's `…_search_idx`: otherwise the index is not used. */
  readonly words: string
  /** The function of schema/ that finds the ids for an actor: under row security
   * no index of words is used. Without it the list is of a user's own rows. */
  readonly find?: string
  /** SQL of the text whose words are compared in order, to rank it. */
  readonly text: string
}

/**
 * True if the words have those of a query, the `search` of a SearchQuery. In a subquery, so that the planner cannot look at
 * it: a search would be planned at every call, which takes longer than the search.
 */
export function matchesSearch(words: string, search: RawBuilder<string>): RawBuilder<SqlBool> {
  return sql`${sql.raw(words)} @@ (select ${search}::tsquery)`
}

/** True if a function of schema/ finds the id for a query, the `search` of a SearchQuery. */
export function isAmong(
  id: RawBuilder<unknown>,
  find: string,
  search: RawBuilder<string>,
): RawBuilder<SqlBool> {
  return sql`${id} in (select ${sql.id(find)}(${search}::tsquery))`
}

/** From 4 if the text begins with the query, the `searchText` of a SearchQuery, to 0 if its words are apart. */
export function searchRelevance(text: string, searchText: RawBuilder<string>): RawBuilder<number> {
  return sql`search_relevance(search_text(${sql.raw(text)}), ${searchText})`
}
