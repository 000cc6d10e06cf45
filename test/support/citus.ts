import pg from 'pg'
import { applySchema } from '../../scripts/generate/apply.ts'
import { type ScratchServer, ServerError } from '../../scripts/scratch/index.ts'
import { distribute } from '../../src/admin.ts'
import { runSql, withDatabase } from './databases.ts'

/** A node of a Citus database, as the coordinator records it. */
interface Node {
  nodename: string
  nodeport: number
  isCoordinator: boolean
}

/**
 * The URLs of the workers, if SCRATCH_CITUS=1 says that SCRATCH is the coordinator of Citus; empty otherwise. The
 * maintenance database of the coordinator has the extension, and records the nodes.
 */
export async function findWorkers(adminUrl: string): Promise<string[]> {
  if (process.env.SCRATCH_CITUS !== '1') return []
  const nodes = await readNodes(adminUrl).catch(() => [])
  const workers = nodes.filter(({ isCoordinator }) => !isCoordinator)
  if (workers.length === 0)
    throw new ServerError(
      'SCRATCH_CITUS=1 requires SCRATCH to be the URL of a Citus coordinator, in whose database citus_add_node() has recorded the workers.',
    )
  return workers.map((node) => at(adminUrl, node))
}

function readNodes(url: string): Promise<Node[]> {
  return runSql(
    url,
    'select nodename, nodeport, groupid = 0 as "isCoordinator" from pg_dist_node order by groupid',
  ) as Promise<unknown> as Promise<Node[]>
}

function at(url: string, { nodename, nodeport }: Pick<Node, 'nodename' | 'nodeport'>): string {
  const other = new URL(url)
  other.hostname = nodename
  other.port = String(nodeport)
  return other.href
}

/** Creates the template on every node: distributed, and without sessions, so that it can be copied. */
export async function createDistributedTemplate(
  server: ScratchServer,
  workers: readonly string[],
): Promise<{ name: string; drop: () => Promise<void> }> {
  const { name, url } = await server.createDatabase()
  for (const worker of workers) {
    await runSql(worker, `create database ${name} template template0`)
    await runSql(withDatabase(worker, name), 'create extension citus')
  }
  await runSql(url, 'create extension citus')
  for (const { nodename, nodeport, isCoordinator } of await readNodes(server.adminUrl)) {
    const node = `${pg.escapeLiteral(nodename)}, ${nodeport}`
    await runSql(
      url,
      isCoordinator ? `select citus_set_coordinator_host(${node})` : `select citus_add_node(${node})`,
    )
  }
  await applySchema(url, 'schema')
  await distribute(url, { shards: 4 })
  for (const node of [server.adminUrl, ...workers])
    await runSql(
      node,
      `alter database ${name} allow_connections false; select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${name}'`,
    )
  return {
    name,
    async drop() {
      for (const worker of workers) await runSql(worker, `drop database if exists ${name} with (force)`)
    },
  }
}
