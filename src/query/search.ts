import { type RawBuilder, type SqlBool, sql } from 'kysely'

/** The text that a search compares; to be written as in the table's `…_search_idx`, which otherwise would not serve it. */
export type Words = RawBuilder<string>

// In subqueries, which are evaluated once and not for every row.

/** Whether the words have what is searched, in any letter case, with or without accents. */
export function finds(words: Words, search: RawBuilder<string>): RawBuilder<SqlBool> {
  return sql`${words} like (select search_pattern(${search}))`
}

/** 4 where the words begin with what is searched, to 0 where it stands somewhere within one. */
export function relevance(words: Words, search: RawBuilder<string>): RawBuilder<number> {
  return sql`search_relevance(${words}, (select searchable(${search})))`
}
