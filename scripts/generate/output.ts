import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import type { Files } from './index.ts'

/** What must happen to a file for the folder to be as generated; `undefined` stands for a file that is not there. */
export interface Change {
  path: string
  before: string | undefined
  after: string | undefined
}

/** Compares the folder with what was generated. Of files that nobody generated, those in sql/ are stale, others not ours. */
export async function compare(
  folder: string,
  files: Files,
  { withStatements }: { withStatements: boolean },
): Promise<Change[]> {
  const present = withStatements ? await readdir(join(folder, 'sql')).catch(() => []) : []
  const stale = present.map((name) => `sql/${name}`).filter((path) => !files.has(path))
  const changes: Change[] = []
  for (const path of [...files.keys(), ...stale].sort()) {
    const before = await readFile(join(folder, path), 'utf8').catch(() => undefined)
    const after = files.get(path)
    if (before !== after) changes.push({ path, before, after })
  }
  return changes
}

export async function write(folder: string, changes: Change[]): Promise<void> {
  for (const { path, after } of changes) {
    const file = join(folder, path)
    if (after === undefined) {
      await rm(file)
      continue
    }
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, after)
  }
}

/** A unified diff, from what is there to what should be. */
export function patch({ path, before, after }: Change): string {
  const name = (text: string | undefined) => (text === undefined ? '/dev/null' : path)
  return createTwoFilesPatch(name(before), name(after), before ?? '', after ?? '', undefined, undefined, {
    context: 2,
  })
}
