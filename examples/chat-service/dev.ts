import { fileURLToPath } from 'node:url'
import { applySchema } from '../../scripts/generate/apply.ts'
import { grantedLogin, startScratchServer } from '../../scripts/scratch/index.ts'
import { installExample } from '../install.ts'

/** Starts the service on an embedded database with a user and a few customers: `npm run example`. */
installExample()
const server = await startScratchServer()
const { url } = await server.createDatabase()
await applySchema(url, fileURLToPath(new URL('../../schema', import.meta.url)))

const { openDatabase } = await import('@norberts-spark/db')
await using db = openDatabase(url)
const user = await db.users.create({
  name: 'Ada',
  email: 'ada@example.test',
  passwordHash: `$2b$10$${'h'.repeat(53)}`,
})
for (const displayName of ['Acme', 'Acme Baltics', 'Zenith'])
  await db.customers.create({ legalName: `${displayName} SIA`, displayName })

// The service serves with a login that owns nothing: row security holds for it.
process.env.DATABASE_URL = (await grantedLogin(url, 'app')).url
process.env.LOG_LEVEL ??= 'warn'
await import('./main.ts')
console.log(
  `\nexport USER_ID=${user.userId} # Commands to try are in examples/chat-service/README.md. Press Ctrl-C to stop.`,
)
