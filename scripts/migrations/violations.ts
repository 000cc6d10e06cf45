import pg from 'pg'
import type { Difference } from '../../src/admin.ts'

/** Rows of a database that a new rule would refuse. */
export interface Violation {
  /** Such as `constraint people.people_phone_check`. */
  readonly rule: string
  readonly rows: number
  /** Finds them. */
  readonly sql: string
}

/**
 * Counts the rows of a live database that the rules of schema/ would refuse which are new or have changed. Only reads.
 */
export async function findViolations(url: string, differences: readonly Difference[]): Promise<Violation[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query('begin read only; set local statement_timeout = 60000')
    const violations: Violation[] = []
    for (const difference of differences) {
      for (const sql of await queriesFor(client, difference)) {
        const rows = await count(client, sql)
        if (rows > 0) violations.push({ rule: difference.object, rows, sql })
      }
    }
    return violations
  } finally {
    await client.end()
  }
}

async function queriesFor(
  client: pg.Client,
  { object, fact, schema, database }: Difference,
): Promise<string[]> {
  const [, kind, table = '', name = ''] = /^(\w+) ([^.]+)\.?(.*)$/.exec(object) ?? []
  if (kind === 'constraint' && schema !== undefined && (fact === undefined || fact === 'definition')) {
    const query = refusedBy(table, schema)
    return query ? [query] : []
  }
  if (kind === 'column' && fact === 'not null' && schema !== undefined) {
    return [`select * from ${table} where ${pg.escapeIdentifier(name)} is null`]
  }
  if (kind === 'type' && fact === 'values') {
    const removed = (database ?? '')
      .split(', ')
      .filter((value) => !(schema ?? '').split(', ').includes(value))
    return removed.length > 0 ? valuesInUse(client, table, removed) : []
  }
  return []
}

function refusedBy(table: string, definition: string): string | undefined {
  const check = /^CHECK \(([\s\S]*)\)/.exec(definition)
  if (check) return `select * from ${table} where not (${check[1]})`
  const unique = /^(?:UNIQUE|PRIMARY KEY) \((.*)\)/.exec(definition)
  if (unique) {
    const columns = unique[1] as string
    const isKnown = columns.split(', ').map((column) => `${column} is not null`)
    return `select ${columns} from ${table} where ${isKnown.join(' and ')} group by ${columns} having count(*) > 1`
  }
  const foreign = /^FOREIGN KEY \((.*?)\) REFERENCES (\S+?)\((.*?)\)/.exec(definition)
  if (!foreign) return undefined
  const [, columns = '', target, targets = ''] = foreign
  const isKnown = columns.split(', ').map((column) => `row_.${column} is not null`)
  const isSame = targets
    .split(', ')
    .map((column, index) => `other.${column} = row_.${columns.split(', ')[index]}`)
  return `select * from ${table} as row_ where ${isKnown.join(' and ')} and not exists (select from ${target} as other where ${isSame.join(' and ')})`
}

async function valuesInUse(client: pg.Client, type: string, values: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ table: string; column: string }>(
    `select attrelid::regclass::text as table, quote_ident(attname) as column from pg_attribute
     join pg_class on pg_class.oid = attrelid and relkind in ('r', 'p')
     where atttypid = to_regtype($1) and not attisdropped`,
    [type],
  )
  const list = values.map((value) => pg.escapeLiteral(value)).join(', ')
  return rows.map(({ table, column }) => `select * from ${table} where ${column}::text in (${list})`)
}

/** Nothing where the database lacks a table or a column of it: the rule comes with them. */
async function count(client: pg.Client, sql: string): Promise<number> {
  await client.query('savepoint counting')
  try {
    const { rows } = await client.query<{ count: string }>(
      `select count(*) as count from (${sql}) as refused`,
    )
    return Number(rows[0]?.count)
  } catch (error) {
    if (!/^42/.test((error as { code?: string }).code ?? '')) throw error
    await client.query('rollback to savepoint counting')
    return 0
  }
}
