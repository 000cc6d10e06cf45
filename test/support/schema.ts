import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, inject } from 'vitest'
import { type Generated, generateFromSchema } from '../../scripts/generate/index.ts'
import { type ScratchDatabase, ScratchDatabases } from '../../scripts/scratch/index.ts'

interface Fixtures {
  databases: ScratchDatabases
  /** Creates a folder of SQL files: these alone, or a copy of schema/ with edits of the named files. */
  folderWith: (edits: Record<string, (sql: string) => string>) => Promise<string>
  folderOf: (files: Record<string, string>) => Promise<string>
  /** Generates the files for a folder in the same way as `npm run generate`, and returns its database too. */
  generate: (folder: string) => Promise<Generated & { database: ScratchDatabase }>
}

export const test = base.extend<Fixtures>({
  databases: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs from the pattern
    async ({}, use) => {
      await using databases = new ScratchDatabases(inject('scratch'))
      await use(databases)
    },
    { scope: 'file' },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above
  folderOf: async ({}, use) => {
    const folders: string[] = []
    await use(async (files) => {
      const folder = await mkdtemp(join(tmpdir(), 'schema-'))
      folders.push(folder)
      for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql)
      return folder
    })
    for (const folder of folders) await rm(folder, { recursive: true })
  },
  folderWith: async ({ folderOf }, use) => {
    await use(async (edits) => {
      const folder = await folderOf({})
      await cp('schema', folder, { recursive: true })
      for (const [name, edit] of Object.entries(edits)) {
        const path = join(folder, name)
        await writeFile(path, edit(await readFile(path, 'utf8').catch(() => '')))
      }
      return folder
    })
  },
  generate: async ({ databases }, use) => {
    await use(async (folder) => {
      const database = await databases.createDatabase()
      return { ...(await generateFromSchema(database.url, folder)), database }
    })
  },
})

/** An edit that fails if the text to replace does not occur. */
export function replace(before: string, after: string): (sql: string) => string {
  return (sql) => {
    if (!sql.includes(before)) throw new Error(`The schema no longer has: ${before}`)
    return sql.replace(before, after)
  }
}

export function append(more: string): (sql: string) => string {
  return (sql) => `${sql}\n${more}\n`
}
