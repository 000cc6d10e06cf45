import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'
import type { LoadedStatement } from './loaded-statement.ts'

/**
 * Finds fields that the repositories would accept and lose: fields of a statement's input that none of its parameters
 * takes, and fields that a reader reads although its type does not have them. The compiler sees neither: a statement is
 * built from the properties that its function happens to use, and a reader's fields may come from another object.
 *
 * @returns a sentence for each field, with the file and the line.
 */
export function findLostFields(root: string, statements: readonly LoadedStatement[]): string[] {
  const folder = join(root, 'src/repositories')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file))
  const program = createProgram(files)
  const checker = program.getTypeChecker()
  const found: string[] = []

  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const name = node.expression.text
      const place = () => {
        const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart())
        return `${relative(root, node.getSourceFile().fileName)}:${line + 1}`
      }
      if (DEFINITIONS.has(name)) {
        for (const each of lostByStatement(node, name === 'list', checker, statements))
          found.push(`${place()}: ${each}`)
      }
      if (name === 'fields') {
        for (const each of lostByReader(node, checker)) found.push(`${place()}: ${each}`)
      }
    }
    ts.forEachChild(node, visit)
  }
  for (const file of files) {
    const source = program.getSourceFile(file)
    if (source) visit(source)
  }
  return found
}

/** Functions of src/query/ that define statements. */
const DEFINITIONS = new Set(['statement', 'variants', 'list'])

/** Only relative imports are resolved: no type of an input comes from a package. */
function createProgram(files: readonly string[]): ts.Program {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2024,
    lib: ['lib.es2024.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    exactOptionalPropertyTypes: true,
    strict: true,
    noEmit: true,
    types: [],
  }
  const host = ts.createCompilerHost(options)
  host.resolveModuleNameLiterals = (literals, containingFile) =>
    literals.map(({ text }) => ({
      resolvedModule: text.startsWith('.')
        ? { resolvedFileName: join(containingFile, '..', text), extension: ts.Extension.Ts }
        : undefined,
    }))
  return ts.createProgram(files, options, host)
}

function lostByStatement(
  call: ts.CallExpression,
  isList: boolean,
  checker: ts.TypeChecker,
  statements: readonly LoadedStatement[],
): string[] {
  const [first] = call.arguments
  if (!first || !ts.isStringLiteralLike(first)) return []
  const input = inputOf(call)
  if (!input)
    return [`${first.text} does not declare the type of its input. Annotate it: Statement<Input, Row>.`]
  const variants = statements.filter(({ name }) => name.replace(/\([^)]*\)$/, '') === first.text)
  return propertiesOf(checker.getTypeFromTypeNode(input)).flatMap((field) =>
    isUsed(field, variants, isList)
      ? []
      : [
          `${first.text} does not use the field "${field}" of its input, so its value would be lost. Use $.${field}, or remove the field from ${input.getText()}.`,
        ],
  )
}

/** The first type argument of `Statement<Input, Row>`, or that of `$: Params<Input>`. */
function inputOf(call: ts.CallExpression): ts.TypeNode | undefined {
  const { parent } = call
  if (ts.isVariableDeclaration(parent) && parent.type && ts.isTypeReferenceNode(parent.type)) {
    return parent.type.typeArguments?.[0]
  }
  for (const argument of call.arguments) {
    if (!ts.isArrowFunction(argument)) continue
    const type = argument.parameters[1]?.type
    if (!type && argument.parameters.length < 2) return NOTHING
    if (type && ts.isTypeReferenceNode(type)) return type.typeArguments?.[0]
  }
  return undefined
}

/** The input of a statement without parameters. */
const NOTHING = ts.factory.createTypeLiteralNode([])

/**
 * Whether a parameter takes the field. A filter of several variants is also used if it changes the SQL. In a list, every
 * variant with the filter must use it: one that ignored it would return too many rows.
 */
function isUsed(field: string, variants: readonly LoadedStatement[], isList: boolean): boolean {
  const filtered = variants.filter(({ name }) => filtersOf(name).includes(field))
  if (filtered.length === 0) return variants.some(({ parameters }) => parameters.includes(field))
  const applies = (variant: LoadedStatement): boolean => {
    if (variant.parameters.includes(field)) return true
    const others = filtersOf(variant.name).filter((filter) => filter !== field)
    const without = variants.find(({ name }) => String(filtersOf(name)) === String(others))
    return without !== undefined && without.sql !== variant.sql
  }
  return isList ? filtered.every(applies) : filtered.some(applies)
}

/** `role`, `search` of `users.list(role,search)`. */
function filtersOf(name: string): string[] {
  return /\(([^)]*)\)$/.exec(name)?.[1]?.split(',') ?? []
}

function lostByReader(call: ts.CallExpression, checker: ts.TypeChecker): string[] {
  const [declared] = call.typeArguments ?? []
  const [readers] = call.arguments
  if (!declared || !readers) return []
  const names = new Set(propertiesOf(checker.getTypeFromTypeNode(declared)))
  return propertiesOf(checker.getTypeAtLocation(readers)).flatMap((field) =>
    names.has(field)
      ? []
      : [
          `fields<${declared.getText()}> reads the field "${field}", which ${declared.getText()} does not have, so no statement takes its value. Declare the field, or remove its reader.`,
        ],
  )
}

function propertiesOf(type: ts.Type): string[] {
  const types = type.isUnion() ? type.types : [type]
  return [...new Set(types.flatMap((each) => each.getProperties().map(({ name }) => name)))]
}
