import pg from 'pg'
import { format } from 'sql-formatter'
import { readSchemaFiles } from '../../src/admin.ts'
import type { ScratchDatabase } from '../scratch/index.ts'
import { type Change, differ, type Rename } from './differ.ts'
import { intoPhases, tableCreatedBy } from './online.ts'
import type { MigrationFile } from './proof.ts'
import { NAME, Names } from './sql-text.ts'

export interface Draft {
  /** Empty where there is nothing to do. */
  readonly files: readonly MigrationFile[]
  /** What may be renames, and nobody has said. */
  readonly candidates: readonly Rename[]
  /** What was said to be a rename, and cannot be one: gone or new are not both, or they differ in more than the name. */
  readonly refused: readonly Rename[]
  /** Statements that destroy what rows hold. */
  readonly destroying: readonly string[]
}

/** What leads from a database to schema/, as files. */
export async function draft(
  name: string,
  { current, fresh }: { current: ScratchDatabase; fresh: ScratchDatabase },
  { renames, at }: { renames: readonly Rename[]; at: Date },
): Promise<Draft> {
  const { changes: found, candidates, refused } = await differ(current.url, fresh.url, renames)
  const names = await Names.of(
    fresh.url,
    found.map(({ sql }) => sql),
  )
  const changes = found.map((change) => ({ ...change, sql: names.shorten(change.sql) }))
  const { transactions, afterwards: later } = intoPhases(changes, await partitionedTables(current.url))
  const afterwards = [...later, ...(await rebuilding(current.url, changes))]
  const parts = [
    ...transactions.map((part) => ({ part, isTransactional: true })),
    ...(afterwards.length > 0 ? [{ part: afterwards, isTransactional: false }] : []),
  ]
  const files = parts.map(({ part, isTransactional }, index) => ({
    name: `${timestamp(at, index)}_${name}${index > 0 ? `_${index + 1}` : ''}.sql`,
    sql: textOf(part, { name, isTransactional }),
  }))
  const destroying = changes.filter(({ destroysData }) => destroysData).map(({ sql }) => sql)
  return { files, candidates, refused, destroying }
}

const REPLACED = new RegExp(`^create or replace function (?:public\\.)?${NAME}`, 'i')

/** An index keeps what a function gave when its rows were written: with another body it would find them no more. */
async function rebuilding(url: string, changes: readonly Change[]): Promise<Change[]> {
  const replaced = changes.flatMap(({ sql }) => REPLACED.exec(sql)?.[1]?.replace(/^"(.*)"$/, '$1') ?? [])
  if (replaced.length === 0) return []
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      `select distinct indexrelid::regclass::text as name from pg_depend join pg_index on indexrelid = objid
       join pg_proc on pg_proc.oid = refobjid
       where classid = 'pg_class'::regclass and refclassid = 'pg_proc'::regclass and proname = any($1) order by 1`,
      [replaced],
    )
    const gone = changes.map(({ sql }) => sql).filter((sql) => /^drop index/i.test(sql))
    return rows
      .filter(({ name }) => !gone.some((sql) => sql.endsWith(` ${name}`)))
      .map(({ name }) => ({
        sql: `reindex index concurrently ${name}`,
        destroysData: false,
        rewritesTable: false,
        lock: 'share update exclusive',
        needsCommitBefore: false,
      }))
  } finally {
    await client.end()
  }
}

async function partitionedTables(url: string): Promise<string[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      `select oid::regclass::text as name from pg_class where relkind = 'p'`,
    )
    return rows.map(({ name }) => name)
  } finally {
    await client.end()
  }
}

/** A migration that does nothing yet, for what the differ passes over. */
export function emptyDraft(name: string, at: Date): MigrationFile {
  return { name: `${timestamp(at, 0)}_${name}.sql`, sql: textOf([], { name, isTransactional: true }) }
}

/** The first migration is schema/ itself. */
export async function draftFirst(name: string, at: Date): Promise<MigrationFile> {
  const files = await readSchemaFiles()
  const body = files.map(({ name, sql }) => `-- schema/${name}\n\n${sql.trim()}\n`).join('\n')
  return {
    name: `${timestamp(at, 0)}_${name}.sql`,
    sql: `${header({ name, locks: 'none, its tables are new', rewrites: 'none', loss: 'none', isTransactional: true })}\n${body}`,
  }
}

/** Ordered by time; those of one draft follow one another. */
function timestamp(at: Date, index: number): string {
  return new Date(at.getTime() + index * 1_000).toISOString().replace(/\D/g, '').slice(0, 14)
}

function textOf(
  changes: readonly Change[],
  { name, isTransactional }: { name: string; isTransactional: boolean },
): string {
  const created = new Set(changes.flatMap(({ sql }) => tableCreatedBy(sql) ?? []))
  const told = (which: (change: Change) => boolean) => {
    const statements = changes.filter(which).map(({ sql }) => firstWords(sql))
    return statements.length > 0 ? statements.join('; ') : 'none'
  }
  const locks = new Map<string, Set<string>>()
  for (const { sql, lock } of changes) {
    const table = tableOf(sql)
    if (lock !== 'none' && table && !created.has(table))
      locks.set(table, (locks.get(table) ?? new Set()).add(lock))
  }
  const head = header({
    name,
    locks: [...locks].map(([table, modes]) => `${table} (${[...modes].join(', ')})`).join('; ') || 'none',
    rewrites: told(({ sql, rewritesTable }) => rewritesTable && !created.has(tableOf(sql) ?? '')),
    loss: told(({ destroysData }) => destroysData),
    isTransactional,
  })
  const statements = changes.map(({ sql }) => `${tidy(sql)};\n`)
  return `${head}\n${statements.join(isTransactional ? '\n' : '\n-- statement\n')}`
}

function header(facts: {
  name: string
  locks: string
  rewrites: string
  loss: string
  isTransactional: boolean
}): string {
  return [
    `-- ${facts.name.replaceAll('_', ' ')}`,
    `-- locks: ${facts.locks}`,
    `-- table rewrites: ${facts.rewrites}`,
    `-- data loss: ${facts.loss}`,
    `-- transaction: ${facts.isTransactional ? 'one, all or nothing' : 'none, each statement by itself'}`,
    '',
  ].join('\n')
}

const TABLE = new RegExp(
  `^(?:alter table|drop table|create(?: unique)? index(?: concurrently)? ${NAME} on|create table) (?:only )?${NAME}`,
  'i',
)

function tableOf(sql: string): string | undefined {
  return TABLE.exec(sql)?.[2]
}

const firstWords = (sql: string) => sql.replace(/\s+/g, ' ').slice(0, 80)

/** Bodies of functions stay as they are written. */
function tidy(sql: string): string {
  if (sql.includes('$')) return sql
  return format(sql, {
    language: 'postgresql',
    keywordCase: 'lower',
    dataTypeCase: 'lower',
    functionCase: 'lower',
    expressionWidth: 110,
  })
}
