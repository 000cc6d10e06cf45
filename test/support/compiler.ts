import { resolve } from 'node:path'
import ts from 'typescript'

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2024,
  lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
}

/** Parsed files. Files on disk do not change during tests, and parsing Kysely's declarations takes most of a second. */
const parsed = new Map<string, ts.SourceFile | undefined>()

/** Compiles files on disk, of which some are replaced or added as texts. */
export function compile(roots: string[], texts: ReadonlyMap<string, string>): ts.Program {
  const replaced = new Map([...texts].map(([path, text]) => [resolve(path), text]))
  const host = ts.createCompilerHost(OPTIONS)
  const { getSourceFile, fileExists, readFile } = host
  host.getSourceFile = (name, version, ...rest) => {
    const text = replaced.get(resolve(name))
    if (text !== undefined) return ts.createSourceFile(name, text, version)
    if (!parsed.has(name)) parsed.set(name, getSourceFile.call(host, name, version, ...rest))
    return parsed.get(name)
  }
  host.fileExists = (name) => replaced.has(resolve(name)) || fileExists.call(host, name)
  host.readFile = (name) => replaced.get(resolve(name)) ?? readFile.call(host, name)
  return ts.createProgram(
    roots.map((root) => resolve(root)),
    OPTIONS,
    host,
  )
}

/** The compiler's errors as `file:line message`. */
export function complaints(program: ts.Program): string[] {
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, ' ')
    if (!file) return message
    const path = file.fileName.slice(process.cwd().length + 1)
    return `${path}:${file.getLineAndCharacterOfPosition(start).line + 1} ${message}`
  })
}
