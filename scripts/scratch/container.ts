import { hostname } from 'node:os'
import { PostgreSqlContainer } from '@testcontainers/postgresql'
import { getContainerRuntimeClient } from 'testcontainers'
import { isAlive, ServerError, stopWhenInterrupted, thisProcess } from '../../src/server/index.ts'
import type { StartedServer } from './started-server.ts'

const OWNER = 'norberts-spark.scratch.owner'

/** Starts a container through testcontainers. The image is POSTGRES_IMAGE, or `postgres:18` by default. */
export async function startContainer(): Promise<StartedServer> {
  const image = process.env.POSTGRES_IMAGE ?? 'postgres:18'
  await sweep()
  const { pid, startTime } = thisProcess()
  const container = await new PostgreSqlContainer(image)
    .withLabels({ [OWNER]: `${hostname()}:${pid}:${startTime}` })
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'max_connections=200'])
    .start()
  const release = stopWhenInterrupted(() => container.stop())
  return {
    kind: `container ${image},`,
    adminUrl: container.getConnectionUri(),
    isThrownAway: true,
    async stop() {
      release()
      await container.stop()
    },
  }
}

/** Removes the containers of killed runs on this machine, in case the reaper of testcontainers is disabled. */
async function sweep(): Promise<void> {
  const { container } = await getContainerRuntimeClient().catch((cause: unknown) => {
    throw new ServerError(
      'No container engine is reachable. Start one, set DOCKER_HOST, or unset SCRATCH to use embedded PostgreSQL.',
      { cause },
    )
  })
  const found = await container.dockerode.listContainers({ all: true, filters: { label: [OWNER] } })
  for (const { Id, Labels } of found) {
    const [host, pid, startTime] = (Labels[OWNER] ?? '').split(':')
    if (host !== hostname() || isAlive({ pid: Number(pid), startTime: Number(startTime ?? 0) })) continue
    await container.dockerode.getContainer(Id).remove({ force: true, v: true })
  }
}
