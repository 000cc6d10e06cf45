import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

/** A file for the browser. */
export interface Asset {
  readonly type: string
  readonly content: Uint8Array<ArrayBuffer>
}

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' }

export const assetOf = (name: string, content: Uint8Array): Asset => ({
  type: TYPES[extname(name)] ?? 'application/octet-stream',
  content: Uint8Array.from(content),
})

/** The files for the browser, by name, as the build of the package has written them. */
export async function readAssets(): Promise<Map<string, Asset>> {
  const folder = join(import.meta.dirname, 'client')
  const names = await readdir(folder)
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, assetOf(name, await readFile(join(folder, name)))] as const),
    ),
  )
}
