import pg from 'pg'
import { InvalidInputError } from '../errors/index.ts'
import type { Reader } from '../input/index.ts'

/**
 * Accepts the postgres:// URL of one database on one host. No message repeats the value, which may hold a password.
 *
 * @throws {InvalidInputError} it is no such URL; the message names the part that is wrong.
 */
export const readUrl: Reader<string> = (value, field) => {
  if (typeof value !== 'string' || value === '')
    throw new InvalidInputError(field, 'must be a postgres:// URL; check that DATABASE_URL is set')
  const fault = faultOf(value)
  if (fault) throw new InvalidInputError(field, fault)
  return value
}

/** The name of the database in a URL that `readUrl` accepted. */
export function databaseInUrl(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1))
}

/** The same server with another database. */
export function withDatabase(url: string, database: string): string {
  const other = new URL(url)
  other.pathname = `/${encodeURIComponent(database)}`
  return other.href
}

/** For people: `shop on db.example.com:5432`, without user and password. */
export function describeUrl(url: string): string {
  if (faultOf(url)) return 'a database whose URL is not valid'
  const { host, port } = clientFor(url) as pg.Client & { host: string; port: number }
  return `${databaseInUrl(url)} on ${host}:${port}`
}

const clientFor = (url: string) => new pg.Client({ connectionString: url })

function faultOf(url: string): string | undefined {
  if (!/^postgres(ql)?:\/\//.test(url))
    return 'must be a postgres:// URL, for example postgres://user:password@host:5432/database'
  if (!URL.canParse(url))
    return 'is not a valid URL: percent-encode special characters in the user name and the password'
  const { hostname, pathname, searchParams } = new URL(url)
  const hosts = [hostname, ...searchParams.getAll('host')]
    .filter(Boolean)
    .flatMap((host) => host.split(/,|%2c/i))
  const asked = searchParams.has('host') ? hosts.slice(hostname ? 1 : 0) : hosts
  if (asked.length > 1) return `names ${asked.length} hosts; give the URL of the one that is meant`
  if (/^\/*$/.test(pathname)) return 'names no database: postgres://host/<database>'
  try {
    decodeURIComponent(pathname)
    clientFor(url)
    return undefined
  } catch (error) {
    // A malformed escape, or a certificate that cannot be read.
    return error instanceof URIError
      ? 'contains a "%" that is not followed by two hexadecimal digits; write %25 for a percent sign'
      : `cannot be used: ${(error as { code?: string; path?: string }).code === 'ENOENT' ? `there is no file ${(error as { path?: string }).path}` : 'a parameter is not valid'}`
  }
}
