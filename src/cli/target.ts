import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'

/** The database that a command is about, and how it was found. */
export interface Target {
  readonly url: string
  /** Such as `DATABASE_URL in .env`. */
  readonly origin: string
}

/** `--url`, else DATABASE_URL of the environment or of a file `.env`, else the project's own dev server. */
export async function findTarget(url: string | undefined): Promise<Target> {
  if (url !== undefined) return { url, origin: '--url' }
  if (process.env.DATABASE_URL) return { url: process.env.DATABASE_URL, origin: 'DATABASE_URL' }
  const { DATABASE_URL } = parseEnv(await readFile('.env', 'utf8').catch(() => ''))
  if (DATABASE_URL) return { url: DATABASE_URL, origin: 'DATABASE_URL in .env' }
  const { startDevServer } = await import('../server/index.ts')
  const server = await startDevServer()
  return {
    url: server.url,
    origin: server.started ? 'the dev server, which was started' : 'the dev server',
  }
}

/** Without its password. */
export function describe(url: string): string {
  if (!URL.canParse(url)) return url.replace(/:[^:@/]*@/, ':…@')
  const { host, pathname } = new URL(url)
  return `${decodeURIComponent(pathname.slice(1))} on ${host}`
}
