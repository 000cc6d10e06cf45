import pg from 'pg'
import type { Difference } from '../../src/admin.ts'
import type { MigrationFile } from './proof.ts'
import { NAME, Names } from './sql-text.ts'

/**
 * Adds what the differ passes over and one statement says: comments of types that it makes anew, extended statistics, how
 * a column is stored. Undefined where something else is missing.
 */
export async function repair(
  file: MigrationFile,
  differences: readonly Difference[],
  fresh: string,
): Promise<MigrationFile | undefined> {
  const { renames, others } = pairUp(differences)
  const statements = renames.map(rename)
  for (const difference of others) {
    const statement = await statementFor(difference, fresh)
    if (statement === undefined) return undefined
    statements.push(statement)
  }
  if (statements.length === 0) return undefined
  const names = await Names.of(fresh, statements)
  const added = statements.map((sql) => `${names.shorten(sql)};`)
  return { ...file, sql: tellLocks(`${[file.sql.trimEnd(), ...added].join('\n\n')}\n`, added) }
}

const ALTERED = new RegExp(`^\\s*alter table ${NAME}`, 'm')

/** In the header, beside those that are told already. */
function tellLocks(sql: string, statements: readonly string[]): string {
  const altered = statements.flatMap((text) => ALTERED.exec(text)?.[1] ?? [])
  return sql.replace(/^-- locks: (.+)$/m, (_, told: string) => {
    const locks = told === 'none' ? [] : told.split('; ')
    for (const table of new Set(altered)) {
      if (!locks.some((lock) => lock.startsWith(`${table} (`))) locks.push(`${table} (access exclusive)`)
    }
    return `-- locks: ${locks.join('; ') || 'none'}`
  })
}

/** A constraint or an index. */
interface Renamed {
  readonly kind: string
  readonly table: string
  readonly from: string
  readonly to: string
  readonly definition: string
}

/** What is missing and what is too much are one with another name, if they are the same of the same table. */
function pairUp(differences: readonly Difference[]): {
  renames: Renamed[]
  others: Difference[]
} {
  const renames: Renamed[] = []
  const paired = new Set<Difference>()
  const whole = differences.filter(({ object, fact }) => /^(constraint|index) /.test(object) && !fact)
  for (const missing of whole.filter(({ schema }) => schema !== undefined)) {
    const [, kind = '', table = '', to = ''] = /^(\w+) (.+)\.(.+)$/.exec(missing.object) ?? []
    const prefix = `${kind} ${table}.`
    const surplus = whole.find(
      (each) =>
        each.object.startsWith(prefix) &&
        !paired.has(each) &&
        each.database !== undefined &&
        withoutName(each.database) === withoutName(missing.schema ?? ''),
    )
    if (!surplus) continue
    paired.add(missing).add(surplus)
    renames.push({
      kind,
      table,
      from: surplus.object.slice(prefix.length),
      to,
      definition: missing.schema ?? '',
    })
  }
  // An index of a constraint has its name, and gets the new one with it.
  const constraints = new Set(renames.filter(({ kind }) => kind === 'constraint').map(({ to }) => to))
  return {
    renames: renames.filter(({ kind, to }) => kind === 'constraint' || !constraints.has(to)),
    others: differences.filter((difference) => !paired.has(difference)),
  }
}

const withoutName = (definition: string) => definition.replace(/^(CREATE (?:UNIQUE )?INDEX) \S+ ON/, '$1 ON')

function rename(renamed: Renamed): string {
  const { kind, table, from, to, definition } = renamed
  if (kind === 'index') return `alter index ${pg.escapeIdentifier(from)} rename to ${pg.escapeIdentifier(to)}`
  if (definition.startsWith('NOT NULL ')) return renameNotNull(renamed)
  return `alter table ${pg.escapeIdentifier(table)} rename constraint ${pg.escapeIdentifier(from)} to ${pg.escapeIdentifier(to)}`
}

/** Before version 18 they have no name that could be another. */
function renameNotNull({ table, from, to }: Renamed): string {
  return `do $$ begin
  if current_setting('server_version_num')::integer >= 180000 then
    alter table ${quoted(table)} rename constraint ${quoted(from)} to ${quoted(to)};
  end if;
end $$`
}

const quoted = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : pg.escapeIdentifier(name))

async function statementFor(difference: Difference, fresh: string): Promise<string | undefined> {
  const { object, fact, schema, database } = difference
  const [, kind = '', name = ''] = /^(\w+) (.+)$/.exec(object) ?? []
  if (fact === 'comment') return commentOn(kind, name, schema)
  if (kind === 'column' && fact !== undefined) return storageOf(name, fact, schema)
  if (kind === 'statistics' && fact === undefined) {
    if (database !== undefined) return `drop statistics ${pg.escapeIdentifier(name)}`
    return ask(fresh, 'select pg_get_statisticsobjdef(oid) from pg_statistic_ext where stxname = $1', name)
  }
  return undefined
}

function commentOn(kind: string, name: string, words: string | undefined): string | undefined {
  const [, table = '', part] = /^(.+)\.(.+)$/.exec(name) ?? []
  const target = {
    table: pg.escapeIdentifier(name),
    view: pg.escapeIdentifier(name),
    type: pg.escapeIdentifier(name),
    statistics: pg.escapeIdentifier(name),
    function: name,
    column: part && `${pg.escapeIdentifier(table)}.${pg.escapeIdentifier(part)}`,
    index: part && pg.escapeIdentifier(part),
    constraint: part && `${pg.escapeIdentifier(part)} on ${pg.escapeIdentifier(table)}`,
  }[kind]
  return target && `comment on ${kind} ${target} is ${words === undefined ? 'null' : pg.escapeLiteral(words)}`
}

/** Letters of pg_attribute. */
const STORAGE: Readonly<Record<string, string>> = { p: 'plain', e: 'external', m: 'main', x: 'extended' }
const COMPRESSION: Readonly<Record<string, string>> = { p: 'pglz', l: 'lz4' }

function storageOf(name: string, fact: string, value: string | undefined): string | undefined {
  const [, table = '', column = ''] = /^(.+)\.(.+)$/.exec(name) ?? []
  const setting = {
    storage: value && STORAGE[value] && `storage ${STORAGE[value]}`,
    compression: `compression ${COMPRESSION[value ?? ''] ?? 'default'}`,
    'statistics target': `statistics ${value ?? -1}`,
  }[fact]
  return (
    setting &&
    `alter table ${pg.escapeIdentifier(table)} alter column ${pg.escapeIdentifier(column)} set ${setting}`
  )
}

async function ask(url: string, sql: string, value: string): Promise<string | undefined> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<string[]>({ text: sql, values: [value], rowMode: 'array' })
    return rows[0]?.[0]?.replaceAll('public.', '')
  } finally {
    await client.end()
  }
}
