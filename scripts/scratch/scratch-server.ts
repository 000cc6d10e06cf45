import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import {
  type ScratchDatabase,
  ScratchDatabases,
  type ScratchRun,
  ServerError,
} from '../../src/server/index.ts'
import type { StartedServer } from './started-server.ts'

/** A PostgreSQL server for a while: whatever is made on it is gone afterwards. */
export interface ScratchServer extends ScratchRun, AsyncDisposable {
  /** Such as `embedded PostgreSQL 18.4`; never a password. */
  readonly description: string
  /** Such as 180004. */
  readonly version: number
  createDatabase(options?: { template?: string }): Promise<ScratchDatabase>
  /** Drops the databases and stops what was started. */
  close(): Promise<void>
}

const OLDEST = 150_000

/**
 * Starts a scratch server: embedded PostgreSQL unless `choice` says `container`, or is the URL of a server on which
 * to make databases. Leftovers of interrupted runs are removed first.
 *
 * @param choice defaults to the environment variable SCRATCH.
 */
export async function startScratchServer(choice = process.env.SCRATCH ?? ''): Promise<ScratchServer> {
  const started = await start(choice)
  const run = randomBytes(4).toString('hex')
  const databases = new ScratchDatabases({ adminUrl: started.adminUrl, run })
  const close = async () => {
    await databases.close({ drop: !started.isThrownAway }).catch(() => {})
    await started.stop()
  }
  try {
    const version = await inspect(databases.admin)
    await databases.sweep()
    return {
      adminUrl: started.adminUrl,
      run,
      version,
      description: `${started.kind} PostgreSQL ${versionName(version)}`,
      createDatabase: (options) => databases.createDatabase(options),
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw withAdvice(error, started)
  }
}

async function start(choice: string): Promise<StartedServer> {
  if (choice === '' || choice === 'embedded') return (await import('./embedded.ts')).startEmbedded()
  if (choice === 'container') return (await import('./container.ts')).startContainer()
  if (/^postgres(ql)?:\/\//.test(choice) && URL.canParse(choice)) {
    return { kind: `${new URL(choice).host},`, adminUrl: choice, isThrownAway: false, stop: async () => {} }
  }
  throw new ServerError(
    'SCRATCH must be empty (embedded PostgreSQL), `container` (testcontainers), or the postgres:// URL of a server on which to make databases.',
  )
}

async function inspect(admin: pg.Pool): Promise<number> {
  const { rows } = await admin.query<{ version: number; may: boolean }>(
    `select current_setting('server_version_num')::int as version, rolcreatedb or rolsuper as may
     from pg_roles where rolname = current_user`,
  )
  const { version = 0, may = false } = rows[0] ?? {}
  if (version < OLDEST)
    throw new ServerError(`PostgreSQL 15 or later is needed, this is ${versionName(version)}.`)
  if (!may) throw new ServerError('The role must be allowed to create databases: `alter role … createdb`.')
  return version
}

function versionName(version: number): string {
  return `${Math.trunc(version / 10_000)}.${version % 10_000}`
}

/** By SQLSTATE, or by what Node says of the socket. */
const ADVICE: Readonly<Record<string, string>> = {
  '28P01': 'Check user and password of the URL.',
  '28000': 'Check user and password of the URL.',
  '3D000': 'Name a database that is there, such as postgres.',
  ECONNREFUSED: 'Is the server running, and are host and port of the URL right?',
  ENOTFOUND: 'Is the host of the URL right?',
}

function withAdvice(cause: unknown, { kind }: StartedServer): Error {
  const { message, code } = cause as { message?: string; code?: string }
  const advice = ADVICE[code ?? '']
  return new ServerError(
    `The scratch server (${kind.replace(/,$/, '')}) cannot be used: ${message || code}${advice ? `. ${advice}` : ''}`,
    { cause },
  )
}
