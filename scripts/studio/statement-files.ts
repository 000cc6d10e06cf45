import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InvalidInputError } from '../../src/errors/index.ts'
import { packagePath } from '../../src/package/index.ts'

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
 * The statements of the package's repositories, and those in `folder`, which are a service's own.
 *
 * @throws {InvalidInputError} the folder cannot be read.
 */
export async function readStatements(folder?: string): Promise<Statement[]> {
  const own = folder === undefined ? [] : await readFolder(folder)
  return [...own, ...(await readFolder(packagePath('generated/sql')))]
}

async function readFolder(folder: string): Promise<Statement[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new InvalidInputError(
      'statements',
      `must be a folder that \`generate --statements\` has written: ${folder} cannot be read`,
      { cause },
    )
  })
  const files = names.filter((name) => name.endsWith('.sql')).sort()
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
