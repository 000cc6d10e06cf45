import { execFileSync } from 'node:child_process'
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { findBinaries, restoreLinks } from '../../src/server/binaries.ts'

test('the libraries of the embedded PostgreSQL are linked where no install script did it', async () => {
  const installed = join(dirname((await findBinaries()).initdb), '..')
  const folder = await mkdtemp(join(tmpdir(), 'unlinked-'))
  try {
    const native = join(folder, 'native')
    execFileSync('cp', ['-a', installed, native])
    for (const name of await readdir(join(native, 'lib'))) {
      const path = join(native, 'lib', name)
      if ((await lstat(path)).isSymbolicLink()) await rm(path)
    }
    const start = () =>
      execFileSync(join(native, 'bin', 'postgres'), ['--version'], { stdio: 'pipe' }).toString()
    expect(start).toThrow(/shared libraries/)

    await restoreLinks(native)

    expect(start()).toContain('PostgreSQL')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
