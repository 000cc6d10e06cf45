import type { TestProject } from 'vitest/node'
import { applySchema } from '../../scripts/generate/apply.ts'
import { startScratchServer } from '../../scripts/scratch/index.ts'

declare module 'vitest' {
  interface ProvidedContext {
    scratch: { adminUrl: string; run: string }
    /** A database with the schema applied, for each test file to clone. */
    template: string
  }
}

export default async function setup(project: TestProject) {
  const server = await startScratchServer()
  const template = await server.createDatabase()
  await applySchema(template.url, 'schema')
  project.provide('scratch', { adminUrl: server.adminUrl, run: server.run })
  project.provide('template', template.name)
  return () => server.close()
}
