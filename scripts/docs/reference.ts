import { CONSTRAINTS } from '../../generated/catalog.ts'
import { type Declared, readDeclarations } from './declarations.ts'
import { BANNER, type Pages } from './page.ts'
import { render } from './render.ts'

interface Topic {
  readonly title: string
  readonly introduction: string
  readonly holds: (declared: Declared) => boolean
}

const OPTIONS =
  /^(DatabaseOptions|OpenOptions|CallOptions|TransactionOptions|ReplicaReadOptions|ReplicaSource|FileStore|MovedFile|FileErrorEvent|FileErrorListener|Isolation|Pool|ConnectedClient)$/

/** Pages of the reference. A declaration is put on the first page that holds it; repositories have a page each. */
const TOPICS: Record<string, Topic> = {
  options: {
    title: 'Options',
    introduction: 'Options of `openDatabase`, of a transaction and of a call.',
    holds: ({ name }) => OPTIONS.test(name),
  },
  errors: {
    title: 'Errors',
    introduction:
      'Classes of errors, then every constraint of the schema with the message of its `ConstraintError`. How to handle them: [How to handle errors](../how-to/handle-errors.md).',
    holds: ({ name, file }) => /Error$/.test(name) || file.startsWith('src/errors/'),
  },
  duplicates: {
    title: 'Duplicates and merges',
    introduction:
      'Types of `findDuplicates`, `listDuplicates` and `merge` of customers and people. How to use them: [How to keep customers and contacts](../how-to/keep-customers.md).',
    holds: ({ file }) => file.startsWith('src/duplicates/'),
  },
  query: {
    title: 'Own statements and lists',
    introduction:
      'Exports of `@norberts-spark/db/query`, for the repositories of a service. How to write one: [How to keep own tables with repositories](../how-to/own-tables.md).',
    holds: ({ file }) =>
      /^src\/(input\/|query\/(own|calls|statement|compile|execute|list|page-builder|update)|connection\/(codec|connection))/.test(
        file,
      ),
  },
  database: {
    title: 'Database, transactions and pages',
    introduction: 'Exports of `@norberts-spark/db` that do not belong to one repository.',
    holds: ({ file }) =>
      /^(src\/(database|replicas|connection|query|input|kysely)\/|src\/repositories\/index\.ts|generated\/database)/.test(
        file,
      ),
  },
  admin: {
    title: 'Administration',
    introduction: 'Exports of `@norberts-spark/db/admin`: the functions behind the [commands](commands.md).',
    holds: ({ file }) => /^src\/(admin|seed)\//.test(file),
  },
  testing: {
    title: 'Testing',
    introduction: 'Exports of `@norberts-spark/db/testing`.',
    holds: ({ file }) => /^src\/(testing|server)\//.test(file),
  },
  opentelemetry: {
    title: 'OpenTelemetry',
    introduction:
      'Exports of `@norberts-spark/db/opentelemetry`. How to use them: [How to observe calls and connections](../how-to/observability.md).',
    holds: ({ file }) => file.startsWith('src/opentelemetry/'),
  },
  validators: {
    title: 'Validators and value lists',
    introduction: 'Exports of `@norberts-spark/db/schema`, which needs neither a connection nor `pg`.',
    holds: ({ file }) => /^(src\/validation\/|generated\/)/.test(file),
  },
}

export async function referencePages(root: string): Promise<Pages> {
  const declarations = await readDeclarations(root)
  const pages: Pages = {}
  const add = (
    name: string,
    title: string,
    introduction: string,
    declared: readonly Declared[],
    after = '',
  ) => {
    pages[`docs/reference/${name}.md`] =
      `${BANNER}\n\n# ${title}\n\n${introduction}\n\n${declared.map(render).join('\n\n')}\n${after}`
  }
  let left = declarations
  for (const [name, { title, introduction, holds }] of Object.entries(TOPICS)) {
    add(name, title, introduction, left.filter(holds), name === 'errors' ? `\n${constraintTables()}` : '')
    left = left.filter((declared) => !holds(declared))
  }
  for (const folder of new Set(left.map(folderOf))) {
    const declared = left.filter((each) => folderOf(each) === folder)
    const field = folder.replace(/-./g, (letters) => letters.charAt(1).toUpperCase())
    add(folder, `Repository: ${field}`, `\`db.${field}\`, and the types of its inputs and rows.`, declared)
  }
  pages['docs/reference/README.md'] = index(pages)
  return pages
}

function index(pages: Pages): string {
  const lines = Object.entries(pages).map(([path, text]) => {
    const title = /^# (.+)$/m.exec(text)?.[1]
    return `- [${title}](${path.split('/').at(-1)})`
  })
  return `${BANNER}

# Reference

${lines.join('\n')}
- [Commands](commands.md)
- [What the guard allows](guard.md)
- [The schema: tables, columns, constraints, and a diagram](../../generated/schema.md)
- [The SQL of every statement](../../generated/sql)
`
}

/** `chats` of `src/repositories/chats/input.ts`. */
function folderOf({ name, file }: Declared): string {
  const folder = /^src\/repositories\/([^/]+)\//.exec(file)?.[1]
  if (!folder) throw new Error(`No page of the reference holds ${name} of ${file}: add it to TOPICS.`)
  return folder
}

function constraintTables(): string {
  const tables = Object.entries(CONSTRAINTS).map(([table, constraints]) => {
    const rows = Object.entries(constraints as Record<string, { kind: string; message?: string }>)
      .filter(([, { message }]) => message !== undefined)
      .map(([name, { kind, message }]) => `| \`${name}\` | ${kind} | ${message} |`)
    return `### ${table}\n\n| Constraint | Kind | Message |\n|---|---|---|\n${rows.join('\n')}`
  })
  return `## Constraints\n\n${tables.join('\n\n')}\n`
}
