import { fileURLToPath } from 'node:url'
import { applySchema } from '../../scripts/generate/apply.ts'
import { grantedLogin, startScratchServer } from '../../scripts/scratch/index.ts'
import { installExample } from '../install.ts'

/** Starts the service on an embedded database with customers of the seed: `npm run example:crm`. */
installExample('crm-service')
const server = await startScratchServer()
const { url } = await server.createDatabase()
await applySchema(url, fileURLToPath(new URL('../../schema', import.meta.url)))

const { fill } = await import('./example-data.ts')
await fill(url)

// The service serves with a login that owns nothing: row security holds for it.
process.env.DATABASE_URL = (await grantedLogin(url, 'app')).url
await import('./main.ts')
