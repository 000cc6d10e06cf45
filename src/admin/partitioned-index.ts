import type pg from 'pg'
import { queryClosed } from './closed-query.ts'

/** An index of a partitioned table that a step builds concurrently. */
export interface PartitionedBuild {
  /** As in SQL. */
  readonly name: string
  readonly table: string
  /** `unique`, or empty. */
  readonly kind: string
  /** The rest of the statement, behind the name of the table. */
  readonly definition: string
}

const NAME = '(?:"(?:[^"]|"")+"|[^\\s".(;]+)'
const BUILD = new RegExp(
  `^create\\s+(unique\\s+)?index\\s+concurrently\\s+(?:if\\s+not\\s+exists\\s+)?(${NAME})\\s+on\\s+(${NAME}(?:\\.${NAME})?)\\s*([\\s\\S]*?);?\\s*$`,
  'i',
)

/** The build of an index, if its table is partitioned: PostgreSQL refuses to build that one concurrently. */
export async function readPartitionedBuild(
  client: pg.ClientBase,
  sql: string,
): Promise<PartitionedBuild | undefined> {
  const [, kind = '', name, table, definition = ''] = BUILD.exec(sql) ?? []
  if (name === undefined || table === undefined) return undefined
  const { rowCount } = await queryClosed(
    client,
    `select from pg_class where oid = pg_catalog.to_regclass($1) and relkind = 'p'`,
    [table],
  )
  return rowCount === 1 ? { name, table, kind, definition } : undefined
}

/** A partition without the index. */
interface Missing {
  readonly table: string
  readonly isLeaf: boolean
  /** The index of the table that it is a partition of. */
  readonly parent: string
  /** An index of the same definition that is not of the parent's, such as one of an interrupted run. */
  readonly built: string | null
  readonly isValid: boolean | null
}

/**
 * Builds an index of a partitioned table without blocking writers: that of the table alone, which holds no row, then
 * concurrently that of each partition, which becomes part of the table's. Partitions that are made meanwhile have it from
 * their beginning. Continues where an interrupted run has stopped.
 *
 * @param briefly runs a statement whose lock others wait behind.
 */
export async function buildOnPartitions(
  client: pg.ClientBase,
  { name, table, kind, definition }: PartitionedBuild,
  briefly: (sql: string) => Promise<unknown> = (sql) => client.query(sql),
): Promise<void> {
  await briefly(`create ${kind}index if not exists ${name} on only ${table} ${definition}`)
  for (
    let next = await readMissing(client, table, name);
    next;
    next = await readMissing(client, table, name)
  ) {
    const { built, isLeaf, parent } = next
    if (built === null && isLeaf)
      await client.query(`create ${kind}index concurrently on ${next.table} ${definition}`)
    else if (built === null) await briefly(`create ${kind}index on only ${next.table} ${definition}`)
    else if (isLeaf && !next.isValid) await client.query(`drop index concurrently ${built}`)
    else await briefly(`alter index ${parent} attach partition ${built}`)
  }
}

/** Drops an index that the rows refuse, with those of the partitions: what is left of it would refuse new rows. */
export async function dropBuild(
  client: pg.ClientBase,
  { name, table }: PartitionedBuild,
  briefly: (sql: string) => Promise<unknown>,
): Promise<void> {
  const refused = await readMissing(client, table, name)
  if (refused?.isLeaf && refused.isValid === false)
    await client.query(`drop index concurrently ${refused.built}`)
  const { rows } = await queryClosed<{ schema: string }>(
    client,
    `select pg_catalog.quote_ident(nspname) as schema from pg_class join pg_namespace on pg_namespace.oid = relnamespace where pg_class.oid = pg_catalog.to_regclass($1)`,
    [table],
  )
  for (const { schema } of rows) await briefly(`drop index if exists ${schema}.${name}`)
}

async function readMissing(client: pg.ClientBase, table: string, name: string): Promise<Missing | undefined> {
  const { rows } = await queryClosed<Missing>(client, MISSING, [table, name])
  return rows[0]
}

/** A partition that lacks the index, the upper ones first. */
const MISSING = `
  with made as (
    select indrelid, indexrelid, pg_get_indexdef(indexrelid) as definition
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace, pg_partition_tree(
      (select pg_catalog.to_regclass(pg_catalog.format('%I.%s', nspname, $2::text)))) as tree join pg_index on indexrelid = tree.relid
    where pg_class.oid = pg_catalog.to_regclass($1)
  )
  select pg_catalog.format('%I.%I', nspname, relname) as table, isleaf as "isLeaf", parent.indexrelid::regclass::text as parent,
    built.indexrelid::regclass::text as built, built.indisvalid as "isValid"
  from pg_partition_tree(pg_catalog.to_regclass($1)) as tree
  join pg_class on pg_class.oid = tree.relid and relkind in ('r', 'p') join pg_namespace on pg_namespace.oid = relnamespace
  join made as parent on parent.indrelid = parentrelid
  left join lateral (
    select indexrelid, indisvalid from pg_index
    where indrelid = tree.relid and not exists (select from pg_inherits where inhrelid = indexrelid)
      and not exists (select from pg_constraint where conrelid = indrelid and conindid = indexrelid and contype in ('p', 'u', 'x'))
      and indisunique = (select indisunique from pg_index where indexrelid = parent.indexrelid)
      and substr(pg_get_indexdef(indexrelid), strpos(pg_get_indexdef(indexrelid), ' USING '))
        = substr(parent.definition, strpos(parent.definition, ' USING '))
    order by indisvalid desc limit 1
  ) as built on true
  where not exists (select from made where made.indrelid = tree.relid)
  order by level, tree.relid limit 1`
