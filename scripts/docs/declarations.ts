import { join } from 'node:path'
import {
  Application,
  type Comment,
  type CommentDisplayPart,
  type Context,
  Converter,
  type DeclarationReflection,
  type Reflection,
  ReflectionKind,
  type SignatureReflection,
} from 'typedoc'
import ts from 'typescript'

/** An exported declaration, as its source spells it. */
export interface Declared extends Described {
  readonly name: string
  /** In the repository: `src/repositories/users/repository.ts`. */
  readonly file: string
  readonly kind: 'class' | 'interface' | 'type' | 'function' | 'value'
  /** Its declaration; undefined for classes and interfaces, whose members say it all. */
  readonly code: string | undefined
  readonly base: string | undefined
  readonly fields: readonly Field[]
  readonly methods: readonly Method[]
}

export interface Described {
  readonly summary: string
  readonly parameters: readonly { name: string; text: string }[]
  readonly throws: readonly { type: string; text: string }[]
}

export interface Field extends Described {
  readonly name: string
  readonly type: string
  readonly isOptional: boolean
}

export interface Method extends Described {
  readonly name: string
  readonly code: string
}

const ENTRIES = [
  'src/index.ts',
  'src/admin.ts',
  'src/testing.ts',
  'src/validators.ts',
  'src/opentelemetry.ts',
  'src/query.ts',
]

/** Reads the exports of the package's entries and their doc comments with TypeDoc. */
export async function readDeclarations(root: string): Promise<readonly Declared[]> {
  const app = await Application.bootstrap({
    entryPoints: ENTRIES.map((entry) => join(root, entry)),
    tsconfig: join(root, 'tsconfig.json'),
    basePath: root,
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    skipErrorChecking: true,
    disableGit: true,
    sourceLinkTemplate: '{path}',
    readme: 'none',
    sort: ['source-order'],
    preservedTypeAnnotationTags: ['@throws'],
    logLevel: 'Error',
  })
  const sources = new Sources()
  app.converter.on(Converter.EVENT_CREATE_SIGNATURE, sources.addSignature)
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, sources.addDeclaration)
  const project = await app.convert()
  if (!project) throw new Error('TypeDoc could not read the entries of src/.')
  const exported = (project.children ?? []).flatMap(({ children = [] }) => children)
  return exported
    .filter(({ kind }) => kind !== ReflectionKind.Reference && kind !== ReflectionKind.Namespace)
    .map((reflection) => declared(reflection, sources))
    .sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
}

/** Functions and classes first, then the types that they take and return. */
const rank = ({ kind }: Declared) => ({ function: 0, class: 1, interface: 2, type: 3, value: 4 })[kind]

/** The source text of each reflection: TypeDoc itself would print the expanded types. */
class Sources {
  readonly #nodes = new Map<Reflection, ts.Node>()
  #checker: ts.TypeChecker | undefined

  readonly addSignature = (_: Context, signature: SignatureReflection, node?: ts.Node): void => {
    if (node) this.#nodes.set(signature, node)
  }

  readonly addDeclaration = (context: Context, reflection: DeclarationReflection): void => {
    const node = context.getSymbolFromReflection(reflection)?.declarations?.[0]
    if (node) this.#nodes.set(reflection, node)
    this.#checker = context.checker
  }

  /** `find(userId: string): Promise<User | undefined>` */
  signature(signature: SignatureReflection): string {
    const node = this.#nodes.get(signature)
    if (!node || !ts.isFunctionLike(node)) return `${signature.name}${signature.toString()}`
    const generics = node.typeParameters ? `<${list(node.typeParameters)}>` : ''
    const result = node.type ? `: ${node.type.getText()}` : ''
    const head = `${signature.name}${generics}`
    const short = `${head}(${list(node.parameters)})${result}`
    if (short.length <= 100) return short
    return `${head}(\n${node.parameters.map((parameter) => `  ${flat(parameter)},\n`).join('')})${result}`
  }

