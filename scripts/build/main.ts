import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { rollup } from 'rollup'
import manifest from '../../package.json' with { type: 'json' }
import { CLIENT } from '../studio/bundle.ts'
import { BROWSER_ENTRY, ENTRIES } from './entries.ts'
import { lazyIndex, REQUIRE, wrapperOf } from './lazy.ts'
import { builtStatements } from './list-statements.ts'

// Writes the code of dist/; tsup writes the declarations. docs/explanation/decisions has the reasons.

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const DIST = join(ROOT, 'dist')

/** Services install them, or the command that needs them says so. */
const EXTERNAL = [
  'pg',
  ...Object.keys(manifest.peerDependencies),
  'testcontainers',
  '@testcontainers/postgresql',
]

const OPTIONS: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node22',
  legalComments: 'none',
  define: { PACKAGE_VERSION: JSON.stringify(manifest.version) },
}

/** Puts other texts in place of modules of src/. */
function replacing(texts: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'replacing',
    setup({ onLoad }) {
      for (const [path, contents] of Object.entries(texts)) {
        const filter = new RegExp(`[\\\\/]${path.replaceAll('/', '[\\\\/]').replaceAll('.', '[.]')}$`)
        onLoad({ filter }, () => ({ contents, loader: 'ts' }))
      }
    },
  }
}

/** Removes Kysely's comments: a quarter of its code. */
const withoutComments: Plugin = {
  name: 'without-comments',
  setup({ onLoad, esbuild }) {
    onLoad({ filter: /node_modules\/kysely\/.*\.js$/ }, async ({ path }) => {
      const { code } = await esbuild.transform(await readFile(path, 'utf8'), { minifyWhitespace: true })
      return { contents: code }
    })
  },
}

/** The entries as CommonJS, in which a file can be loaded when it is needed. */
async function buildCommonJs(): Promise<void> {
  const folder = await mkdtemp(join(ROOT, 'node_modules/.build-'))
  const built = `export const BUILT = ${JSON.stringify(JSON.stringify(builtStatements()))}`
  const entryPoints = { ...ENTRIES, core: 'src/database/index.ts', cli: 'src/cli.ts' }
  await build({
    ...OPTIONS,
    entryPoints,
    outdir: folder,
    splitting: true,
    format: 'esm',
    external: EXTERNAL,
    plugins: [
      replacing({
        'src/index.ts': await lazyIndex(),
        'src/query/built.ts': built,
        'src/kysely/load.ts': `
          let parts
          export const kysely = () => (parts ??= ${REQUIRE}('./kysely.cjs'))
          export const isKyselyLoaded = () => parts !== undefined`,
      }),
    ],
    // CommonJS has `__filename` instead: see src/package/root.ts.
    define: { ...OPTIONS.define, 'import.meta.url': 'undefined' },
  })
  const bundle = await rollup({
    input: Object.fromEntries(Object.keys(entryPoints).map((name) => [name, join(folder, `${name}.js`)])),
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
    treeshake: { moduleSideEffects: (id) => /[\\/](cli|program-[^\\/]*)\.js$/.test(id) },
    plugins: [{ name: 'require', renderChunk: (code) => code.replaceAll(`${REQUIRE}(`, 'require(') }],
    onwarn: (warning) => {
      throw new Error(warning.message)
    },
  })
  await bundle.write({
    dir: DIST,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    // Without the hash of esbuild.
    chunkFileNames: ({ name }) => `${name.replace(/-[A-Z0-9]{8}$/, '')}-[hash].cjs`,
    hashCharacters: 'base36',
    exports: 'named',
    interop: 'auto',
    hoistTransitiveImports: false,
    generatedCode: 'es2015',
    externalLiveBindings: false,
    onlyExplicitManualChunks: true,
  })
  await bundle.close()
  await rm(folder, { recursive: true })
  await build({
    ...OPTIONS,
    entryPoints: ['src/kysely/parts.ts'],
    outfile: join(DIST, 'kysely.cjs'),
    format: 'cjs',
    plugins: [withoutComments],
  })
}

/** ES modules that export what the CommonJS files do: both kinds of importers share one set of classes, and of their types. */
async function writeWrappers(): Promise<void> {
  for (const [name, source] of Object.entries(ENTRIES)) {
    await writeFile(join(DIST, `${name}.d.ts`), `export * from './${name}.cjs'\n`)
    if (name !== BROWSER_ENTRY)
      await writeFile(join(DIST, `${name}.js`), await wrapperOf(name, join(ROOT, source)))
  }
  await writeFile(join(DIST, 'cli.js'), "#!/usr/bin/env node\nimport './cli.cjs'\n")
}

/** The entry for browsers, and the commands `generate` and `studio`, whose packages are ES modules, as such. */
async function buildEsModules(): Promise<void> {
  await build({
    ...OPTIONS,
    entryPoints: { schema: ENTRIES.schema },
    outdir: DIST,
    format: 'esm',
  })
  await build({
    ...OPTIONS,
    entryPoints: {
      generate: 'scripts/generate/service.ts',
      'studio/index': 'scripts/studio/server.ts',
      // Loaded by the file above. As an entry it is beside its SQL.
      'studio/app': 'scripts/studio/app.ts',
    },
    outdir: DIST,
    splitting: true,
    format: 'esm',
    external: EXTERNAL,
    plugins: [
      {
        name: 'modules of the package',
        setup: ({ onResolve }) => {
          // The statements are listed where the service's module defines them.
          onResolve({ filter: /src\/query\/index\.ts$/ }, ({ importer }) =>
            importer.endsWith('service.ts') ? { path: './query.js', external: true } : undefined,
          )
          onResolve({ filter: /^\.\/declared-statements\.ts$/ }, () => ({
            path: './declared-statements.js',
            external: true,
          }))
          onResolve({ filter: /^\.\/bundle\.ts$/ }, () => ({ path: join(ROOT, 'scripts/studio/assets.ts') }))
        },
      },
    ],
  })
}

/** By itself: what it shares with the studio would be loaded with Kysely, before the first page. */
async function buildStudioStatements(): Promise<void> {
  await build({
    ...OPTIONS,
    entryPoints: ['scripts/studio/declared-statements.ts'],
    outdir: join(DIST, 'studio'),
    format: 'esm',
    external: EXTERNAL,
    plugins: [withoutComments],
  })
}

await rm(DIST, { recursive: true, force: true })
await buildCommonJs()
await writeWrappers()
await buildEsModules()
await buildStudioStatements()
await build({ ...CLIENT, outdir: join(DIST, 'studio/client') })
await copyFile(join(ROOT, 'scripts/generate/catalog.sql'), join(DIST, 'catalog.sql'))
for (const name of ['catalog.sql', 'access.sql'])
  await copyFile(join(ROOT, 'scripts/studio', name), join(DIST, 'studio', name))
