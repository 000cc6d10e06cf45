import type pg from 'pg'

/** A table of a page: text or null in each cell. */
export interface Section {
  readonly title: string
  /** Shown where there is no row. */
  readonly empty: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

interface Query {
  readonly title: string
  readonly empty: string
  readonly sql: string
}

/** The partitions of every partitioned table, in the order of their bounds. */
const PARTITIONS: readonly Query[] = [
  {
    title: 'Partitions',
    empty: 'No table of this database is partitioned.',
    sql: `
      select root.oid::regclass::text as "Table", part.oid::regclass::text as "Partition",
        pg_get_expr(part.relpartbound, part.oid) as "Bounds",
        case when part.relkind = 'p' then null when part.reltuples < 0 then 'unknown' else '~' || part.reltuples::bigint end as "Rows",
        pg_size_pretty(pg_total_relation_size(part.oid)) as "Size"
      from pg_class as root cross join lateral pg_partition_tree(root.oid) as tree join pg_class as part on part.oid = tree.relid
      where root.relkind = 'p' and not root.relispartition and tree.level > 0
        and root.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
      order by 1, 3`,
  },
]

/** The connections to other servers. */
const REPLICATION: readonly Query[] = [
  {
    title: 'This server',
    empty: '',
    sql: `select case when pg_is_in_recovery() then 'a replica' else 'the primary' end as "Role",
      current_setting('wal_level') as "WAL level",
      case when pg_is_in_recovery() then (now() - pg_last_xact_replay_timestamp())::text end as "Age of the last replayed commit",
      nullif(current_setting('synchronous_standby_names'), '') as "Synchronous standbys"`,
  },
  {
    title: 'Replicas',
    empty: 'No replica is connected.',
    sql: `select application_name as "Name", client_addr::text as "Address", state as "State", sync_state as "Synchronous",
      pg_size_pretty(pg_wal_lsn_diff(sent_lsn, replay_lsn)) as "To replay", replay_lag::text as "Lag"
      from pg_stat_replication order by 1`,
  },
  {
    title: 'Replication slots',
    empty: 'There is no replication slot.',
    sql: `select slot_name::text as "Slot", slot_type as "Kind", database::text as "Database",
      case when active then 'active' else 'inactive: it keeps WAL' end as "State", wal_status as "WAL",
      case when not pg_is_in_recovery() then pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) end as "WAL kept"
      from pg_replication_slots order by 1`,
  },
  {
    title: 'Publications',
    empty: 'This database publishes nothing.',
    sql: `select pubname::text as "Publication",
      case when puballtables then 'all tables' else (
        select string_agg(prrelid::regclass::text, ', ' order by prrelid::regclass::text) from pg_publication_rel where prpubid = p.oid
      ) end as "Tables",
      concat_ws(', ', case when pubinsert then 'insert' end, case when pubupdate then 'update' end, case when pubdelete then 'delete' end) as "Changes"
      from pg_publication as p order by 1`,
  },
  {
    title: 'Subscriptions',
    empty: 'This database subscribes to nothing.',
    sql: `select subname::text as "Subscription", case when subenabled then 'enabled' else 'disabled' end as "State",
      array_to_string(subpublications, ', ') as "Publications"
      from pg_subscription where subdbid = (select oid from pg_database where datname = current_database()) order by 1`,
  },
]

export const readPartitions = (client: pg.ClientBase): Promise<Section[]> => readSections(client, PARTITIONS)
export const readReplication = (client: pg.ClientBase): Promise<Section[]> =>
  readSections(client, REPLICATION)

async function readSections(client: pg.ClientBase, queries: readonly Query[]): Promise<Section[]> {
  const sections: Section[] = []
  for (const { title, empty, sql } of queries) {
    const { fields, rows } = await client.query<(string | null)[]>({ text: sql, rowMode: 'array' })
    const texts = rows.map((row) => row.map((cell) => cell?.replaceAll(/\bpublic\./g, '') ?? null))
    sections.push({ title, empty, columns: fields.map(({ name }) => name), rows: texts })
  }
  return sections
}
