import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import {
  type ScratchDatabase,
  ScratchDatabases,
  type ScratchRun,
  ServerError,
} from '../../src/server/index.ts'
import type { StartedServer } from './started-server.ts'

/** A temporary PostgreSQL server: closing it removes every database created on it. */
export interface ScratchServer extends ScratchRun, AsyncDisposable {
  /** The kind and version of the server, for example `embedded PostgreSQL 18.4`; never a password. */
  readonly description: string
  /** PostgreSQL's server_version_num, for example 180004. */
  readonly version: number
  createDatabase(options?: { template?: string }): Promise<ScratchDatabase>
  /** Drops the databases and stops the server if it was started here. */
  close(): Promise<void>
}

const OLDEST = 150_000

/**
 * Starts a scratch server, and removes leftovers of interrupted runs.
 *
 * @param choice empty or `embedded` for embedded PostgreSQL, `container`, or the URL of a server on which to create
 *   databases. Defaults to the environment variable SCRATCH.
 * @param options.durable its commits wait for the disk; embedded PostgreSQL only.
 * @throws {ServerError} the server cannot be started or used.
 */
export async function startScratchServer(
  choice = process.env.SCRATCH ?? '',
  { durable = false } = {},
): Promise<ScratchServer> {
  const started = await start(choice, durable)
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

async function start(choice: string, durable: boolean): Promise<StartedServer> {
  if (choice === '' || choice === 'embedded')
    return (await import('./embedded.ts')).startEmbedded({ durable })
  if (durable)
    throw new ServerError('Only embedded PostgreSQL can be started with commits that wait. Unset SCRATCH.')
  if (choice === 'container') return (await import('./container.ts')).startContainer()
  if (/^postgres(ql)?:\/\//.test(choice) && URL.canParse(choice)) {
    return { kind: `${new URL(choice).host},`, adminUrl: choice, isThrownAway: false, stop: async () => {} }
  }
  throw new ServerError(
    'SCRATCH must be empty (embedded PostgreSQL), `container` (testcontainers), or the postgres:// URL of a server on which to create databases.',
  )
}

async function inspect(admin: pg.Pool): Promise<number> {
  const { rows } = await admin.query<{ version: number; canCreate: boolean }>(
    `select current_setting('server_version_num')::int as version, rolcreatedb or rolsuper as "canCreate"
     from pg_roles where rolname = current_user`,
  )
  const { version = 0, canCreate = false } = rows[0] ?? {}
  if (version < OLDEST)
    throw new ServerError(`PostgreSQL 15 or later is required; this server runs ${versionName(version)}.`)
  if (!canCreate)
    throw new ServerError('The role must be allowed to create databases: `alter role … createdb`.')
  return version
}

function versionName(version: number): string {
  return `${Math.trunc(version / 10_000)}.${version % 10_000}`
}

/** Advice by SQLSTATE or by Node's error code. */
const ADVICE: Readonly<Record<string, string>> = {
  '28P01': 'Check the user and the password in the URL.',
  '28000': 'Check the user and the password in the URL.',
  '3D000': 'Name an existing database, for example postgres.',
  ECONNREFUSED: 'Check that the server is running, and the host and port in the URL.',
  ENOTFOUND: 'Check the host in the URL.',
}

function withAdvice(cause: unknown, { kind }: StartedServer): Error {
  const { message, code } = cause as { message?: string; code?: string }
  const advice = ADVICE[code ?? '']
  return new ServerError(
    `The scratch server (${kind.replace(/,$/, '')}) cannot be used: ${message || code}${advice ? `. ${advice}` : ''}`,
    { cause },
  )
}
