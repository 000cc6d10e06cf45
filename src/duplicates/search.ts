import { InvalidInputError } from '../errors/index.ts'
import { fields, optional, type Reader } from '../input/index.ts'
import { decodeCursor, encodeCursor, type PageRequest, type Position, pageFields } from '../query/index.ts'
import type { Comparison } from './comparison.ts'

/** Which duplicates of one record to find. */
export interface DuplicateOptions {
  /** Number of duplicates, 1 to 200; default 50. */
  limit?: number | undefined
  /** The lowest score, from 0 to 1; default 0.5. */
  minScore?: number | undefined
}

/** Which duplicates of all records to list. */
export interface DuplicateListRequest extends PageRequest {
  /** The lowest score, from 0 to 1; default 0.5. */
  minScore?: number | undefined
}

const readScore: Reader<number> = (value, field) => {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  throw new InvalidInputError(field, 'must be a number from 0 to 1')
}

export const readDuplicateOptions = fields<DuplicateOptions>({
  limit: pageFields.limit,
  minScore: optional(readScore),
})

export const readDuplicateListRequest = fields<DuplicateListRequest>({
  ...pageFields,
  minScore: optional(readScore),
})

/** Rows with the same key that are compared with one record, for each key; fewer where all records are. */
export const [MOST_CANDIDATES, MOST_LISTED] = [100, 20]
const [DEFAULT_LIMIT, DEFAULT_SCORE] = [50, 0.5]
/** Records whose candidates one statement finds, and those that one page examines. */
const [WINDOW, MOST_EXAMINED] = [50, 1_000]

/** A record that was found, and how it compares. */
export interface Match<Row> extends Comparison {
  row: Row
}

/** The matches among candidates, the best first. */
export function bestMatches<Row>(
  candidates: readonly Row[],
  compare: (row: Row) => Comparison,
  { limit = DEFAULT_LIMIT, minScore = DEFAULT_SCORE }: DuplicateOptions,
): Match<Row>[] {
  return candidates
    .map((row) => ({ row, ...compare(row) }))
    .filter(({ score, reasons }) => score >= minScore && reasons.length > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
}

/** A record, and the earlier ones that share a key with it. */
export interface Candidates {
  id: string
  createdAt: Date
  candidateIds: string[]
}

/** How a repository reads the records of a list of duplicates. */
export interface DuplicateSource<Row> {
  /** The list that cursors belong to. */
  readonly name: string
  /** Reads records, newest first, from behind a position. */
  readCandidates(window: { behindAt: Date | string; behindId: string; fetch: number }): Promise<Candidates[]>
  readRows(ids: string[]): Promise<Row[]>
  idOf(row: Row): string
  compare(row: Row, other: Row): Comparison
}

/**
 * A page of records that have duplicates, newest first, each with the earlier ones. A page ends after 1,000 records, so that
 * it may have fewer items than its limit, or none, and still a next page.
 */
export async function listMatches<Row>(
  source: DuplicateSource<Row>,
  { limit = DEFAULT_LIMIT, after, minScore = DEFAULT_SCORE }: DuplicateListRequest,
): Promise<{ items: { row: Row; matches: Match<Row>[] }[]; next?: string }> {
  const items: { row: Row; matches: Match<Row>[] }[] = []
  let position: Position = after === undefined ? BEGINNING : decodeCursor(source.name, after)
  for (let examined = 0; examined < MOST_EXAMINED; examined += WINDOW) {
    const window = { behindAt: position.at, behindId: position.id, fetch: WINDOW }
    const found = await source.readCandidates(window)
    const withCandidates = found.filter(({ candidateIds }) => candidateIds.length > 0)
    const ids = new Set(withCandidates.flatMap(({ id, candidateIds }) => [id, ...candidateIds]))
    const rows = ids.size > 0 ? await source.readRows([...ids]) : []
    const byId = new Map(rows.map((row) => [source.idOf(row), row]))
    for (const { id, createdAt, candidateIds } of found) {
      position = { at: createdAt, id }
      const row = byId.get(id)
      if (row === undefined) continue
      const others = candidateIds.flatMap((candidate) => byId.get(candidate) ?? [])
      const matches = bestMatches(others, (other) => source.compare(row, other), {
        limit: MOST_MATCHES,
        minScore,
      })
      if (matches.length > 0 && items.push({ row, matches }) === limit)
        return { items, next: encodeCursor(source.name, position) }
    }
    if (found.length < WINDOW) return { items }
  }
  return { items, next: encodeCursor(source.name, position) }
}

const MOST_MATCHES = 50
const BEGINNING = { at: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' }
