import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import ts from 'typescript'

/** The type and the documentation that an editor shows for a name. */
export interface Hover {
  display: string
  documentation: string
}

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
}

/** A text that is open in an editor as a file of src/. */
export interface OpenFile {
  /** The hover of a name, at the last occurrence of the code that contains it. */
  hover(code: string, name?: string): Hover
  /** The properties of a declared type, in order. */
  propertiesOf(type: string): string[]
}

/** Opens a text as a file of src/, with the language service that editors use. */
export function openInEditor(text: string): OpenFile {
  const file = resolve('src/service-in-editor.ts')
  const read = (path: string) =>
    path === file ? text : existsSync(path) ? readFileSync(path, 'utf8') : undefined
  const service = ts.createLanguageService({
    getCompilationSettings: () => OPTIONS,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) => {
      const content = read(path)
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content)
    },
    getCurrentDirectory: () => process.cwd(),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => path === file || ts.sys.fileExists(path),
    readFile: read,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  })
  return {
    hover(code, name = code) {
      const position = text.lastIndexOf(code) + code.lastIndexOf(name)
      const info = service.getQuickInfoAtPosition(file, position)
      return {
        display: ts.displayPartsToString(info?.displayParts),
        documentation: ts.displayPartsToString(info?.documentation),
      }
    },
    propertiesOf(type) {
      const program = service.getProgram()
      const checker = program?.getTypeChecker()
      const source = program?.getSourceFile(file)
      const symbol = checker?.resolveName(type, source, ts.SymbolFlags.Alias, false)
      if (!checker || !symbol) throw new Error(`The file imports no ${type}.`)
      const declared = checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(symbol))
      return checker.getPropertiesOfType(declared).map(({ name }) => name)
    },
  }
}
