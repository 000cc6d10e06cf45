import { readFile } from 'node:fs/promises'
import { packagePath } from './root.ts'

/** The version of this package, as in its package.json. */
export async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(packagePath('package.json'), 'utf8'))
  return version
}
