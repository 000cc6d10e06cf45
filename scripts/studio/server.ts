import type { AddressInfo } from 'node:net'
import { InvalidInputError } from '../../src/errors/index.ts'
import { readAssets } from './bundle.ts'
import { StudioDatabase, type StudioDatabaseOptions } from './database.ts'
import { readOwnStatements, readStatements } from './statement-files.ts'

/** Options of the studio. */
export interface StudioOptions extends StudioDatabaseOptions {
  /** The port to listen on; default: a free one. */
  port?: number | undefined
  /** A folder of a service's own statements, which `generate --statements` has written. */
  statements?: string | undefined
}

/** A running studio. */
export interface Studio extends AsyncDisposable {
  /** The link with the token, in the part of the URL that browsers keep to themselves. It opens the database to everyone who has it. */
  readonly url: string
  readonly database: string
  readonly isWritable: boolean
}

/**
 * Serves the studio to browsers on this machine until it is disposed of.
 *
 * @throws {InvalidInputError} the port is in use, or the folder of statements cannot be read. Further errors are those of `StudioDatabase.open`.
 */
export async function startStudio(
  url: string,
  { port = 0, statements: folder, ...options }: StudioOptions = {},
): Promise<Studio> {
  // Read at each request, so that the pages follow `generate`; read here, so that a wrong folder is reported.
  const statements = () => readStatements(folder)
  await readOwnStatements(folder)
  const opening = StudioDatabase.open(url, options)
  // While PostgreSQL answers. Awaited below, so that an error of opening the database is reported first.
  const loading = Promise.all([import('./app.ts'), import('@hono/node-server'), readAssets()])
  loading.catch(() => {})
  const database = await opening
  const [{ newToken, studioApp }, { createAdaptorServer }, assets] = await loading.catch(async (error) => {
    await database[Symbol.asyncDispose]()
    throw error
  })
  const token = newToken()
  const { fetch } = studioApp(database, { assets, token, statements })
  const server = createAdaptorServer({ fetch })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  }).catch(async (error: NodeJS.ErrnoException) => {
    await database[Symbol.asyncDispose]()
    if (error.code !== 'EADDRINUSE') throw error
    throw new InvalidInputError('port', `must be a free port or be omitted: ${port} is in use`, {
      cause: error,
    })
  })
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${taken}/#token=${token}`,
    database: database.name,
    isWritable: database.isWritable,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => {
        server.close(resolve)
        if ('closeAllConnections' in server) server.closeAllConnections()
      })
      await database[Symbol.asyncDispose]()
    },
  }
}
