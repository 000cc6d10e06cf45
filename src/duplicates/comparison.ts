/** A property that two records have in common. `similar…` values differ by their spelling, or the domain by its ending. */
export type DuplicateReason =
  | 'name'
  | 'similarName'
  | 'website'
  | 'similarWebsite'
  | 'email'
  | 'similarEmail'
  | 'phone'

/** How likely two records mean the same company or person. */
export interface Comparison {
  /** From 0 to 1; from 0.5 on a duplicate is likely. */
  score: number
  /** The properties that they have in common, the strongest first. */
  reasons: DuplicateReason[]
}

/** Evidence that two records are the same, each with the probability that it alone gives. */
export type Evidence = readonly (readonly [reason: DuplicateReason, weight: number])[]

/** Combines independent evidence: the probability that not all of it is a coincidence. */
export function combine(evidence: Evidence): Comparison {
  const found = evidence.filter(([, weight]) => weight > 0).sort(([, a], [, b]) => b - a)
  const coincidence = found.reduce((product, [, weight]) => product * (1 - weight), 1)
  return { score: Math.round((1 - coincidence) * 1000) / 1000, reasons: found.map(([reason]) => reason) }
}
