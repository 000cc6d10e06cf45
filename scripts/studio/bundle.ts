import { basename, join } from 'node:path'
import { build } from 'esbuild'

/** A file for the browser. */
export interface Asset {
  readonly type: 'text/javascript' | 'text/css'
  readonly content: Uint8Array<ArrayBuffer>
}

/** Bundles the client's pages from the installed packages. Returns the files by name. */
export async function bundleClient(): Promise<Map<string, Asset>> {
  const client = join(import.meta.dirname, 'client')
  const { outputFiles } = await build({
    entryPoints: [join(client, 'rows.tsx'), join(client, 'pages.tsx')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    // Disables the usage reports of Prisma's table browser.
    banner: { js: "globalThis.process = { env: { CHECKPOINT_DISABLE: '1' } };" },
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
