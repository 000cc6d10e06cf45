import { dirname, resolve } from 'node:path'
import ts from 'typescript'
import { ELEMENTS, TEXT, TYPES } from './described-column.ts'

/** A statement as the server describes it. */
export interface DescribedRows {
  /** With the filters of a variant: `activities.list(kind)`. */
  readonly name: string
  readonly columns: readonly DescribedValue[]
}

interface DescribedValue {
  readonly name: string
  /** As written in SQL. */
  readonly type: string
  readonly builtIn: string | undefined
  readonly isArray: boolean
}

/**
 * Compares the row types with which modules define their statements with the rows that the server returns: the names of the
 * columns, and their types apart from null, which the server does not state.
 *
 * @param modules paths of the modules; `tsconfig.json` is the one beside or above the first of them.
 * @returns a sentence for each difference.
 */
export function rowTypeDifferences(
  modules: readonly string[],
  described: readonly DescribedRows[],
): string[] {
  const program = programOf(modules.map((each) => resolve(each)))
  const checker = program.getTypeChecker()
  const declared = declaredRows(program, checker)
  if (declared.size === 0 && described.length > 0)
    return [
      `No statement with a row type is in ${modules.join(', ')}. Pass the TypeScript source of the modules.`,
    ]
  return described.flatMap(({ name, columns }) => {
    const found = declared.get(name.split('(')[0] as string)
    return found ? differencesOf(name, columns, found, checker) : []
  })
}

function programOf(roots: readonly string[]): ts.Program {
  const path = ts.findConfigFile(dirname(roots[0] as string), ts.sys.fileExists)
  const read = path && ts.readConfigFile(path, ts.sys.readFile).config
  const options = read ? ts.parseJsonConfigFileContent(read, ts.sys, dirname(path)).options : {}
  return ts.createProgram([...roots], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    ...options,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  })
}

interface DeclaredRow {
  readonly type: ts.Type
  readonly node: ts.Node
}

/** The row types by the names of statements, which are the first arguments of the functions that define them. */
function declaredRows(program: ts.Program, checker: ts.TypeChecker): Map<string, DeclaredRow> {
  const found = new Map<string, DeclaredRow>()
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const [name] = node.arguments
      const isAnnotated = ts.isVariableDeclaration(node.parent) && node.parent.type !== undefined
      const type = checker.getTypeAtLocation(isAnnotated ? node.parent : node)
      const row = name && ts.isStringLiteralLike(name) ? rowOf(type, node, checker) : undefined
      if (row && ts.isStringLiteralLike(name as ts.Node))
        found.set((name as ts.StringLiteralLike).text, { type: row, node })
    }
    ts.forEachChild(node, visit)
  }
  for (const source of program.getSourceFiles()) {
    if (!source.isDeclarationFile) visit(source)
  }
  return found
}

/** The row of a Statement, of Variants of it, or of a List. */
function rowOf(type: ts.Type, node: ts.Node, checker: ts.TypeChecker): ts.Type | undefined {
  const propertyOf = (of: ts.Type, name: string) => {
    const property = of.getProperty(name)
    return property && checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(property, node))
  }
  const statements = propertyOf(type, 'positionOf') ? propertyOf(type, 'statements') : type
  const variant = statements && propertyOf(statements, 'for')?.getCallSignatures()[0]
  const statement = variant ? checker.getReturnTypeOfSignature(variant) : statements
  if (!statement || !propertyOf(statement, 'isPrepared')) return undefined
  const [signature] = propertyOf(statement, 'row')?.getCallSignatures() ?? []
  return signature && checker.getReturnTypeOfSignature(signature)
}

function differencesOf(
  statement: string,
  columns: readonly DescribedValue[],
  { type, node }: DeclaredRow,
  checker: ts.TypeChecker,
): string[] {
  const properties = new Map(checker.getPropertiesOfType(type).map((each) => [each.name, each]))
  const found = columns.flatMap((column) => {
    const property = properties.get(column.name)
    if (!property) return [`${statement} returns ${column.name}, which its row type does not have.`]
    const declared = checker.getTypeOfSymbolAtLocation(property, node)
    const arriving = arrivingType(column)
    if (isOf(checker.getNonNullableType(declared), arriving, checker)) return []
    return [
      `${statement} returns ${column.name} as ${column.type}, a ${arriving} in JavaScript; its row type has ${checker.typeToString(declared)}.`,
    ]
  })
  const names = new Set(columns.map(({ name }) => name))
  const missing = [...properties.keys()].filter((name) => !names.has(name))
  return [...found, ...missing.map((name) => `${statement} does not return ${name}, which its row type has.`)]
}

function arrivingType({ builtIn, isArray }: DescribedValue): string {
  if (isArray && !(builtIn && ELEMENTS.has(builtIn))) return TEXT.select
  return `${(TYPES[builtIn ?? ''] ?? TEXT).select}${isArray ? '[]' : ''}`
}

/** Whether all values of a type are of the type that arrives; a list of values of the right type is narrower and allowed. */
function isOf(type: ts.Type, arriving: string, checker: ts.TypeChecker): boolean {
  if (type.flags & ts.TypeFlags.Unknown || arriving === 'JsonValue') return true
  if (type.isUnion()) return type.types.every((each) => isOf(each, arriving, checker))
  if (type.flags & ts.TypeFlags.Null) return true
  // A branded string is an intersection.
  if (type.isIntersection()) return type.types.some((each) => isOf(each, arriving, checker))
  if (arriving.endsWith('[]')) {
    const [element] = checker.isArrayType(type) ? checker.getTypeArguments(type as ts.TypeReference) : []
    // PostgreSQL does not state the dimensions of an array.
    return (
      element !== undefined && [arriving.slice(0, -2), arriving].some((each) => isOf(element, each, checker))
    )
  }
  if (arriving === 'string') return (type.flags & ts.TypeFlags.StringLike) !== 0
  if (arriving === 'number') return (type.flags & ts.TypeFlags.NumberLike) !== 0
  if (arriving === 'boolean') return (type.flags & ts.TypeFlags.BooleanLike) !== 0
  return type.symbol?.name === arriving
}
