import { basename, join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { type Asset, assetOf } from './assets.ts'

/** The pages with Preact. */
export const CLIENT = {
  entryPoints: [join(import.meta.dirname, 'client/pages.tsx')],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions

/** The files for the browser, by name, bundled from their source. In the package, `assets.ts` is in place of this file. */
export async function readAssets(): Promise<Map<string, Asset>> {
  const { outputFiles } = await build({ ...CLIENT, outdir: import.meta.dirname, write: false })
  return new Map(outputFiles.map(({ path, contents }) => [basename(path), assetOf(path, contents)] as const))
}
