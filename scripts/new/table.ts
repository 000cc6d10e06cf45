import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Changes } from './changes.ts'
import { NewError } from './error.ts'
import { checkTable, type Names, namesOf } from './names.ts'

const TEMPLATES = new URL('templates/', import.meta.url)
const REPOSITORY = ['index.ts', 'input.ts', 'rows.ts', 'statements.ts', 'repository.ts']

/** Plans a table with its repository: new files from the templates, and one place in each file that lists tables. */
export async function planTable(root: string, table: string): Promise<Changes> {
  await checkTable(root, table)
  const names = namesOf(table)
  const changes = new Changes(root)
  changes.add(await schemaPath(root, table), await render('schema.sql', names))
  for (const file of REPOSITORY) {
    changes.add(
      `src/repositories/${names.folder}/${file}`,
      await render(`repository/${file}.template`, names),
    )
  }
  changes.add(`src/seed/${names.folder}.ts`, await render('seed.ts.template', names))
  changes.add(`test/repositories/${names.folder}.test.ts`, await render('test.ts.template', names))
  await registerRepository(changes, names)
  await exportFactory(changes, names)
  await registerSeed(root, changes, names)
  await addExamples(changes, names)
  return changes
}

/** `60_notes.sql`: files are applied in the order of their numbers, so the new table may refer to every other. */
async function schemaPath(root: string, table: string): Promise<string> {
  const numbers = (await readdir(join(root, 'schema'))).map((file) => Number.parseInt(file, 10) || 0)
  const next = (Math.floor(Math.max(...numbers) / 10) + 1) * 10
  return `schema/${next}_${table}.sql`
}

/** A template with the names in place of `{{name}}`; `{{x_column}}` is a column's name, padded to the longest. */
async function render(template: string, names: Names): Promise<string> {
  const key = `${names.row}_id`
  const columns = { key, name: 'name', created: 'created_at', updated: 'updated_at' }
  const width = Math.max(...Object.values(columns).map((column) => column.length))
  const padded = Object.entries(columns).map(([name, column]) => [`${name}_column`, column.padEnd(width)])
  const values: Record<string, string> = { ...names, ...Object.fromEntries(padded) }
  const text = await readFile(new URL(template, TEMPLATES), 'utf8')
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined)
      throw new NewError(`scripts/new/templates/${template} has no value for {{${name}}}.`)
    return value
  })
}

async function registerRepository(changes: Changes, { table, tableName, Row, folder }: Names): Promise<void> {
  const types = `New${Row}, ${Row}, ${Row}Change, ${Row}ListRequest, ${Row}Repository`
  const index = 'src/repositories/index.ts'
  await changes.replace(
    index,
    /(^import .* from '\.\/audit-log\/index\.ts')/m,
    `import { ${Row}Repository } from './${folder}/index.ts'\n$1`,
    'the import of the repository',
  )
  await changes.replace(
    index,
    /(\/\*\*[^/]*\*\/\nexport interface RepositorySettings)/,
    `export type { ${types} } from './${folder}/index.ts'\n\n$1`,
    'the exported types',
  )
  await changes.replace(
    index,
    /( {2}readonly auditLog: AuditLogRepository\n)/,
    `$1  readonly ${tableName}: ${Row}Repository\n`,
    'the field of Repositories',
  )
  await changes.replace(
    index,
    /( {4}this\.auditLog = .*\n)/,
    `$1    this.${tableName} = new ${Row}Repository(connection)\n`,
    'the constructor of Repositories',
  )
  await changes.replace(
    index,
    /(\n\} as const satisfies Record<TableName)/,
    `\n  ${table}: '${tableName}',$1`,
    'the entry of HOMES',
  )
  await changes.replace(
    'src/database/replica-reads.ts',
    /(\n\} as const satisfies \{ \[Name in keyof Repositories\])/,
    `\n  ${tableName}: { find: true, get: true, list: true, create: false, update: false, delete: false },$1`,
    'the reads of replicas',
  )
  await changes.replace(
    'src/index.ts',
    /(\n\} from '\.\/repositories\/index\.ts')/,
    `\n  ${types.replaceAll(', ', ',\n  ')},$1`,
    'the exported types',
  )
}

