import { type RawBuilder, type SqlBool, sql } from 'kysely'

/** The text that a search compares, written exactly as in the table's `…_search_idx`: otherwise the index is not used. */
export type SearchText = RawBuilder<string>

// The search text is folded in subqueries, which PostgreSQL evaluates once and not for every row.

/** True if the text contains the search text, in any letter case, with or without accents. */
export function matchesSearch(text: SearchText, search: RawBuilder<string>): RawBuilder<SqlBool> {
  return sql`${text} like (select search_pattern(${search}))`
}

/** From 4 if the text begins with the search text to 0 if it occurs within a word. */
export function searchRelevance(text: SearchText, search: RawBuilder<string>): RawBuilder<number> {
  return sql`search_relevance(${text}, (select searchable(${search})))`
}
