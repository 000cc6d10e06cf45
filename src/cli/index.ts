export { confirmed, note, perform } from './perform.ts'
export { findTarget } from './target.ts'
