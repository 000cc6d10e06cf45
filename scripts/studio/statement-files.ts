import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InvalidInputError } from '../../src/errors/index.ts'
import { packagePath } from '../../src/package/index.ts'
import type { Statement as DeclaredStatement } from './declared-statements.ts'

/** A statement of a repository, from the file that `generate` wrote. */
export interface Statement {
  /** The name, such as `users.list(role)`. */
  readonly name: string
  readonly sql: string
  readonly parameters: readonly Parameter[]
}

export interface Parameter {
  readonly name: string
  readonly type: string
}

/**
 * The statements of the package's repositories, with each combination of filters, and those in `folder`, which are a service's own.
 *
 * @throws the errors of `readOwnStatements`.
 */
export async function readStatements(folder?: string): Promise<Statement[]> {
  const own = await readOwnStatements(folder)
  const written = await readFolder(packagePath('generated/sql'))
  const { statements } = await import('./declared-statements.ts')
  return [...own, ...written, ...combinations(written, statements())]
}

/**
 * The statements in the folder of a service.
 *
 * @throws {InvalidInputError} the folder cannot be read, or has no file of statements.
 */
export async function readOwnStatements(folder: string | undefined): Promise<Statement[]> {
  return folder === undefined ? [] : readFolder(folder)
}

/** Combinations of several filters, which have no file: a parameter is of the same type as in the statement of one filter. */
function combinations(written: readonly Statement[], declared: readonly DeclaredStatement[]): Statement[] {
  const types = new Map(
    written.flatMap(({ name, parameters }) =>
      parameters.map((parameter) => [`${methodOf(name)} ${parameter.name}`, parameter.type]),
    ),
  )
  return declared
    .filter(({ isRare }) => isRare)
    .map(({ name, sql, parameters }) => ({
      name,
      sql,
      parameters: parameters.map((each) => ({
        name: each,
        type: types.get(`${methodOf(name)} ${each}`) ?? 'text',
      })),
    }))
}

const methodOf = (name: string) => name.split('(')[0]

async function readFolder(folder: string): Promise<Statement[]> {
  const refuse = (reason: string, cause?: unknown): never => {
    const rule = 'must be the folder sql/ that `generate --statements` writes'
    throw new InvalidInputError('statements', `${rule}: ${folder} ${reason}`, { cause })
  }
  const names = await readdir(folder).catch((cause: unknown) => refuse('cannot be read', cause))
  const files = names.filter((name) => name.endsWith('.sql')).sort()
  if (files.length === 0) refuse('contains no .sql file')
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.flatMap(parseStatements)
}

const NAME = /^-- (?!\$)(.+)\n/
const PARAMETER = /^-- \$\d+ (.+): (.+)\n/

/** Reads a file of `generated/sql/`: a banner, then for each statement its name, its parameters and its SQL. */
export function parseStatements(text: string): Statement[] {
  const [, ...blocks] = `\n\n${text}`.split(/\n\n(?=-- (?!\$))/)
  return blocks.flatMap((block) => {
    const name = NAME.exec(block)
    if (!name) return []
    let rest = block.slice(name[0].length)
    const parameters: Parameter[] = []
    for (let match = PARAMETER.exec(rest); match; match = PARAMETER.exec(rest)) {
      parameters.push({ name: match[1] as string, type: match[2] as string })
      rest = rest.slice(match[0].length)
    }
    const sql = rest.trim().replace(/;$/, '')
    return sql === '' ? [] : [{ name: name[1] as string, sql, parameters }]
  })
}
