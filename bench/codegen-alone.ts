import { readdir, readFile } from 'node:fs/promises'
import { enableCompileCache } from 'node:module'
import pg from 'pg'
import { startScratchServer } from '../scripts/scratch/index.ts'

// The least that gives types from schema/: the same server, the files as they are, kysely-codegen as it comes.
enableCompileCache()
// Its pool, which it does not hand out, calls the end of the server an error.
process.on('uncaughtException', () => {})
const starting = startScratchServer()
const { default: codegen } = await import('kysely-codegen')
const server = await starting
const { url } = await server.createDatabase()
const client = new pg.Client(url)
await client.connect()
const files = (await readdir('schema')).filter((name) => name.endsWith('.sql')).sort()
for (const file of files) await client.query(await readFile(`schema/${file}`, 'utf8'))
await client.end()
const dialect = codegen.getDialect('postgres')
const db = await dialect.introspector.connect({ connectionString: url, dialect })
await codegen.generate({ db, dialect, outFile: null })
await db.destroy()
await server.close()
