import { hostname } from 'node:os'
import { PostgreSqlContainer } from '@testcontainers/postgresql'
import { getContainerRuntimeClient } from 'testcontainers'
import type { StartedServer } from './index.ts'

const OWNER = 'norberts-spark.scratch.owner'

/** A container through testcontainers; the image comes from POSTGRES_IMAGE, else it is `postgres:18`. */
export async function startContainer(): Promise<StartedServer> {
  const image = process.env.POSTGRES_IMAGE ?? 'postgres:18'
  await sweep()
  const container = await new PostgreSqlContainer(image)
    .withLabels({ [OWNER]: `${hostname()}:${process.pid}` })
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'max_connections=200'])
    .start()
  const stop = async () => {
    await container.stop()
  }
  const interrupted = (signal: NodeJS.Signals) => {
    void stop().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143))
  }
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  return {
    kind: `container ${image},`,
    adminUrl: container.getConnectionUri(),
    isThrownAway: true,
    async stop() {
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
      await stop()
    },
  }
}

/** Removes the containers of killed runs on this machine, where testcontainers' own reaper is switched off. */
async function sweep(): Promise<void> {
  const { container } = await getContainerRuntimeClient()
  for (const { Id, Labels } of await container.dockerode.listContainers({
    all: true,
    filters: { label: [OWNER] },
  })) {
    const [host, pid] = (Labels[OWNER] ?? '').split(':')
    if (host === hostname() && !isAlive(Number(pid)))
      await container.dockerode.getContainer(Id).remove({ force: true, v: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
