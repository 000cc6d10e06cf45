import type pg from 'pg'
import { buildOnPartitions, queryClosed, readPartitionedBuild } from '../../src/admin/index.ts'
import { connected, OWN_NAMESPACES } from './catalog.ts'
import type { Step } from './phases.ts'
import { nodeOf, qualified } from './sql.ts'

/** The effects of a file on the tables that exist before it. */
export interface Effects {
  /** As `people (access exclusive)`, the strongest lock of each table. */
  readonly locks: readonly string[]
  /** Tables that are written again. */
  readonly rewrites: readonly string[]
}

/** From the weakest that blocks others to the strongest. `access share` and `row share` are those of any reader. */
const MODES = [
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
]

interface Table {
  oid: number
  name: string
  filenode: number | null
}

/** The statements of a file: all in one transaction, or each for itself. */
export interface Body {
  readonly isTransactional: boolean
  readonly steps: readonly Step[]
}

/** Runs the statements of a file in a scratch database and asks the server which locks they hold. */
export async function measure(url: string, { isTransactional, steps }: Body): Promise<Effects> {
  return connected(url, async (client) => {
    const before = await readTables(client)
    const modes = new Map<number, number>()
    if (isTransactional) await runIn(client, steps.map(({ sql }) => sql).join(';\n'), modes)
    else for (const { sql } of steps) await runStep(client, sql, modes)
    const after = new Map((await readTables(client)).map((table) => [table.oid, table]))
    return {
      locks: before.flatMap(({ oid, name }) => {
        const mode = MODES[modes.get(oid) ?? -1]
        return mode === undefined ? [] : [`${name} (${wordsOf(mode)})`]
      }),
      rewrites: before
        .filter(({ oid, filenode }) => after.has(oid) && after.get(oid)?.filenode !== filenode)
        .map(({ name }) => name),
    }
  })
}

/** The mode of a lock, such as `access exclusive`. */
const wordsOf = (mode: string) =>
  mode
    .replace(/Lock$/, '')
    .replace(/(?!^)[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase()

async function readTables(client: pg.Client): Promise<Table[]> {
  const { rows } = await queryClosed<{ oid: number; schema: string; name: string; filenode: number | null }>(
    client,
    `select pg_class.oid::integer as oid, nspname::text as schema, relname::text as name, pg_relation_filenode(pg_class.oid)::integer as filenode
     from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where relkind in ('r', 'p') and ${OWN_NAMESPACES} order by 2, 3`,
  )
  return rows.map((row) => ({ oid: row.oid, name: qualified(row), filenode: row.filenode }))
}

async function runIn(client: pg.Client, sql: string, modes: Map<number, number>): Promise<void> {
  await client.query('begin')
  try {
    await client.query(sql)
    const { rows } = await queryClosed<{ oid: number; mode: string }>(
      client,
      `select relation::integer as oid, mode from pg_locks where pid = pg_backend_pid() and locktype = 'relation'`,
    )
    for (const { oid, mode } of rows) modes.set(oid, Math.max(modes.get(oid) ?? -1, MODES.indexOf(mode)))
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

const ACTIVE_SQL_TRANSACTION = '25001'

/** A statement that runs in no transaction: its lock is the documented one. */
async function runStep(client: pg.Client, sql: string, modes: Map<number, number>): Promise<void> {
  try {
    await runIn(client, sql, modes)
  } catch (error) {
    if ((error as { code?: string }).code !== ACTIVE_SQL_TRANSACTION) throw error
    const build = await readPartitionedBuild(client, sql)
    await (build ? buildOnPartitions(client, build) : client.query(sql))
    const table = await tableOf(client, sql)
    const mode = build ? 'ShareLock' : 'ShareUpdateExclusiveLock'
    if (table !== undefined) modes.set(table, Math.max(modes.get(table) ?? -1, MODES.indexOf(mode)))
  }
}

async function tableOf(client: pg.Client, sql: string): Promise<number | undefined> {
  const node = nodeOf(sql)
  const relation =
    'IndexStmt' in node
      ? node.IndexStmt.relation
      : 'ReindexStmt' in node
        ? node.ReindexStmt.relation
        : undefined
  if (!relation?.relname) return undefined
  const name = qualified({ schema: relation.schemaname, name: relation.relname })
  const { rows } = await queryClosed<{ oid: number | null }>(
    client,
    `select coalesce((select indrelid from pg_index where indexrelid = to_regclass($1)), to_regclass($1))::integer as oid`,
    [name],
  )
  return rows[0]?.oid ?? undefined
}
