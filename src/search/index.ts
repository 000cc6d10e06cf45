export { parseSearch, type SearchQuery } from './query.ts'
export { snippetOf } from './snippet.ts'
export { MAX_TEXT, searchWordsOf } from './vector.ts'
