import { openDatabase } from '@norberts-spark/db'
import { buildApp } from './app.ts'
import { mockModel } from './model.ts'

const { DATABASE_URL = '', PORT = '3000', MODEL_DELAY = '50', LOG_LEVEL = 'info' } = process.env

const db = openDatabase(DATABASE_URL)
const app = buildApp(db, mockModel(Number(MODEL_DELAY)), { logLevel: LOG_LEVEL })

/** Stops and saves current answers, then closes the connections. */
async function shutDown(): Promise<void> {
  await app.close()
  await db.close()
}
process.once('SIGTERM', shutDown)
process.once('SIGINT', shutDown)

console.log(`Listening on ${await app.listen({ port: Number(PORT) })}`)
