import { required } from '../sentences/index.ts'
import { evaluate } from './evaluate.ts'
import { messageOf, read } from './read.ts'
import type { CheckRules, ColumnRules, TableRules } from './rules.ts'
import type { StandardSchemaV1 } from './standard-schema.ts'
import { isProblem, Problem, UNKNOWN, type Value } from './values.ts'

type Result = StandardSchemaV1.Result<Record<string, unknown>>

/** Reads a row to be inserted, or a change of a row: fields that are absent then keep their values, which are unknown here. */
export function validateRow(rules: TableRules, kind: 'insert' | 'update', given: unknown): Result {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return { issues: [{ message: 'The row must be an object.' }] }
  }
  const columns = new Map(
    Object.entries(rules.columns).map(([name, column]) => [column.field, { name, column }]),
  )
  const issues = Object.keys(given)
    .filter((field) => !columns.has(field))
    .map((field): StandardSchemaV1.Issue => ({ message: unknown(field, columns.keys()), path: [field] }))
  const row = new Map<string, Value>()
  const accepted: [string, unknown][] = []
  for (const [field, { name, column }] of columns) {
    // Read once, because a getter can return another value the next time.
    const value = Object.hasOwn(given, field) ? (given as Record<string, unknown>)[field] : undefined
    const found = value === undefined ? readAbsent(name, column, kind) : readGiven(name, column, value)
    row.set(name, isProblem(found) ? UNKNOWN : found)
    for (const problem of isProblem(found) ? [found].flat() : [])
      issues.push({ message: problem.messageFor(name), path: [field, ...problem.path] })
    if (value !== undefined) accepted.push([field, value])
  }
  const present = new Set(accepted.map(([field]) => field))
  for (const check of rules.checks) {
    if (evaluate(check.test, (column) => row.get(column) ?? valueOfMissing(row, column)) !== false) continue
    issues.push({ message: messageOf(check), ...pathOf(check, rules, present) })
  }
  // fromEntries defines properties of every name, `__proto__` included.
  return issues.length > 0 ? { issues } : { value: Object.fromEntries(accepted) }
}

function unknown(field: string, allowed: Iterable<string>): string {
  return `Unknown field "${field}". Allowed: ${[...allowed].join(', ')}.`
}

/** Null is a value; a column that a CHECK names and that is not in the row is UNKNOWN. */
function valueOfMissing(row: ReadonlyMap<string, Value>, column: string): Value {
  return row.has(column) ? null : UNKNOWN
}

function readGiven(name: string, { type, notNull, generated }: ColumnRules, value: unknown) {
  if (generated) return new Problem('is set by the database and cannot be given')
  if (value === null && notNull) return new Problem(required(name))
  return read(value, type)
}

function readAbsent(
  name: string,
  { type, notNull, generated, hasDefault, default: constant }: ColumnRules,
  kind: 'insert' | 'update',
) {
  if (kind === 'update' || generated) return UNKNOWN
  if (constant) return evaluate(constant, () => UNKNOWN)
  if (hasDefault) return UNKNOWN
  if (notNull) return new Problem(required(name))
  return read(null, type)
}

/** The path of a CHECK's issue: the first of its columns that the input has. */
function pathOf({ columns }: CheckRules, rules: TableRules, present: ReadonlySet<string>) {
  const fields = columns.flatMap((column) => rules.columns[column]?.field ?? [])
  const field = fields.find((each) => present.has(each)) ?? (fields.length === 1 ? fields[0] : undefined)
  return field === undefined ? {} : { path: [field] }
}
