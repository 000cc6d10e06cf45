import type { CallOptions } from '../../../connection/index.ts'
import { InvalidInputError } from '../../../errors/index.ts'
import { callable, fields, listOf, oneOf, optional, type Reader, trueOrFalse } from '../../../input/index.ts'

const MATCHES = ['externalId', 'email', 'domain', 'name'] as const

/** How an import finds the customers and people that exist. */
export type ImportMatch = (typeof MATCHES)[number]

/** A row that an import left out. */
export interface RejectedRow {
  /** Number of the row, from 1. */
  row: number
  /** The field, for example `legalName` or `people[0].email`. */
  field: string
  /** A sentence that can be shown to users. */
  reason: string
}

/** Options of `customers.import`. */
export interface MatchingImportOptions extends CallOptions {
  /**
   * By what the rows are matched, in this order; default `['externalId', 'email']`. `externalId`: source and external id, of customers and people.
   * `email`: people, by their address or a further one, in any letter case. `domain`: customers, by the host of the website. `name`: customers, by
   * the display name or legal name without letter case, accents, legal form and order of words. The oldest of several is taken.
   */
  match?: readonly ImportMatch[] | undefined
  /** Whether the fields of a row update the customer and the people that it matches, or the row is skipped then; default `update`. */
  onMatch?: 'update' | 'skip' | undefined
  /** Whether a bad row ends the import, and nothing is imported, or is left out and reported; default `stop`. */
  onError?: 'stop' | 'collect' | undefined
  /** Called with each row that is left out, and the row as it was given; it is awaited. */
  onReject?: ((rejected: RejectedRow, given: unknown) => void | Promise<void>) | undefined
  /** Whether everything is rolled back at the end: the report says what the import would do; default false. */
  dryRun?: boolean | undefined
  /** Called after each batch with the report so far. */
  onProgress?: ((report: ImportReport) => void) | undefined
}

/** Rows that an import created, and rows that existed and were updated. */
export interface ImportedRows {
  created: number
  updated: number
}

/** The result of an import. */
export interface ImportReport {
  /** For undoImport; undefined after a dry run. */
  importId: string | undefined
  /** The rows that were read. */
  rows: number
  /** Rows that matched a customer, with `onMatch: 'skip'`. */
  skipped: number
  customers: ImportedRows
  people: ImportedRows
  contacts: ImportedRows
  /** The number of rows that were left out. */
  rejectedCount: number
  /** The first 10,000 of them that were found, in the order of their numbers; `onReject` is called with all, as they are found. */
  rejected: RejectedRow[]
}

/** Rows that are kept in the report. */
export const MOST_REJECTED = 10_000

const readMatch: Reader<ImportMatch[]> = (value, field) => {
  const match = listOf(oneOf(MATCHES))(value, field)
  if (new Set(match).size === match.length) return match
  throw new InvalidInputError(field, 'must not contain a value twice')
}

export const readMatchingImportOptions = fields<MatchingImportOptions>({
  match: optional(readMatch),
  onMatch: optional(oneOf(['update', 'skip'])),
  onError: optional(oneOf(['stop', 'collect'])),
  onReject: optional(callable<NonNullable<MatchingImportOptions['onReject']>>),
  dryRun: optional(trueOrFalse),
  onProgress: optional(callable<NonNullable<MatchingImportOptions['onProgress']>>),
  signal: optional((value) => value as AbortSignal),
  timeout: optional((value) => value as number),
})

/** Options of `customers.undoImport`. */
export interface UndoImportOptions extends CallOptions {
  /** Whether rows that were changed after the import are kept as they are; default false: the undo is refused. */
  keepChanged?: boolean | undefined
}

export const readUndoOptions = fields<UndoImportOptions>({
  keepChanged: optional(trueOrFalse),
  signal: optional((value) => value as AbortSignal),
  timeout: optional((value) => value as number),
})
