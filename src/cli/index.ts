export { type Output, perform } from './perform.ts'
