import { readFile, rm } from 'node:fs/promises'
import { defineConfig, type Options } from 'tsup'
import manifest from './package.json' with { type: 'json' }

const entries = {
  index: 'src/index.ts',
  schema: 'src/validators.ts',
  admin: 'src/admin.ts',
  testing: 'src/testing.ts',
}

/** A quarter of Kysely's code is comments, which every import of the package would read. */
const withoutComments: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'without-comments',
  setup({ onLoad, esbuild }) {
    onLoad({ filter: /node_modules\/kysely\/.*\.js$/ }, async ({ path }) => {
      const { code } = await esbuild.transform(await readFile(path, 'utf8'), { minifyWhitespace: true })
      return { contents: code }
    })
  },
}

const shared: Options = {
  entry: { ...entries, cli: 'src/cli.ts' },
  target: 'node22',
  dts: { entry: entries },
  // Entries share their classes, so that `instanceof` holds across them.
  splitting: true,
  // Kysely is 200 modules: in one file the package loads in less than half the time (docs/explanation/architecture.md). The others
  // are the command line's.
  noExternal: ['kysely', 'commander', 'picocolors', '@inquirer/input', 'cli-progress'],
  esbuildPlugins: [withoutComments],
  treeshake: true,
  define: { PACKAGE_VERSION: JSON.stringify(manifest.version) },
}

// Here, because each of the two would remove what the other has made.
await rm('dist', { recursive: true, force: true })

export default defineConfig([
  { ...shared, format: 'esm' },
  // CommonJS has `__filename` in its place: src/package/root.ts.
  { ...shared, format: 'cjs', define: { ...shared.define, 'import.meta.url': 'undefined' } },
])
