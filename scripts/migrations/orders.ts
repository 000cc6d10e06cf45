import { compareDatabases } from '../../src/admin/index.ts'
import { migrate } from '../../src/admin.ts'
import type { ScratchDatabase, ScratchServer } from '../scratch/index.ts'
import { headerValue, type MigrationFile } from './migration-text.ts'
import { statementsOf } from './sql.ts'
import { TemporaryFolder } from './temporary-folder.ts'

export interface Orders {
  /** Files of two branches whose outcome depends on the order. */
  readonly conflicts: readonly string[]
  /** The same of files whose headers do not say what they follow. */
  readonly warnings: readonly string[]
}

/** The files of one branch, which are applied one after the other. */
interface Branch {
  readonly follows: string | undefined
  readonly files: readonly MigrationFile[]
}

/**
 * A database that has the later of two branches gets the earlier one afterwards. Tries each such pair in both orders, and names the objects
 * that differ: a function that both replace ends with the body of the one applied last.
 */
export async function conflictingOrders(
  server: ScratchServer,
  known: readonly MigrationFile[],
): Promise<Orders> {
  const branches = branchesOf(known)
  const [conflicts, warnings]: [string[], string[]] = [[], []]
  for (const [place, later] of branches.entries()) {
    for (const earlier of branches.slice(1, place)) {
      const isStated = later.follows !== undefined
      const isConcurrent = isStated
        ? lastOf(earlier) > (later.follows as string)
        : earlier.follows === undefined && shareObjects(earlier, later)
      if (!isConcurrent) continue
      const conflict = await conflictOf(server, { known, earlier, later })
      if (conflict !== undefined) (isStated ? conflicts : warnings).push(conflict)
    }
  }
  return { conflicts, warnings }
}

const nameOf = ({ name }: MigrationFile) => name.replace(/\.sql$/, '')
const lastOf = ({ files }: Branch) => nameOf(files.at(-1) as MigrationFile)

/** Files of one call of db:generate follow the same one and are numbered: `…_edit`, `…_edit_2`. */
function branchesOf(known: readonly MigrationFile[]): Branch[] {
  const branches: Branch[] = []
  for (const file of known) {
    const follows = headerValue(file.sql, 'follows')
    const last = branches.at(-1)
    const [first] = last?.files ?? []
    const isNext =
      first !== undefined && titleOf(file) === `${titleOf(first)}_${(last?.files.length ?? 0) + 1}`
    if (last && isNext && follows !== undefined && last.follows === follows)
      branches[branches.length - 1] = { follows, files: [...last.files, file] }
    else branches.push({ follows, files: [file] })
  }
  return branches
}

/** Without the time. */
const titleOf = (file: MigrationFile) => nameOf(file).slice(15)

/** Whether both define one function, view, type or other object, or change one table. */
function shareObjects(one: Branch, other: Branch): boolean {
  const names = objectsOf(other)
  return [...objectsOf(one)].some((name) => names.has(name))
}

function objectsOf({ files }: Branch): Set<string> {
  const found = new Set<string>()
  for (const { sql } of files) {
    try {
      for (const { node } of statementsOf(sql)) collectNames(node, found)
    } catch {
      // The proof says what is wrong with it.
    }
  }
  return found
}

interface Named {
  relname?: string
  funcname?: { String?: { sval?: string } }[]
  objname?: { String?: { sval?: string } }[]
  typeName?: { String?: { sval?: string } }[]
}

function collectNames(node: unknown, found: Set<string>): void {
  if (typeof node !== 'object' || node === null) return
  if (Array.isArray(node)) {
    for (const each of node) collectNames(each, found)
    return
  }
  const { relname, funcname, objname, typeName } = node as Named
  if (relname) found.add(relname)
  for (const names of [funcname, objname, typeName]) {
    const last = Array.isArray(names) ? names.at(-1)?.String?.sval : undefined
    if (last) found.add(last)
  }
  for (const value of Object.values(node)) collectNames(value, found)
}

async function conflictOf(
  server: ScratchServer,
  { known, earlier, later }: { known: readonly MigrationFile[]; earlier: Branch; later: Branch },
): Promise<string | undefined> {
  const base = known.filter(
    (file) =>
      nameOf(file) <= (later.follows ?? nameBefore(known, earlier)) &&
      !earlier.files.includes(file) &&
      !later.files.includes(file),
  )
  await using inOrder = await server.createDatabase()
  await using reversed = await server.createDatabase()
  const names = `${earlier.files.map(nameOf).join(', ')} and ${later.files.map(nameOf).join(', ')}`
  if (await failure(inOrder, [base, earlier.files, later.files])) return undefined // The proof names what fails in order.
  const failed = await failure(reversed, [base, later.files, earlier.files])
  if (failed !== undefined) {
    // Without a statement of what it follows, the later one may just need the earlier one.
    return later.follows === undefined
      ? undefined
      : `${names} come from two branches. A database that already has the second cannot apply the first: ${failed}. Write the later one again: delete it and run db:generate.`
  }
  const differences = await compareDatabases(inOrder.url, reversed.url)
  if (differences.length === 0) return undefined
  const objects = [...new Set(differences.map(({ object }) => object))].join(', ')
  return `${names} lead to different databases depending on their order, in ${objects}. A database that already has the second applies the first after it. ${
    later.follows === undefined
      ? 'If they come from two branches, write the later one again with db:generate.'
      : 'They come from two branches: delete the later one and write it again with db:generate.'
  }`
}

/** The last file before a branch. */
function nameBefore(known: readonly MigrationFile[], { files }: Branch): string {
  const index = known.indexOf(files[0] as MigrationFile)
  return index > 0 ? nameOf(known[index - 1] as MigrationFile) : ''
}

/** Applies groups of files, each group in a run of its own; the message where one fails. */
async function failure(
  { url }: ScratchDatabase,
  groups: readonly (readonly MigrationFile[])[],
): Promise<string | undefined> {
  using folder = await TemporaryFolder.create()
  try {
    for (const files of groups.filter(({ length }) => length > 0)) {
      await folder.write(files)
      await migrate(url, { folder: folder.path, environment: 'test' })
    }
    return undefined
  } catch (error) {
    const { cause, message } = error as Error
    return cause instanceof Error ? cause.message : message
  }
}
