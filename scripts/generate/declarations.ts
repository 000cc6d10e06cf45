import codegen, {
  type ExportStatementNode,
  type InterfaceDeclarationNode,
  type ObjectExpressionNode,
  type PropertyNode,
  type TransformOptions,
} from 'kysely-codegen'

const { TypeScriptSerializer, transform } = codegen

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
  const statements = transform(options)
  const interfaces = exported(statements, 'InterfaceDeclaration')
  return new Declarations(tables).serializeStatements([
    ...statements.filter(({ type }) => type === 'ImportStatement'),
    ...exported(statements, 'AliasDeclaration'),
    ...interfaces.filter((each) => !isDatabase(each)),
    ...interfaces.filter(isDatabase),
  ])
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
