import { defineConfig } from 'tsup'

const entries = {
  index: 'src/index.ts',
  schema: 'src/schema.ts',
  admin: 'src/admin.ts',
  testing: 'src/testing.ts',
}

export default defineConfig({
  entry: { ...entries, cli: 'src/cli.ts' },
  format: ['esm', 'cjs'],
  target: 'node22',
  dts: { entry: entries },
  clean: true,
  // Entries share their classes, so that `instanceof` holds across them.
  splitting: true,
  // import.meta.url also in CommonJS: the schema's files are found by it.
  shims: true,
  // Kysely is 200 modules: in one file the package loads in less than half the time (docs/architecture.md). The others
  // are the command line's.
  noExternal: ['kysely', 'commander', 'picocolors', '@inquirer/input', 'cli-progress'],
  treeshake: true,
})
