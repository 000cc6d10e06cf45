import type { Change } from './differ.ts'
import { NAME } from './sql-text.ts'

/** What a migration is made of: a transaction of quick statements, then what takes its time and holds up nobody. */
export interface Phases {
  readonly transactions: readonly (readonly Change[])[]
  /** Each for itself, without a transaction. */
  readonly afterwards: readonly Change[]
}

/**
 * Takes what reads a whole table out of the transaction that locks it: indexes are built concurrently, constraints are
 * added for new rows and validated later. On tables that the migration itself creates there is nothing to wait for.
 */
export function intoPhases(changes: readonly Change[], partitioned: readonly string[]): Phases {
  // Nor can an index of a partitioned table be built concurrently.
  const created = new Set([...changes.flatMap(({ sql }) => tableCreatedBy(sql) ?? []), ...partitioned])
  const transactions: Change[][] = [[]]
  const afterwards: Change[] = []
  for (const change of changes) {
    if (change.needsCommitBefore) transactions.push([])
    if (isCommentOnOneOf(change.sql, afterwards)) {
      afterwards.push(change)
      continue
    }
    const { now, later } = split(change, created)
    transactions.at(-1)?.push(...now)
    afterwards.push(...later)
  }
  return { transactions: transactions.filter(({ length }) => length > 0), afterwards }
}

const CREATED = new RegExp(`^create (?:unlogged )?table ${NAME}`, 'i')
const INDEXED = new RegExp(`^create (unique )?index ${NAME} on (?:only )?${NAME}`, 'i')
const CONSTRAINED = new RegExp(`^alter table ${NAME} add constraint ${NAME} (foreign key|check)\\b`, 'i')
const UNIQUE = new RegExp(`^alter table ${NAME} add constraint ${NAME} unique (\\([^()]*\\))$`, 'i')
const NOT_NULL = new RegExp(`^alter table ${NAME} alter column ${NAME} set not null$`, 'i')

export function tableCreatedBy(sql: string): string | undefined {
  return CREATED.exec(sql)?.[1]
}

/** What is built afterwards can be commented on only then. */
function isCommentOnOneOf(sql: string, afterwards: readonly Change[]): boolean {
  const [, index, constraint, table] =
    /^comment on (?:index (\S+)|constraint (\S+) on (\S+)) is\b/i.exec(sql) ?? []
  return afterwards.some(({ sql: earlier }) =>
    index === undefined
      ? constraint !== undefined && earlier.startsWith(`alter table ${table} add constraint ${constraint} `)
      : /^create (?:unique )?index concurrently (\S+) on/i.exec(earlier)?.[1] === index,
  )
}

interface Split {
  now: Change[]
  later: Change[]
}

function split(change: Change, created: ReadonlySet<string>): Split {
  const { sql } = change
  const alone: Split = { now: [change], later: [] }
  const later = (text: string, lock: string): Change => ({
    ...change,
    sql: text,
    lock,
    needsCommitBefore: false,
  })

  const index = INDEXED.exec(sql)
  if (index && !created.has(index[3] as string)) {
    return {
      now: [],
      later: [later(sql.replace(/ index /i, ' index concurrently '), 'share update exclusive')],
    }
  }

  const constraint = CONSTRAINED.exec(sql)
  if (constraint && !created.has(constraint[1] as string) && !/not valid\s*$/i.test(sql)) {
    const [, table, name] = constraint
    return {
      now: [{ ...change, sql: `${sql} not valid` }],
      later: [later(`alter table ${table} validate constraint ${name}`, 'share update exclusive')],
    }
  }

  const unique = UNIQUE.exec(sql)
  if (unique && !created.has(unique[1] as string)) {
    const [, table, name, columns] = unique
    return {
      now: [],
      later: [
        later(`create unique index concurrently ${name} on ${table} ${columns}`, 'share update exclusive'),
        later(`alter table ${table} add constraint ${name} unique using index ${name}`, 'access exclusive'),
      ],
    }
  }

  const notNull = NOT_NULL.exec(sql)
  if (notNull && !created.has(notNull[1] as string)) {
    const [, table, column = ''] = notNull
    const name = `${column.replaceAll('"', '')}_is_not_null`
    return {
      now: [
        later(
          `alter table ${table} add constraint ${name} check (${column} is not null) not valid`,
          'access exclusive',
        ),
      ],
      later: [
        later(`alter table ${table} validate constraint ${name}`, 'share update exclusive'),
        change, // finds the constraint, and does not read the table
        later(`alter table ${table} drop constraint ${name}`, 'access exclusive'),
      ],
    }
  }
  return alone
}
