import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { InvalidInputError } from '../../src/errors/index.ts'
import { newToken, studioApp } from './app.ts'
import { bundleClient } from './bundle.ts'
import { StudioDatabase, type StudioDatabaseOptions } from './database.ts'

export interface StudioOptions extends StudioDatabaseOptions {
  /** Default: any that is free. */
  port?: number | undefined
}

export interface Studio extends AsyncDisposable {
  /** With the token: whoever has it sees the database. */
  readonly url: string
  readonly database: string
  readonly isWritable: boolean
}

/**
 * Serves the studio to browsers on this machine, until it is disposed of.
 *
 * @throws {InvalidInputError} the port is in use. Otherwise as `StudioDatabase.open`.
 */
export async function startStudio(
  url: string,
  { port = 0, ...options }: StudioOptions = {},
): Promise<Studio> {
  const assets = bundleClient()
  // Awaited below; a database that does not open is the first thing to say.
  assets.catch(() => {})
  const database = await StudioDatabase.open(url, options)
  const token = newToken()
  const { fetch } = studioApp(database, await assets, token)
  const server = createAdaptorServer({ fetch })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  }).catch(async (error: NodeJS.ErrnoException) => {
    await database[Symbol.asyncDispose]()
    if (error.code !== 'EADDRINUSE') throw error
    throw new InvalidInputError('port', `must be a free one, or be left out: ${port} is in use`, {
      cause: error,
    })
  })
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${taken}/?token=${token}`,
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
