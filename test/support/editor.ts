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

/**
 * Opens a text as a file of src/ in an editor. The result returns what the editor shows for a name, at the last occurrence of
 * the code that contains it.
 */
export function openInEditor(text: string): (code: string, name?: string) => Hover {
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
  return (code, name = code) => {
    const position = text.lastIndexOf(code) + code.lastIndexOf(name)
    const info = service.getQuickInfoAtPosition(file, position)
    return {
      display: ts.displayPartsToString(info?.displayParts),
      documentation: ts.displayPartsToString(info?.documentation),
    }
  }
}
