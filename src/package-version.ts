import { readFile } from 'node:fs/promises'

/** The package's own; this file's place is such that the path holds in src/ as well as in dist/. */
export async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  return version
}
