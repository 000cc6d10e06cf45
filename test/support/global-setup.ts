import type { TestProject } from 'vitest/node'
import { applySchema } from '../../scripts/generate/apply.ts'
import { startScratchServer } from '../../scripts/scratch/index.ts'
import { createDistributedTemplate, findWorkers } from './citus.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** `workers` are those of Citus, with SCRATCH_CITUS=1: test databases are distributed then. */
    scratch: { adminUrl: string; run: string; workers: readonly string[] }
    /** A database with the schema applied, for each test file to clone. */
    template: string
  }
}

export default async function setup(project: TestProject) {
  const server = await startScratchServer()
  const workers = await findWorkers(server.adminUrl)
  if (workers.length > 0) {
    const template = await createDistributedTemplate(server, workers)
    project.provide('scratch', { adminUrl: server.adminUrl, run: server.run, workers })
    project.provide('template', template.name)
    return async () => {
      await template.drop()
      await server.close()
    }
  }
  const template = await server.createDatabase()
  await applySchema(template.url, 'schema')
  project.provide('scratch', { adminUrl: server.adminUrl, run: server.run, workers })
  project.provide('template', template.name)
  return () => server.close()
}
