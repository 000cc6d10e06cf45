import { fields, optional, text } from '../input/index.ts'
import { databaseName } from './guard.ts'
import { type Entry, readHistory, type SourcedMigration } from './history.ts'
import { labelOf } from './migration-plan.ts'
import { type MigrateOptions, readFolders, readServiceName } from './migrations.ts'
import { inTransaction } from './session.ts'
import { LIBRARY } from './tool-schema.ts'

export interface MigrationStatus {
  database: string
  migrations: MigrationState[]
}

export interface MigrationState {
  name: string
  /** The service whose migration it is; absent for the package's own. */
  service?: string
  appliedAt: Date | undefined
  /**
   * `changed`: the file is not what was applied; `broken off`: begun without a transaction, and interrupted; `unknown`:
   * the folder has no such file.
   */
  state: 'applied' | 'pending' | 'changed' | 'broken off' | 'unknown'
}

/**
 * Each migration of the folders or the database, and when it was applied: the package's, then those of services. Changes
 * nothing, and waits for no other command. Of a service whose folder is not given, it shows what the database has.
 */
export async function migrationStatus(
  url: string,
  options: Pick<MigrateOptions, 'folder' | 'name'> = {},
): Promise<MigrationStatus> {
  const files = await readFolders(readStatusOptions(options, 'options'))
  return inTransaction(
    url,
    async (client) => {
      const entries = new Map((await readHistory(client))?.map((entry) => [labelOf(entry), entry]))
      const known = new Map(files.map((file) => [labelOf(file), file]))
      const sources = new Set(files.map(({ source }) => source))
      const all = [...new Map<string, Entry | SourcedMigration>([...entries, ...known])].sort(inOrder)
      return {
        database: await databaseName(client),
        migrations: all.map(([label, { source, name }]) => ({
          name,
          ...(source !== LIBRARY && { service: source }),
          ...stateOf(entries.get(label), known.get(label), sources.has(source)),
        })),
      }
    },
    { readOnly: true },
  )
}

const readStatusOptions = fields<Pick<MigrateOptions, 'folder' | 'name'>>({
  folder: optional(text),
  name: optional(readServiceName),
})

type Labelled = [string, Entry | SourcedMigration]

/** The package's own first, then those of services by name. */
function inOrder([, one]: Labelled, [, other]: Labelled): number {
  const rank = ({ source }: Entry | SourcedMigration) => (source === LIBRARY ? '' : source)
  if (one.source !== other.source) return rank(one) < rank(other) ? -1 : 1
  return one.name < other.name ? -1 : 1
}

function stateOf(
  entry: Entry | undefined,
  file: SourcedMigration | undefined,
  isFolderKnown: boolean,
): Pick<MigrationState, 'appliedAt' | 'state'> {
  const appliedAt = entry?.appliedAt ?? undefined
  if (!appliedAt) {
    const isBegun = entry !== undefined && (entry.stepsDone > 0 || entry.stepBegun !== null)
    return { appliedAt, state: isBegun ? 'broken off' : file ? 'pending' : 'unknown' }
  }
  if (!isFolderKnown) return { appliedAt, state: 'applied' }
  if (!file) return { appliedAt, state: 'unknown' }
  return { appliedAt, state: entry?.checksum === file.checksum ? 'applied' : 'changed' }
}
