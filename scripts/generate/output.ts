import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import type { Files } from './index.ts'

/** A difference between a generated file and the file on disk; `undefined` means that the file does not exist. */
export interface Change {
  path: string
  before: string | undefined
  after: string | undefined
}

/** Compares the folder with the generated files. Other files are ignored, except in sql/, where they are stale. */
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

/** Writes the changed files and removes the stale ones. */
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

/** A unified diff from the current to the generated content. */
export function patch({ path, before, after }: Change): string {
  const name = (text: string | undefined) => (text === undefined ? '/dev/null' : path)
  return createTwoFilesPatch(name(before), name(after), before ?? '', after ?? '', undefined, undefined, {
    context: 2,
  })
}
