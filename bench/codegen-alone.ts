import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { enableCompileCache } from 'node:module'
import { promisify } from 'node:util'
import pg from 'pg'
import { startScratchServer } from '../scripts/scratch/index.ts'

// The minimum that generates types from schema/: the same server, the SQL files, and plain kysely-codegen, run by its
// command line or, with the argument `imported`, in this process while the server starts.
enableCompileCache()
const isImported = process.argv[2] === 'imported'
// kysely-codegen's pool, which is not accessible, reports the stop of the server as an error.
process.on('uncaughtException', () => {})
const starting = startScratchServer()
const codegen = isImported ? (await import('kysely-codegen')).default : undefined
const server = await starting
const { url } = await server.createDatabase()
const client = new pg.Client(url)
await client.connect()
const files = (await readdir('schema')).filter((name) => name.endsWith('.sql')).sort()
for (const file of files) await client.query(await readFile(`schema/${file}`, 'utf8'))
await client.end()
if (codegen) {
  const dialect = codegen.getDialect('postgres')
  const db = await dialect.introspector.connect({ connectionString: url, dialect })
  await codegen.generate({ db, dialect, outFile: null })
  await db.destroy()
} else {
  await promisify(execFile)('node_modules/.bin/kysely-codegen', ['--url', url, '--print'])
}
await server.close()
