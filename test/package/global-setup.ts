import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of the packed tarball, built once for all files. */
    tarball: string
  }
}

export default async function setup(project: TestProject) {
  const folder = await mkdtemp(join(tmpdir(), 'tarball-'))
  await promisify(execFile)('npm', ['pack', '--pack-destination', folder])
  const [name] = await readdir(folder)
  project.provide('tarball', join(folder, name as string))
  return () => rm(folder, { recursive: true })
}
