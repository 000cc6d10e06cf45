import type pg from 'pg'
import {
  currentNamespace,
  describeUrl,
  findToolTables,
  inTransaction,
  LIBRARY,
  mayReadRecords,
  queryClosed,
  TOOL_SCHEMA,
} from '../../src/admin/index.ts'
import { ProofError } from './proof.ts'

/** Facts about a live database beside its structure. */
export interface Live {
  readonly url: string
  /** Without a password. */
  readonly description: string
  /** 18 for PostgreSQL 18.4. */
  readonly majorVersion: number
  /** Tables of sequences that belong to a column, by the qualified name of the sequence. */
  readonly sequenceOwners: ReadonlyMap<string, string>
  /** Identities of objects that the library created here. */
  readonly recorded: ReadonlySet<string>
}

/**
 * Reads the catalog of a live database in a read-only transaction.
 *
 * @throws {ProofError} its tables are not in the schema `public`.
 */
export async function readLiveDatabase(url: string): Promise<Live> {
  return inTransaction(
    url,
    async (client) => {
      const namespace = await currentNamespace(client)
      if (namespace !== 'public')
        throw new ProofError(
          `The tables of this database are in the schema ${namespace}. db:diff compares the schema public only: change the search_path of the URL or the role.`,
        )
      return {
        url,
        description: describeUrl(url),
        majorVersion: await readMajorVersion(client),
        sequenceOwners: await readSequenceOwners(client),
        recorded: await readRecorded(client),
      }
    },
    { readOnly: true },
  )
}

async function readMajorVersion(client: pg.ClientBase): Promise<number> {
  const { rows } = await queryClosed<{ version: number }>(
    client,
    `select current_setting('server_version_num')::integer / 10000 as version`,
  )
  return rows[0]?.version ?? 0
}

async function readSequenceOwners(client: pg.ClientBase): Promise<Map<string, string>> {
  const { rows } = await queryClosed<{ sequence: string; table: string }>(
    client,
    `
    select format('%s.%s', space.nspname, sequence.relname) as sequence, format('%s.%s', owner_space.nspname, owner.relname) as table
    from pg_depend join pg_class as sequence on sequence.oid = objid and sequence.relkind = 'S'
    join pg_namespace as space on space.oid = sequence.relnamespace
    join pg_class as owner on owner.oid = refobjid join pg_namespace as owner_space on owner_space.oid = owner.relnamespace
    where classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass and deptype in ('a', 'i')`,
  )
  return new Map(rows.map(({ sequence, table }) => [sequence, table]))
}

async function readRecorded(client: pg.ClientBase): Promise<Set<string>> {
  if (!(await mayReadRecords(client)) || !(await findToolTables(client)).has('objects')) return new Set()
  const { rows } = await queryClosed<{ identity: string }>(
    client,
    `select replace(identity, '"', '') as identity from ${TOOL_SCHEMA}.objects as objects
     where coalesce(to_jsonb(objects) ->> 'source', $1) = $1`,
    [LIBRARY],
  )
  return new Set(rows.map(({ identity }) => identity))
}
