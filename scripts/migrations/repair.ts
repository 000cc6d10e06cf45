import type { Difference } from '../../src/admin.ts'
import { query } from './catalog.ts'
import type { Parts } from './draft.ts'
import { literal, quoted, shorten } from './sql.ts'

/**
 * Adds what the differ does not know and single statements do: comments of types that it creates again, extended statistics, how
 * a column is stored, how many rows ANALYZE samples for a column of an index. Undefined where something else is missing.
 */
export async function repair(
  parts: Parts,
  differences: readonly Difference[],
  fresh: string,
): Promise<Parts | undefined> {
  if (differences.length === 0) return undefined
  const statements: string[] = []
  for (const difference of differences) {
    const found = await statementsFor(difference, fresh)
    if (found === undefined) return undefined
    statements.push(...found.map(shorten))
  }
  // Behind the steps, which may create what is commented on.
  return parts.steps.length > 0
    ? { ...parts, steps: [...parts.steps, ...statements.map((sql) => ({ sql }))] }
    : { ...parts, transaction: [...parts.transaction, ...statements] }
}

async function statementsFor(difference: Difference, fresh: string): Promise<readonly string[] | undefined> {
  const { object, fact } = difference
  const space = object.indexOf(' ')
  const [kind, name] = [object.slice(0, space), object.slice(space + 1)]
  if (kind === 'index' && fact === 'statistics targets') return targetsOf(name, fresh)
  const statement = await statementFor(kind, name, difference, fresh)
  return statement === undefined ? undefined : [statement]
}

async function statementFor(
  kind: string,
  name: string,
  { fact, schema, database }: Difference,
  fresh: string,
): Promise<string | undefined> {
  if (fact === 'comment') return commentOn(kind, name, schema)
  if (kind === 'column' && fact !== undefined)
    return storageOf(name, fact, schema ?? (await usualOf(name, fact, fresh)))
  if (kind === 'statistics' && fact === undefined) {
    if (database !== undefined) return `drop statistics ${quoted(name)}`
    const [found] = await query<{ sql: string }>(
      fresh,
      'select pg_get_statisticsobjdef(oid) as sql from pg_statistic_ext where stxname = $1',
      [name],
    )
    return found?.sql
  }
  return undefined
}

/** A table and a part of it, as a difference names them. */
function partsOf(name: string): [table: string, part: string] {
  const dot = name.lastIndexOf('.')
  return [name.slice(0, Math.max(0, dot)), name.slice(dot + 1)]
}

function commentOn(kind: string, name: string, words: string | undefined): string | undefined {
  const [table, part] = partsOf(name)
  const target = {
    table: quoted(name),
    view: quoted(name),
    type: quoted(name),
    statistics: quoted(name),
    function: name,
    column: `${quoted(table)}.${quoted(part)}`,
    index: quoted(part),
    constraint: `${quoted(part)} on ${quoted(table)}`,
  }[kind]
  return target && `comment on ${kind} ${target} is ${words === undefined ? 'null' : literal(words)}`
}

/** The storage of a column, which is no fact where it is that of its type. */
async function usualOf(name: string, fact: string, fresh: string): Promise<string | undefined> {
  if (fact !== 'storage') return undefined
  const [table, column] = partsOf(name)
  const [found] = await query<{ storage: string }>(
    fresh,
    'select attstorage as storage from pg_attribute where attrelid = to_regclass($1) and attname = $2',
    [quoted(table), column],
  )
  return found?.storage
}

/** The statistics targets of the expressions of an index: its other columns have none of their own. */
async function targetsOf(name: string, fresh: string): Promise<readonly string[]> {
  const [, index] = partsOf(name)
  const columns = await query<{ place: number; target: number }>(
    fresh,
    `select attnum::int as place, coalesce(attstattarget, -1)::int as target
     from pg_index join pg_attribute on attrelid = indexrelid
     where indexrelid = to_regclass($1) and indkey[attnum - 1] = 0 order by attnum`,
    [quoted(index)],
  )
  return columns.map(
    ({ place, target }) => `alter index ${quoted(index)} alter column ${place} set statistics ${target}`,
  )
}

/** Letters of pg_attribute. */
const STORAGE: Readonly<Record<string, string>> = { p: 'plain', e: 'external', m: 'main', x: 'extended' }
const COMPRESSION: Readonly<Record<string, string>> = { p: 'pglz', l: 'lz4' }

function storageOf(name: string, fact: string, value: string | undefined): string | undefined {
  const [table, column] = partsOf(name)
  const setting = {
    storage: value && STORAGE[value] && `storage ${STORAGE[value]}`,
    compression: `compression ${COMPRESSION[value ?? ''] ?? 'default'}`,
    'statistics target': `statistics ${value ?? -1}`,
  }[fact]
  return setting && `alter table ${quoted(table)} alter column ${quoted(column)} set ${setting}`
}
