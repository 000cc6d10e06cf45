import codegen, {
  type ExportStatementNode,
  type InterfaceDeclarationNode,
  type ObjectExpressionNode,
  type PropertyNode,
  type TransformOptions,
} from 'kysely-codegen'

const { DatabaseMetadata, TypeScriptSerializer, transform } = codegen

/** The properties of a table that kysely-codegen does not know. */
export interface Declared {
  /** Its property name in DB. */
  key: string
  comment: string | null
}

/**
 * Prints kysely-codegen's declarations as TypeScript. Tables are looked up by the names of their interfaces and get
 * their own keys and comments. The order does not depend on the locale.
 */
export function serialize(options: TransformOptions, tables: ReadonlyMap<string, Declared>): string {
  const statements = transformInParts(options)
  const interfaces = exported(statements, 'InterfaceDeclaration')
  return new Declarations(tables).serializeStatements([
    ...statements.filter(({ type }) => type === 'ImportStatement'),
    ...exported(statements, 'AliasDeclaration'),
    ...interfaces.filter((each) => !isDatabase(each)),
    ...interfaces.filter(isDatabase),
  ])
}

/** The tables of a part: kysely-codegen takes time that is quadratic in the number of names. */
const PART = 100

/** The statements of all parts, each declaration once. The names are unique before, so each part gives the same ones. */
function transformInParts(options: TransformOptions): Statements {
  const { enums, tables } = options.metadata
  const parts = Array.from({ length: Math.max(1, Math.ceil(tables.length / PART)) }, (_, at) =>
    transform({
      ...options,
      metadata: Object.assign(new DatabaseMetadata({ enums, tables: [] }), {
        tables: tables.slice(at * PART, (at + 1) * PART),
      }),
    }),
  )
  const imports = new Map<string, Extract<Statements[number], { type: 'ImportStatement' }>>()
  const exports = new Map<string, Exported>()
  for (const statement of parts.flat()) {
    if (statement.type === 'ImportStatement') {
      const known = imports.get(statement.moduleName)?.imports ?? []
      const names = new Set(known.map(({ name }) => name))
      const added = statement.imports.filter(({ name }) => !names.has(name))
      imports.set(statement.moduleName, { ...statement, imports: [...known, ...added] })
      continue
    }
    const known = exports.get(statement.argument.id.name)
    if (known && isDatabase(known)) addProperties(known, statement)
    else exports.set(statement.argument.id.name, known ?? statement)
  }
  const inOrder = [...imports.values()].map((each) => ({
    ...each,
    imports: each.imports.toSorted((a, b) => compare(a.name, b.name)),
  }))
  return [...inOrder, ...exports.values()]
}

function addProperties({ argument: known }: Exported, { argument: added }: Exported): void {
  if (known.type === 'InterfaceDeclaration' && added.type === 'InterfaceDeclaration')
    known.body.properties.push(...added.body.properties)
}

type Statements = ReturnType<typeof transform>
type Exported = Extract<Statements[number], { type: 'ExportStatement' }>

function exported(statements: Statements, kind: Exported['argument']['type']): Exported[] {
  return statements
    .filter((statement) => statement.type === 'ExportStatement')
    .filter(({ argument }) => argument.type === kind)
    .sort((a, b) => compare(a.argument.id.name, b.argument.id.name))
}

function isDatabase({ argument }: Exported): boolean {
  return argument.id.name === 'DB'
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1
}

class Declarations extends TypeScriptSerializer {
  readonly #tables: ReadonlyMap<string, Declared>

  constructor(tables: ReadonlyMap<string, Declared>) {
    super()
    this.#tables = tables
  }

  override serializeExportStatement(node: ExportStatementNode): string {
    const comment = this.#tables.get(node.argument.id.name)?.comment ?? null
    const documentation = comment === null ? '' : `/**\n${comment.replace(/^/gm, ' * ')}\n */\n`
    return documentation + super.serializeExportStatement(node)
  }

  override serializeInterfaceDeclaration({ id, body }: InterfaceDeclarationNode): string {
    const keyOf = ({ key, value }: PropertyNode) =>
      (id.name === 'DB' && value.type === 'Identifier' && this.#tables.get(value.name)?.key) || key
    const properties = body.properties.map((property) => ({ ...property, key: keyOf(property) }))
    return `interface ${id.name} ${this.serializeObjectExpression({ ...body, properties })}`
  }

  override serializeObjectExpression({ properties }: ObjectExpressionNode): string {
    const sorted = properties.toSorted((a, b) => compare(a.key, b.key))
    const lines = sorted.map((property) => `  ${this.serializeProperty(property)}`)
    return lines.length === 0 ? '{}' : `{\n${lines.join('')}}`
  }
}