async function exportFactory(changes: Changes, names: Names): Promise<void> {
  const { Row, tableName, factory, article, word } = names
  const factories = 'src/testing/factories.ts'
  await changes.replace(
    factories,
    /^(import type \{)(.* \} from '\.\.\/repositories\/index\.ts')/m,
    `$1 New${Row},$2`,
    'the import of the input type',
  )
  await changes.replace(
    factories,
    /$(?![\s\S])/,
    `
/** A valid ${word} for \`db.${tableName}.create\`. */
export function ${factory}(given: Partial<New${Row}> = {}): New${Row} {
  return { name: '${article === 'an' ? 'An' : 'A'} ${word}', ...given }
}
`,
    'the factory',
  )
  await changes.replace(
    'src/testing/index.ts',
    /(\{ )(.*from '\.\/factories\.ts')/,
    `$1${factory}, $2`,
    'the factory',
  )
  await changes.replace('src/testing.ts', /(export \{\n)/, `$1  ${factory},\n`, 'the factory')
  await changes.replace(
    'test/support/factories.ts',
    /(export \{ )(.*from '\.\.\/\.\.\/src\/testing\.ts')/,
    `$1${factory}, $2`,
    'the factory',
  )
}

async function registerSeed(
  root: string,
  changes: Changes,
  { table, tableName, rowName, folder }: Names,
): Promise<void> {
  const streams = await readFile(join(root, 'src/seed/streams.ts'), 'utf8')
  const used = [...streams.matchAll(/^ {2}\w+: (\d+),$/gm)].map(([, number]) => Number(number))
  await changes.replace(
    'src/seed/streams.ts',
    /(\n\} as const)/,
    `\n  ${tableName}: ${Math.max(...used) + 1},$1`,
    'the stream of random numbers',
  )
  await changes.replace('src/seed/sheets.ts', /(\n\]\n)/, `\n  '${table}',$1`, 'the table in ORDER')
  await changes.replace(
    'src/seed/seed.ts',
    /(one\(userWriter\(world\)[^\n]*)(\)\))/,
    `$1, ${rowName}Writer(world)$2`,
    'the writer of the rows',
  )
  await changes.replace(
    'src/seed/seed.ts',
    /(^import \{ run \})/m,
    `import { ${rowName}Writer } from './${folder}.ts'\n$1`,
    'the import of the writer',
  )
}

async function addExamples(changes: Changes, names: Names): Promise<void> {
  const { table, row, rowName, tableName, Row, factory, word } = names
  await changes.replace(
    'test/support/example-rows.ts',
    /\n\}\n(?![\s\S])/,
    `
  ${table}: {
    required: { ${rowName}Id: ID, name: 'First' },
    full: { ${rowName}Id: OTHER_ID, name: 'Second' },
    many: \`
      insert into ${table} (name, created_at)
      select '${word} ' || n, now() - n * interval '1 minute' from generate_series(1, 20000) as n\`,
  },
}
`,
    'the example rows',
  )
  const lists = 'test/query/lists.test.ts'
  await changes.replace(
    lists,
    /( {2}'people\.list': )/,
    `  '${tableName}.list': (db) => ({
    page: (request) => db.${tableName}.list(request),
    idOf: id('${rowName}Id'),
    add: async () => (await db.${tableName}.create(${factory}())).${rowName}Id,
    remove: (${rowName}Id) => db.${tableName}.delete(${rowName}Id),
  }),
$1`,
    `the list of ${Row} (${row})`,
  )
  await changes.replace(
    lists,
    /(import \{ )(.*from '\.\.\/support\/factories\.ts')/,
    `$1${factory}, $2`,
    'the factory',
  )
}
