// Who may import whom. Checked by `npm run lint`; the diagram in docs/explanation/architecture.md is made from it.

/** From the top down: a folder of src/ imports those after it in its list, types included, and nothing else of src/. */
const LAYERS = {
  database: ['repositories', 'query', 'connection', 'input', 'errors'],
  repositories: ['query', 'connection', 'input', 'errors'],
  query: ['connection', 'input', 'errors'],
  connection: ['input', 'errors'],
  input: ['errors', 'sentences'],
  errors: ['sentences'],
  validation: ['sentences'],
  sentences: [],
  package: ['errors'],
  server: ['package'],
  seed: ['repositories', 'connection', 'input', 'errors'],
  admin: ['seed', 'package', 'input', 'errors'],
  testing: ['database', 'repositories', 'admin', 'server', 'package'],
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
      comment: "A folder's index.ts is its door: other folders import that, and nothing behind it.",
      severity: 'error',
      from: { path: '^(src|scripts)/([^/]+)/' },
      to: { path: '^src/[^/]+/', pathNot: ['^$1/$2/', '/index[.]ts$'] },
    },
    {
      name: 'through-the-door-of-a-repository',
      comment: 'The same between repositories.',
      severity: 'error',
      from: { path: '^src/repositories/([^/]+)/' },
      to: { path: '^src/repositories/[^/]+/', pathNot: ['^src/repositories/$1/', '/index[.]ts$'] },
    },
    {
      name: 'entries-re-export',
      comment: 'The entries export what the doors have.',
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$', pathNot: '^src/cli\\.ts$' },
      to: { path: '^src/', pathNot: '^src/[^/]+/index\\.ts$' },
    },
    {
      name: 'no-cycles',
      comment: 'No file imports itself through others, types included.',
      severity: 'error',
      from: { path: '^(src|scripts)/' },
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports is deleted.',
      severity: 'error',
      from: { orphan: true, path: '^(src|scripts)/', pathNot: ['\\.d\\.ts$'] },
      to: {},
    },
    {
      name: 'src-stands-alone',
      comment:
        'src/ imports generated/, kysely and pg. The command line brings its own packages, which are bundled.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        pathNot: [
          '^(src|generated)/',
          '^node_modules/(kysely|pg|@types/pg)/',
          '^node_modules/(commander|picocolors|@inquirer/input|cli-progress|@types/cli-progress)/',
        ],
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'validators-in-browsers',
      comment: 'Validators run in browsers too: they import generated/, and types of kysely.',
      severity: 'error',
      from: { path: '^src/(validation/|sentences/|validators\\.ts$)' },
      to: { pathNot: ['^src/(validation|sentences)/', '^generated/', '^node_modules/kysely/'] },
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
