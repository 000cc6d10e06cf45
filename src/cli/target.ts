import { stat } from 'node:fs/promises'
import { parseEnv } from 'node:util'

/** The database that a command works on, and where its URL comes from. */
export interface Target {
  readonly url: string
  /** For example `DATABASE_URL in .env`. */
  readonly origin: string
}

/**
 * Finds the database: `--url`, else DATABASE_URL of the environment or of a file `.env`, else the project's own dev
 * server. DATABASE_ENVIRONMENT of the file becomes a variable of the process, unless it is set, or the file is about
 * another database.
 *
 * @throws {InvalidInputError} the URL is not valid; the message names its origin.
 * @throws {AdminError} the file `.env` has another encoding than UTF-8 or UTF-16.
 */
export async function findTarget(flag: string | undefined): Promise<Target> {
  const { readUrl } = await import('../admin/index.ts')
  const file = await readEnvFile()
  const target = findUrl(flag, file.DATABASE_URL)
  const isAboutAnother = file.DATABASE_URL !== undefined && file.DATABASE_URL !== target?.url
  if (file.DATABASE_ENVIRONMENT && !isAboutAnother)
    process.env.DATABASE_ENVIRONMENT ??= file.DATABASE_ENVIRONMENT
  if (target) return { ...target, url: readUrl(target.url, target.origin) }
  const { startDevServer } = await import('../server/index.ts')
  const { url, started } = await startDevServer()
  return { url, origin: started ? 'the dev server, which was started' : 'the dev server' }
}

function findUrl(flag: string | undefined, inFile: string | undefined): Target | undefined {
  if (flag !== undefined) return { url: flag, origin: '--url' }
  if (process.env.DATABASE_URL) return { url: process.env.DATABASE_URL, origin: 'DATABASE_URL' }
  return inFile ? { url: inFile, origin: 'DATABASE_URL in .env' } : undefined
}

async function readEnvFile(): Promise<Partial<Record<string, string>>> {
  const found = await stat('.env').catch(() => undefined)
  if (!found?.isFile()) return {}
  const { readTextFile } = await import('../admin/index.ts')
  return parseEnv(await readTextFile('.env'))
}
