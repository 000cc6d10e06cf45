import type pg from 'pg'
import { queryClosed } from '../closed-query.ts'
import { AdminError } from '../errors.ts'

/** The key by which chats and all that belongs to them are distributed: each user is on one node. */
export const KEY = 'user_id'
/** Copied to every node, because chats refer to them. */
export const REFERENCE_TABLES = ['users'] as const
/** In the order of their foreign keys. */
export const DISTRIBUTED_TABLES = ['chats', 'messages', 'parts', 'ai_options'] as const
/** Run on the node of the user that is their first argument. */
export const DELEGATED_FUNCTIONS = [
  'save_messages',
  'truncate_messages',
  'delete_chats',
  'fork_chat',
  'search_chats',
  'delete_chats',
  'unused_files',
  'removed_files',
] as const

/**
 * A generic plan does not know the user, so that Citus cannot tell the node; `force_generic_plan`, as `schema/` has it, would
 * fail.
 */
export const PLAN_CACHE_MODE = 'force_custom_plan'

/** The state of a database in Citus. */
export interface CitusState {
  /** Tables of schema/ that Citus manages: by hash of the key, on every node, or on the coordinator alone. */
  readonly tables: ReadonlyMap<string, 'distributed' | 'reference' | 'local'>
  readonly isCoordinator: boolean
  /** Nodes that may hold shards; undefined where no node is recorded yet: then the first table records this one. */
  readonly nodes: number | undefined
}

/** Undefined where the database has no extension citus. */
export async function readCitus(client: pg.ClientBase, namespace: string): Promise<CitusState | undefined> {
  if (!(await hasCitus(client))) return undefined
  const { rows: tables } = await queryClosed<{ name: string; kind: 'distributed' | 'reference' | 'local' }>(
    client,
    `select relname as name,
       case when partmethod = 'h' then 'distributed' when repmodel = 't' then 'reference' else 'local' end as kind
     from pg_dist_partition join pg_class on pg_class.oid = logicalrelid
     where relnamespace = (select oid from pg_namespace where nspname = $1) and relname = any($2)`,
    [namespace, [...REFERENCE_TABLES, ...DISTRIBUTED_TABLES]],
  )
  const { rows } = await queryClosed<{ isCoordinator: boolean; all: number; holding: number }>(
    client,
    `select coalesce((select groupid from pg_dist_local_group), 0) = 0 as "isCoordinator", count(*)::integer as all,
       (count(*) filter (where shouldhaveshards and isactive and noderole = 'primary'))::integer as holding
     from pg_dist_node`,
  )
  const { isCoordinator = false, all = 0, holding = 0 } = rows[0] ?? {}
  return {
    tables: new Map(tables.map(({ name, kind }) => [name, kind])),
    isCoordinator,
    nodes: all === 0 ? undefined : holding,
  }
}

export async function hasCitus(client: pg.ClientBase): Promise<boolean> {
  const { rowCount } = await queryClosed(client, `select from pg_extension where extname = 'citus'`)
  return (rowCount ?? 0) > 0
}

/** Whether a table of schema/ is distributed, so that the rest should be too. */
export async function isDistributed(client: pg.ClientBase, namespace: string): Promise<boolean> {
  const state = await readCitus(client, namespace)
  return state !== undefined && [...state.tables.values()].includes('distributed')
}

/** Lets one transaction fill tables on the coordinator and on the nodes: over one connection to each, this server included. */
export async function shareConnections(client: pg.ClientBase): Promise<void> {
  if (await hasCitus(client))
    await client.query(
      `set local citus.enable_local_execution = off; set local citus.multi_shard_modify_mode = 'sequential'`,
    )
}

/** @throws {AdminError} Citus is missing, or cannot distribute tables from here. */
export function checkCanDistribute(state: CitusState | undefined, database: string): CitusState {
  if (!state) {
    throw new AdminError(
      `The database ${database} has no extension citus. Nothing was changed. On the coordinator and on each worker, create a database ${database} and in it \`create extension citus\`; then add the workers on the coordinator with citus_add_node().`,
    )
  }
  if (!state.isCoordinator) {
    throw new AdminError(
      `This server is a worker of the Citus database ${database}. Nothing was changed. Pass the URL of the coordinator.`,
    )
  }
  if (state.nodes === 0) {
    throw new AdminError(
      `No node of the Citus database ${database} may hold shards. Nothing was changed. Add a worker with citus_add_node(), or let the coordinator hold shards: citus_set_node_property(…, 'shouldhaveshards', true).`,
    )
  }
  const wrong = [...state.tables].filter(
    ([name, kind]) =>
      kind !== 'local' && kind !== (REFERENCE_TABLES.includes(name as 'users') ? 'reference' : 'distributed'),
  )
  if (wrong.length > 0) {
    throw new AdminError(
      `The database ${database} is distributed in another way: ${wrong.map(([name, kind]) => `${name} is a ${kind} table`).join(', ')}. Nothing was changed. Undo it with undistribute_table() and run the command again.`,
    )
  }
  return state
}
