/** A part of a file that was not applied, and the reason. */
export interface Omission {
  readonly path: string
  /** From 1. */
  readonly line: number
  readonly kind: OmissionKind
  /** The part that differs from file to file: a role's name, a psql command. Empty if there is none. */
  readonly detail: string
}

/** The reasons, each the end of a sentence about a place in a file. */
const REASONS = {
  psql: 'skipped psql commands, which are not SQL',
  copy: 'skipped the data of copy … from stdin',
  server: 'skipped statements that affect the whole server and not only the schema',
  role: 'left out owners, grants, policies and mappings of roles that do not exist on the scratch server',
  tablespace: 'left out tablespaces that do not exist on the scratch server',
  setting: 'skipped settings that the scratch server does not know',
  label: 'skipped security labels, which need a provider on the server',
  existing: 'skipped statements that create objects of every new database',
} as const

/** Why something is left out. */
export type OmissionKind = keyof typeof REASONS

/** One warning for each reason, with the first place, the number of places, and what differs among them. */
export function warningsOf(omissions: readonly Omission[]): string[] {
  return Object.entries(REASONS).flatMap(([kind, reason]) => {
    const found = omissions.filter((omission) => omission.kind === kind)
    const [first] = found
    if (!first) return []
    const others = found.length - 1
    const place = `${first.path}:${first.line}${others === 0 ? '' : others === 1 ? ' and 1 other line' : ` and ${others} other lines`}`
    const details = [...new Set(found.flatMap(({ detail }) => detail || []))]
    const shown = details.length > 5 ? [...details.slice(0, 5), '…'] : details
    return [`${place}: ${reason}${shown.length > 0 ? `: ${shown.join(', ')}` : ''}`]
  })
}
