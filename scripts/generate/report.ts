import pc from 'picocolors'
import { type Change, patch } from './output.ts'

/** The errors whose message is all that a developer needs; others are printed with their stack. */
const EXPECTED = new Set([
  'SchemaError',
  'StatementError',
  'ServerError',
  'LostFieldError',
  'InvalidInputError',
  'ConfigurationError',
  'UnavailableError',
])

/** Prints an error on stderr, or as JSON on stdout. */
export function reportError(error: unknown, { json = false } = {}): void {
  if (json) {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    console.log(JSON.stringify({ error: { name, message } }, null, 2))
    return
  }
  const isExpected = error instanceof Error && EXPECTED.has(error.name)
  console.error(
    `${pc.red('error:')} ${isExpected ? error.message : error instanceof Error ? error.stack : error}`,
  )
}

/** Prints warnings on stderr. */
export function reportWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) console.error(`${pc.yellow('warning:')} ${warning}`)
}

/** Prints a change as a diff. */
export function printPatch(change: Change): void {
  const paint = (line: string) => {
    if (line.startsWith('+')) return pc.green(line)
    if (line.startsWith('-')) return pc.red(line)
    return line.startsWith('@') ? pc.cyan(line) : line
  }
  console.log(patch(change).split('\n').map(paint).join('\n'))
}

/** The result of a run as JSON. */
export function jsonOf(
  changes: readonly Change[],
  { folder, warnings, check }: { folder: string; warnings: readonly string[]; check: boolean },
): string {
  const result = {
    folder,
    isUpToDate: changes.length === 0,
    [check ? 'outOfDate' : 'written']: changes.flatMap(({ path, after }) =>
      after === undefined ? [] : [path],
    ),
    removed: changes.flatMap(({ path, after }) => (after === undefined ? [path] : [])),
    warnings,
  }
  return JSON.stringify(result, null, 2)
}

/** The last line of a run. */
export function summaryOf(
  changes: readonly Change[],
  {
    folder,
    command,
    milliseconds,
    check,
  }: { folder: string; command: string; milliseconds: number; check: boolean },
): string {
  const time = pc.dim(`(${Math.round(milliseconds)} ms)`)
  if (changes.length === 0) return `${pc.green('✓')} ${folder} is up to date ${time}`
  const paths = changes
    .map(({ path, after }) => (after === undefined ? `${path} (removed)` : path))
    .join(', ')
  if (!check) return `${pc.green('✓')} ${folder}: ${paths} ${time}`
  return `${pc.red('✗')} ${folder} is out of date: ${paths}. Run \`${command}\` and commit the result. ${time}`
}
