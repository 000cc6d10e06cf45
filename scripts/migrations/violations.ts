import type { Constraint } from 'libpg-query'
import pg from 'pg'
import type { Difference } from '../../src/admin.ts'
import { literal, qualified, quoted, tokensOf } from './sql.ts'
import { addedConstraint, namesOf } from './statement.ts'

/** Rows of a database that a new rule would refuse. */
export interface Violation {
  /** Kind and name, such as `constraint people.people_phone_check`. */
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
  const kind = object.slice(0, object.indexOf(' '))
  const [table = '', name = ''] = object.slice(kind.length + 1).split('.')
  if (kind === 'constraint' && schema !== undefined && (fact === undefined || fact === 'definition')) {
    const query = refusedBy(quoted(table), schema)
    return query ? [query] : []
  }
  if (kind === 'column' && fact === 'not null' && schema !== undefined) {
    return [`select * from ${quoted(table)} where ${quoted(name)} is null`]
  }
  if (kind === 'type' && fact === 'values') {
    const removed = (database ?? '')
      .split(', ')
      .filter((value) => !(schema ?? '').split(', ').includes(value))
    return removed.length > 0 ? valuesInUse(client, quoted(table), removed) : []
  }
  return []
}

/** `definition` is that of a constraint, as the catalog gives it. */
function refusedBy(table: string, definition: string): string | undefined {
  const constraint = constraintOf(definition)
  if (!constraint) return undefined
  const list = (nodes: Constraint['keys']) => namesOf(nodes).map(quoted)
  const isKnown = (columns: readonly string[]) =>
    columns.map((column) => `${column} is not null`).join(' and ')
  switch (constraint.contype) {
    case 'CONSTR_CHECK':
      return `select * from ${table} where not ${inParentheses(definition)}`
    case 'CONSTR_UNIQUE':
    case 'CONSTR_PRIMARY': {
      const columns = list(constraint.keys)
      return `select ${columns} from ${table} where ${isKnown(columns)} group by ${columns} having count(*) > 1`
    }
    case 'CONSTR_FOREIGN': {
      const [columns, targets] = [list(constraint.fk_attrs), list(constraint.pk_attrs)]
      const { schemaname, relname = '' } = constraint.pktable ?? {}
      const isSame = targets.map((target, index) => `other.${target} = row_.${columns[index]}`).join(' and ')
      return `select * from ${table} as row_ where ${isKnown(columns.map((column) => `row_.${column}`))} and not exists (select from ${qualified({ schema: schemaname, name: relname })} as other where ${isSame})`
    }
    default:
      return undefined
  }
}

function constraintOf(definition: string): Constraint | undefined {
  try {
    return addedConstraint(`alter table t add constraint c ${definition}`)?.constraint
  } catch {
    return undefined // `NOT NULL column`, which the parser does not take there.
  }
}

/** The first expression in parentheses, with them. */
function inParentheses(definition: string): string {
  const tokens = tokensOf(definition)
  const first = tokens.findIndex(({ text }) => text === '(')
  let depth = 0
  const last = tokens.findIndex(({ text }, index) => {
    if (index < first) return false
    if (text === '(') depth += 1
    if (text === ')') depth -= 1
    return depth === 0
  })
  return Buffer.from(definition).subarray(tokens[first]?.start, tokens[last]?.end).toString()
}

async function valuesInUse(client: pg.Client, type: string, values: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ table: string; column: string }>(
    `select attrelid::regclass::text as table, quote_ident(attname) as column from pg_attribute
     join pg_class on pg_class.oid = attrelid and relkind in ('r', 'p')
     where atttypid = to_regtype($1) and not attisdropped`,
    [type],
  )
  const list = values.map(literal).join(', ')
  return rows.map(({ table, column }) => `select * from ${table} where ${column}::text in (${list})`)
}

/** None where the database lacks the table or a column: the rule is created with them. */
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
