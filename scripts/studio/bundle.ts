import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'

/** A file for the browser. */
export interface Asset {
  readonly type: 'text/javascript' | 'text/css'
  readonly content: Uint8Array<ArrayBuffer>
}

/**
 * Bundles the client's pages with React: in the repository from their source, in the package from the files that its build made of
 * it. Returns the files by name.
 */
export async function bundleClient(): Promise<Map<string, Asset>> {
  const client = join(import.meta.dirname, 'client')
  const source = join(client, 'pages.tsx')
  const { outputFiles } = await build({
    entryPoints: existsSync(source) ? [source] : [join(client, 'pages.js'), join(client, 'pages.css')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    logLevel: 'silent',
    outdir: client,
    write: false,
  })
  return new Map(
    outputFiles.map(({ path, contents }) => [
      basename(path),
      { type: path.endsWith('.css') ? 'text/css' : 'text/javascript', content: Uint8Array.from(contents) },
    ]),
  )
}
