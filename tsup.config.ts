import { readFile, rm } from 'node:fs/promises'
import { defineConfig, type Options } from 'tsup'
import manifest from './package.json' with { type: 'json' }

const entries = {
  index: 'src/index.ts',
  schema: 'src/validators.ts',
  admin: 'src/admin.ts',
  testing: 'src/testing.ts',
}

/** Removes Kysely's comments: a quarter of its code, which every import of the package would read. */
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
  // Constructors marked @internal name the connection layer, whose types need those of pg.
  dts: { entry: entries, compilerOptions: { stripInternal: true } },
  // Entries share their classes, so that `instanceof` works across them.
  splitting: true,
  // Bundled because Kysely has 200 modules: the package loads in less than half the time. The other packages belong to
  // the command line.
  noExternal: ['kysely', 'commander', 'picocolors', '@inquirer/input', 'cli-progress'],
  esbuildPlugins: [withoutComments],
  treeshake: true,
  define: { PACKAGE_VERSION: JSON.stringify(manifest.version) },
}

// Removed here once, because each of the two builds would remove the output of the other.
await rm('dist', { recursive: true, force: true })

export default defineConfig([
  { ...shared, format: 'esm' },
  // CommonJS has `__filename` instead: see src/package/root.ts.
  { ...shared, format: 'cjs', define: { ...shared.define, 'import.meta.url': 'undefined' } },
])
