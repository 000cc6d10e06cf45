import type { ScratchDatabase, ScratchServer } from '../scratch/index.ts'
import { type Draft, draft, emptyDraft, filesOf, RenameError } from './draft.ts'
import type { MigrationFile } from './migration-text.ts'
import { ProofError, prove } from './proof.ts'
import type { Rename } from './renames.ts'
import { repair } from './repair.ts'

/** Where a migration leads from and to. */
export interface Route {
  readonly known: readonly MigrationFile[]
  /** With the known migrations applied. */
  readonly current: ScratchDatabase
  /** As schema/ is. */
  readonly fresh: ScratchDatabase
  /** The SQL of schema/. */
  readonly schema: string
  /** Whether src/seed/ knows the tables. */
  readonly isSeeded: boolean
  /** Whether it is proven with made rows, too; default true. */
  readonly hasRows?: boolean
  /** Whether psql runs it, not `migrate`. */
  readonly isScript?: boolean
}

export interface GenerateOptions {
  readonly name: string
  readonly renames: readonly Rename[]
  /** Decides about possible renames; returns those that are some. */
  readonly decide: (candidates: readonly Rename[]) => Promise<readonly Rename[]>
  readonly allowsDataLoss: boolean
  /** Keeps those of the losing statements that lose something in the database at hand; all by default. */
  readonly inUse?: (losses: readonly string[]) => Promise<readonly string[]>
  /** Whether to return a migration that is not proven, to be completed by hand. */
  readonly isDraft: boolean
  readonly at: Date
}

export interface Generated {
  /** Empty where the known migrations lead to schema/. */
  readonly files: readonly MigrationFile[]
  readonly warnings: readonly string[]
}

/**
 * Writes the migration that leads from the known ones to schema/, and proves it.
 *
 * @throws {ProofError} it cannot be written or proven, or rows would lose data.
 */
export async function generateMigration(
  server: ScratchServer,
  route: Route,
  options: GenerateOptions,
): Promise<Generated> {
  const { known, current, fresh, schema, isSeeded, hasRows, isScript } = route
  const place = { name: options.name, at: options.at, last: known.at(-1)?.name }
  const planned = (renames: readonly Rename[]) =>
    draft(server, { current, fresh }, { ...place, renames, schema, isScript }).catch((error: unknown) => {
      throw unplanned(error)
    })
  const first = await planned(options.renames)
  const decided = first.candidates.length > 0 ? await options.decide(first.candidates) : []
  const drafted = decided.length > 0 ? await planned([...options.renames, ...decided]) : first
  const { losses } = drafted
  const refused = options.allowsDataLoss ? [] : await (options.inUse?.(losses) ?? losses)
  if (refused.length > 0) {
    throw new ProofError(
      `Rows would lose or change data:\n${refused.map((sql) => `  ${sql}`).join('\n')}\nNothing was written. If that is intended, add --allow-data-loss; otherwise add --draft and write it by hand.`,
    )
  }
  const tolerance = losses.length > 0 ? 'other types' : 'nothing'
  const proveFiles = async (added: readonly MigrationFile[]) =>
    prove(server, { known, added, tolerance, isSeeded, hasRows, current }, fresh)
  if (isEmpty(drafted) && (await leadsToSchema(proveFiles))) return { files: [], warnings: [] }
  try {
    const files = await provenFiles(drafted, {
      fresh,
      write: async (parts) => {
        const files = await filesOf(server, current, { ...place, parts, losses })
        return files.length > 0 ? files : [emptyDraft(place)]
      },
      prove: proveFiles,
    })
    return files
  } catch (error) {
    if (!options.isDraft) throw refusal(error)
    const files = await filesOf(server, current, { ...place, parts: drafted.parts, losses })
    return {
      files: files.length > 0 ? files : [emptyDraft(place)],
      warnings: [`Not proven, to be completed by hand: ${(error as Error).message}`],
    }
  }
}

const isEmpty = ({ parts }: Draft) =>
  parts.enumValues.length + parts.transaction.length + parts.steps.length === 0

/** The differ finds nothing: whether our own catalog of facts finds nothing either. */
async function leadsToSchema(
  proveFiles: (added: readonly MigrationFile[]) => Promise<unknown>,
): Promise<boolean> {
  try {
    await proveFiles([])
    return true
  } catch (error) {
    if (error instanceof ProofError && error.differences.length > 0) return false
    throw error
  }
}

interface Attempt {
  fresh: ScratchDatabase
  write: (parts: Draft['parts']) => Promise<MigrationFile[]>
  prove: (files: readonly MigrationFile[]) => Promise<readonly { table: string; reason: string }[]>
}

/** Repeated with the statements that the differ does not know, if they are all that is missing. */
async function provenFiles({ parts }: Draft, attempt: Attempt, left = 3): Promise<Generated> {
  const files = await attempt.write(parts)
  try {
    const unfilled = await attempt.prove(files)
    return { files, warnings: unfilledWarnings(files, unfilled) }
  } catch (error) {
    if (!(error instanceof ProofError) || left === 0) throw error
    const repaired = await repair(parts, error.differences, attempt.fresh.url)
    if (!repaired) throw error
    return provenFiles({ parts: repaired, candidates: [], losses: [] }, attempt, left - 1)
  }
}

/** @throws {ProofError} the migration changes a table that no rows could be made for. */
function unfilledWarnings(
  files: readonly MigrationFile[],
  unfilled: readonly { table: string; reason: string }[],
): string[] {
  const changed = unfilled.filter(({ table }) =>
    files.some(({ sql }) =>
      sql.split('\n').some((line) => line.startsWith('-- locks: ') && line.includes(`${table} (`)),
    ),
  )
  if (changed.length > 0) {
    throw new ProofError(
      `It changes tables that no rows could be made for, so that it is not proven with rows:\n${changed.map(({ table, reason }) => `  ${table}: ${reason}`).join('\n')}\nHave src/seed/ fill them.`,
    )
  }
  return unfilled.map(({ table, reason }) => `No rows could be made for ${table}: ${reason}`)
}

function unplanned(error: unknown): unknown {
  if (error instanceof RenameError) return new ProofError(`${error.message}\nNothing was written.`)
  return new ProofError(
    `This change cannot be planned: ${(error as Error).message}\nNothing was written. Split it into two migrations, or write it by hand: an empty file in schema/migrations/, then npm run db:check.`,
  )
}

function refusal(error: unknown): Error {
  if (!(error instanceof ProofError)) return error as Error
  return new ProofError(
    `${error.message}\nNothing was written. Change schema/, or write the migration with --draft, complete it by hand (statements that fix such rows first), and prove it: npm run db:check`,
    error.differences,
    error.refusesRows,
  )
}
