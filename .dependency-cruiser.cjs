// The allowed imports, checked by `npm run lint`. The diagram in docs/explanation/architecture.md is generated from them.

/** The folders of src/ from top to bottom. Each may import only the folders in its list, types included. */
const LAYERS = {
  opentelemetry: ['database', 'connection', 'input', 'errors'],
  database: ['repositories', 'replicas', 'query', 'kysely', 'connection', 'input', 'errors'],
  repositories: ['duplicates', 'query', 'kysely', 'search', 'validation', 'connection', 'input', 'errors'],
  duplicates: ['query', 'kysely', 'connection', 'input', 'errors'],
  replicas: ['connection', 'errors'],
  query: ['kysely', 'search', 'connection', 'input', 'errors'],
  kysely: [],
  search: [],
  connection: ['input', 'errors'],
  input: ['errors', 'sentences'],
  errors: ['sentences'],
  validation: ['sentences'],
  sentences: [],
  package: ['errors'],
  server: ['package'],
  seed: ['repositories', 'connection', 'input', 'errors'],
  admin: ['seed', 'connection', 'package', 'input', 'errors'],
  testing: ['database', 'repositories', 'query', 'admin', 'server', 'package', 'input'],
  cli: ['admin', 'seed', 'server', 'package', 'errors'],
}

const layers = Object.entries(LAYERS).map(([folder, below]) => ({
  name: `${folder}-imports-downwards`,
  comment: `src/${folder}/ imports ${below.length > 0 ? below.join(', ') : 'nothing else of src/'}.`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^(src|scripts|test)/', pathNot: `^src/(${[folder, ...below].join('|')})/` },
}))

module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'through-the-door',
      comment: "Other folders import a folder's index.ts and none of its other files.",
      severity: 'error',
      from: { path: '^(src|scripts)/([^/]+)/' },
      to: { path: '^src/[^/]+/', pathNot: ['^$1/$2/', '/index[.]ts$'] },
    },
    {
      name: 'through-the-door-of-a-repository',
      comment: 'The same rule between repositories.',
      severity: 'error',
      from: { path: '^src/repositories/([^/]+)/' },
      to: { path: '^src/repositories/[^/]+/', pathNot: ['^src/repositories/$1/', '/index[.]ts$'] },
    },
    {
      name: 'entries-re-export',
      comment: "The entries import only the folders' index.ts.",
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$', pathNot: '^src/cli\\.ts$' },
      to: { path: '^src/', pathNot: '^src/[^/]+/index\\.ts$' },
    },
    {
      name: 'no-cycles',
      comment: 'There are no circular imports, types included.',
      severity: 'error',
      from: { path: '^(src|scripts)/' },
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'Every file is imported by another one; delete unused files.',
      severity: 'error',
      from: { orphan: true, path: '^(src|scripts)/', pathNot: ['\\.d\\.ts$'] },
      to: {},
    },
    {
      name: 'src-stands-alone',
      comment: 'src/ imports generated/, kysely and pg. The packages of the command line are bundled.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        pathNot: [
          '^(src|generated)/',
          '^node_modules/(kysely|pg|@types/pg)/',
          '^node_modules/@opentelemetry/api/',
          '^node_modules/(commander|picocolors|@inquirer/input|cli-progress|@types/cli-progress)/',
        ],
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'kysely-at-its-first-use',
      comment:
        'Importing the package does not evaluate Kysely: the rest of src/ takes types from it alone, and values from src/kysely/.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/kysely/' },
      to: { path: '^node_modules/kysely/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'opentelemetry-in-its-entry',
      comment: '@opentelemetry/api is an optional peer, imported by its own entry only.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/opentelemetry/' },
      to: { path: '^node_modules/@opentelemetry/' },
    },
    {
      name: 'validators-in-browsers',
      comment: 'Validators run in browsers too: they import nothing but generated/, types included.',
      severity: 'error',
      from: { path: '^src/(validation/|sentences/|validators\\.ts$)' },
      to: { pathNot: ['^src/(validation|sentences)/', '^generated/'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^scripts/studio/client/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
