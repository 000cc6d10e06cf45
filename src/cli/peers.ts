import { createRequire } from 'node:module'
import { AdminError } from '../admin/index.ts'
import { ownUrl } from '../package/index.ts'

/**
 * Checks that the packages of a command are installed, which are optional peers of this package.
 *
 * @throws {AdminError} naming those that are missing, and the command that installs them.
 */
export function requirePeers(command: string, peers: readonly string[]): void {
  const { resolve } = createRequire(ownUrl() ?? import.meta.url)
  const missing = peers.filter((peer) => {
    try {
      resolve(peer)
      return false
    } catch (error) {
      // A package that exports nothing to `require` is installed, too.
      return (error as { code?: string }).code === 'MODULE_NOT_FOUND'
    }
  })
  if (missing.length === 0) return
  throw new AdminError(
    `${command} needs packages that are not installed: ${missing.join(', ')}. Run \`npm install --save-dev ${peers.join(' ')}\`.`,
  )
}
