import { type Host, Hosts, TARGET_SESSIONS, type TargetSession } from '../connection/index.ts'
import { InvalidInputError } from '../errors/index.ts'
import { oneOf, wholeNumber } from '../input/index.ts'

/** Parameters of a URL that pg reads, or that are read here. */
const PARAMETERS: readonly string[] = [
  'application_name',
  'channel_binding',
  'client_encoding',
  'connect_timeout',
  'db',
  'encoding',
  'fallback_application_name',
  'host',
  'idle_in_transaction_session_timeout',
  'load_balance_hosts',
  'lock_timeout',
  'options',
  'password',
  'port',
  'ssl',
  'sslcert',
  'sslkey',
  'sslmode',
  'sslnegotiation',
  'sslrootcert',
  'statement_timeout',
  'target_session_attrs',
  'uselibpqcompat',
  'user',
]

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const

/** The way to a database. */
export interface Source {
  readonly hosts: Hosts
  /** The pool options of a URL. */
  readonly connectionTimeoutMillis?: number | undefined
  readonly enableChannelBinding?: boolean | undefined
}

/**
 * Reads a URL: one or several hosts, as libpq has them. Errors never contain the URL, which may hold a password.
 *
 * @throws {InvalidInputError} pg would misread it.
 */
export function readUrl(given: string, target: TargetSession | undefined): Source {
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/is.exec(given.trim()) ?? []
  const protocol = scheme.toLowerCase()
  if (protocol === 'socket') {
    const { parameters, ...settings } = readParameters(rest)
    return { hosts: hostsOf([{ connectionString: `socket:${rest}` }], parameters, target), ...settings }
  }
  if (!/^postgres(ql)?$/.test(protocol) || !rest.startsWith('//')) {
    throw refused('must be a postgres:// URL; check that DATABASE_URL is set')
  }
  const [, authority = '', path = ''] = /^\/\/([^/?#]*)(.*)$/s.exec(rest) ?? []
  // A password with one of these characters ends the authority early, and leaves its @ behind.
  if (/[#@]/.test(path)) {
    throw refused(
      'must have # / ? and @ of the user, the password and the database percent-encoded, as %23 %2F %3F %40',
    )
  }
  const { parameters, query, ...settings } = readParameters(path)
  const at = authority.lastIndexOf('@') + 1
  const hosts = readHosts(parameters.get('host') ?? authority.slice(at), parameters.get('port'))
  const [database = ''] = path.split('?')
  return {
    hosts: hostsOf(
      hosts.map(({ host, port }) => ({
        connectionString: `postgres://${authority.slice(0, at)}${inUrl(host, port)}${database}${query}`,
      })),
      parameters,
      target,
    ),
    ...settings,
  }
}

/** A path of a socket stands where a host stands, percent-encoded. */
function inUrl(host: string, port: number | undefined): string {
  const encoded = host.startsWith('/') ? encodeURIComponent(host) : host
  return port === undefined ? encoded : `${encoded || 'localhost'}:${port}`
}

function hostsOf(
  list: readonly Host[],
  parameters: URLSearchParams,
  target: TargetSession | undefined,
): Hosts {
  const isRandom = parameters.get('load_balance_hosts') === 'random'
  return new Hosts(list, readTarget(parameters.get('target_session_attrs') ?? target), { isRandom })
}

export function readTarget(given: unknown = process.env.PGTARGETSESSIONATTRS ?? 'any'): TargetSession {
  return oneOf(TARGET_SESSIONS)(given, 'target_session_attrs')
}

/** Separates the parameters for pg from those that are read here. */
function readParameters(path: string) {
  const start = path.indexOf('?')
  const parameters = new URLSearchParams(start < 0 ? '' : path.slice(start + 1))
  for (const name of parameters.keys()) {
    if (!PARAMETERS.includes(name)) {
      throw refused(
        `must not have the parameter "${name}", which is not known; allowed: ${PARAMETERS.join(', ')}`,
      )
    }
  }
  oneOf(SSL_MODES)(parameters.get('sslmode') ?? 'disable', 'sslmode')
  oneOf(['disable', 'random'])(parameters.get('load_balance_hosts') ?? 'disable', 'load_balance_hosts')
  const forPg = new URLSearchParams(parameters)
  for (const name of [
    'host',
    'port',
    'target_session_attrs',
    'load_balance_hosts',
    'connect_timeout',
    'channel_binding',
  ])
    forPg.delete(name)
  const seconds = parameters.get('connect_timeout')
  const binding = parameters.get('channel_binding')
  return {
    parameters,
    query: forPg.size > 0 ? `?${forPg.toString().replaceAll('+', '%20')}` : '',
    ...(seconds !== null && {
      connectionTimeoutMillis: wholeNumber(0, 86_400)(Number(seconds), 'connect_timeout') * 1_000,
    }),
    ...(binding !== null && { enableChannelBinding: binding !== 'disable' }),
  }
}

/** `a,b:5433,[::1]`, with the ports of a parameter or option of their own: one for all, or one each. */
export function readHosts(
  hosts: string,
  ports?: string | null,
): { host: string; port: number | undefined }[] {
  const list = hosts.split(',')
  const listed = ports === undefined || ports === null || ports === '' ? [] : ports.split(',')
  if (listed.length > 1 && listed.length !== list.length) {
    throw new InvalidInputError('port', `must be one port, or one for each of the ${list.length} hosts`)
  }
  return list.map((entry, index) => {
    const [, host = entry, own] = /^(\[.*\]|[^:]*|\/.*):([^:\]]*)$/.exec(entry) ?? []
    if (own && !isPort(own)) {
      throw refused(
        'must have a port from 1 to 65535; a # / ? or @ in the password must be percent-encoded, as %23 %2F %3F %40',
      )
    }
    const port = own || listed[index] || listed[0]
    if (port !== undefined && !isPort(port)) throw new InvalidInputError('port', 'must be from 1 to 65535')
    return { host, port: port === undefined ? undefined : Number(port) }
  })
}

const isPort = (text: string) => /^\d+$/.test(text) && Number(text) > 0 && Number(text) < 65_536

function refused(reason: string): InvalidInputError {
  return new InvalidInputError('connectionString', reason)
}
