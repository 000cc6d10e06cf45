/** The schema's value lists and bounds, for forms and validators. */
export * from '../generated/catalog.ts'
