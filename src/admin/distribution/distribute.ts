import type pg from 'pg'
import { fields, optional, trueOrFalse, wholeNumber } from '../../input/index.ts'
import type { Environment } from '../environment.ts'
import { databaseName, guard } from '../guard.ts'
import { readObjects } from '../objects.ts'
import { type ChangeOptions, changeFields } from '../options.ts'
import { adoptObjects, refreshOids } from '../owned-objects.ts'
import { inTransaction } from '../session.ts'
import { currentNamespace } from '../snapshot/index.ts'
import { checkTables } from '../tables.ts'
import { findToolTables } from '../tool-schema.ts'
import { type DistributionOptions, planDistribution } from './plan.ts'
import { checkCanDistribute, readCitus } from './state.ts'
import { USER_KEY_FUNCTIONS } from './user-keys.ts'

export interface DistributeOptions extends Omit<ChangeOptions, 'confirm'> {
  /** Whether to return the statements only. */
  dryRun?: boolean | undefined
  /** Number of shards, from 1 to 64000; default the server's `citus.shard_count`. It cannot be changed by the command later. */
  shards?: number | undefined
}

export interface Distributed {
  database: string
  environment: Environment | undefined
  /** The statements that ran, or, with `dryRun`, would run; none where the database is distributed already. */
  statements: string[]
  dryRun: boolean
}

/**
 * Distributes chats, messages, parts and model options over the nodes of a Citus database, by user: all that belongs to a
 * user is on one node. Users are copied to every node, the other tables stay on the coordinator. All of it in one
 * transaction, in which writes to these tables wait. Does only what is missing.
 *
 * @throws {AdminError} the database has no extension citus, or no node that may hold shards; the URL is that of a worker;
 *   a table of schema/ is missing, or is distributed in another way.
 */
export async function distribute(url: string, options: DistributeOptions = {}): Promise<Distributed> {
  const {
    environment: option,
    dryRun = false,
    shards,
    ...session
  } = readDistributeOptions(options, 'options')
  return inTransaction(
    url,
    async (client) => {
      const { environment } = await guard(client, 'distribute', { environment: option })
      const statements = await distributeObjects(client, { shards, dryRun })
      return { database: await databaseName(client), environment, statements, dryRun }
    },
    session,
  )
}

async function distributeObjects(
  client: pg.ClientBase,
  { dryRun = false, ...options }: DistributionOptions & { dryRun?: boolean } = {},
): Promise<string[]> {
  const namespace = await currentNamespace(client)
  const state = checkCanDistribute(await readCitus(client, namespace), await databaseName(client))
  await checkTables(client)
  const statements = await planDistribution(client, namespace, state, options)
  if (dryRun || statements.length === 0) return statements
  for (const statement of statements) await client.query(statement)
  await refreshOids(client)
  if ((await findToolTables(client)).has('objects')) {
    const functions = USER_KEY_FUNCTIONS.map((name) => `${namespace}.${name}()`)
    await adoptObjects(
      client,
      (await readObjects(client)).filter(
        ({ type, identity }) => type === 'function' && functions.includes(identity.replaceAll('"', '')),
      ),
    )
  }
  return statements
}

const readDistributeOptions = fields<DistributeOptions>({
  lockTimeout: changeFields.lockTimeout,
  onWait: changeFields.onWait,
  environment: changeFields.environment,
  dryRun: optional(trueOrFalse),
  shards: optional(wholeNumber(1, 64_000)),
})
