import { serve } from '@hono/node-server'
import { openDatabase } from '@norberts-spark/db'
import { buildApp } from './app.ts'

const { DATABASE_URL = '', PORT = '3000' } = process.env

const db = openDatabase(DATABASE_URL)
const server = serve({ fetch: buildApp(db).fetch, port: Number(PORT), hostname: '127.0.0.1' }, ({ port }) =>
  console.log(`Listening on http://127.0.0.1:${port}`),
)

/** Answers the current requests, then closes the connections. */
function shutDown(): void {
  server.close(() => void db.close())
}
process.once('SIGTERM', shutDown)
process.once('SIGINT', shutDown)
