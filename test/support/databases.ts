import pg from 'pg'

/** The same server with another database. */
export function withDatabase(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}

/** The name of the database in a URL. */
export function databaseOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1))
}

/** Runs SQL over a connection of its own. */
export async function runSql(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const result = await client.query(text)
    return Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows
  } finally {
    await client.end()
  }
}

/** A database that is dropped at the end, for example a copy: `create database … template …`. */
export async function temporaryDatabase(
  url: string,
  name: string,
  options = '',
): Promise<AsyncDisposable & { url: string; name: string }> {
  const maintenance = withDatabase(url, 'postgres')
  await runSql(maintenance, `create database ${name} ${options}`)
  return {
    name,
    url: withDatabase(url, name),
    async [Symbol.asyncDispose]() {
      await runSql(maintenance, `drop database if exists ${name} with (force)`)
    },
  }
}