  /** `'user' | 'admin'`; of a type that is computed, its result. */
  type(reflection: DeclarationReflection): string {
    const node = this.#nodes.get(reflection)
    const type = node && 'type' in node ? (node.type as ts.TypeNode | undefined) : undefined
    if (!type) return String(reflection.type ?? reflection.getSignature?.type ?? 'unknown')
    if (!/StatementRow|typeof /.test(type.getText()) || !this.#checker) return type.getText()
    const { NoTruncation, InTypeAlias, MultilineObjectLiterals } = ts.TypeFormatFlags
    return this.#checker
      .typeToString(
        this.#checker.getTypeFromTypeNode(type),
        type,
        NoTruncation | InTypeAlias | MultilineObjectLiterals,
      )
      .replace(/ {4}/g, '\n  ')
      .replace(/;\}/g, ';\n}')
  }

  typeParameters(reflection: DeclarationReflection): string {
    const node = this.#nodes.get(reflection)
    const parameters = node && ts.isTypeAliasDeclaration(node) ? node.typeParameters : undefined
    return parameters ? `<${list(parameters)}>` : ''
  }

  isClass(reflection: DeclarationReflection): boolean {
    const node = this.#nodes.get(reflection)
    return node !== undefined && ts.isClassDeclaration(node)
  }
}

const flat = (node: ts.Node) => node.getText().replace(/\s+/g, ' ')
const list = (nodes: readonly ts.Node[]) => nodes.map(flat).join(', ')

function declared(reflection: DeclarationReflection, sources: Sources): Declared {
  const { name, children = [], signatures = [], comment, extendedTypes = [] } = reflection
  const members = children.filter(
    ({ kind, flags }) => kind !== ReflectionKind.Constructor && !flags.isExternal && !flags.isStatic,
  )
  const kind = kindOf(reflection, sources)
  const isError = kind === 'class' && /Error$/.test(name)
  return {
    name,
    file: reflection.sources?.[0]?.fileName ?? '',
    kind,
    code: codeOf(reflection, kind, sources),
    base: extendedTypes.map(String).join(', ') || undefined,
    fields: members
      .filter(
        (member) => !member.signatures && !(isError && (member.inheritedFrom || member.name === 'name')),
      )
      .map((member) => ({
        name: member.name,
        type: sources.type(member),
        isOptional: member.flags.isOptional,
        ...described(member.comment ?? member.getSignature?.comment),
      })),
    methods: members
      .filter((member) => !member.name.startsWith('['))
      .flatMap((member) =>
        (member.signatures ?? []).map((signature) => ({
          name: member.name,
          code: sources.signature(signature),
          ...described(signature.comment),
        })),
      ),
    ...described(signatures[0]?.comment ?? comment),
  }
}

function kindOf(reflection: DeclarationReflection, sources: Sources): Declared['kind'] {
  if (reflection.kind === ReflectionKind.Function) return 'function'
  if (reflection.kind === ReflectionKind.TypeAlias) return 'type'
  if (reflection.kind === ReflectionKind.Variable) return 'value'
  return reflection.kind === ReflectionKind.Class || sources.isClass(reflection) ? 'class' : 'interface'
}

function codeOf(
  reflection: DeclarationReflection,
  kind: Declared['kind'],
  sources: Sources,
): string | undefined {
  const { name, signatures = [] } = reflection
  if (kind === 'function')
    return signatures.map((signature) => `function ${sources.signature(signature)}`).join('\n')
  if (kind === 'type')
    return shortened(`type ${name}${sources.typeParameters(reflection)} = ${sources.type(reflection)}`)
  if (kind === 'value') return shortened(`const ${name}: ${String(reflection.type)}`)
  return undefined
}

/** Long lists and trees are read in their source. */
const shortened = (code: string) => (code.length > 1_200 ? `${code.slice(0, 200).trimEnd()} …` : code)

function described(comment: Comment | undefined): Described {
  const tags = comment?.blockTags ?? []
  return {
    summary: textOf(comment?.summary ?? []),
    parameters: tags
      .filter(({ tag }) => tag === '@param')
      .map(({ name = '', content }) => ({ name, text: textOf(content) })),
    throws: tags
      .filter(({ tag }) => tag === '@throws')
      .map(({ typeAnnotation = '', content }) => ({
        type: typeAnnotation.replace(/[{}]/g, ''),
        text: textOf(content),
      })),
  }
}

const textOf = (parts: readonly CommentDisplayPart[]) =>
  parts
    .map(({ kind, text }) => (kind === 'inline-tag' ? `\`${text}\`` : text))
    .join('')
    .trim()
