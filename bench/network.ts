import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'

const run = promisify(execFile)

/** A way to the server. */
export interface Network {
  name: string
  /** Milliseconds that each byte takes, in each direction. */
  delay: number
  tls: boolean
}

/** The measured networks beside plain loopback. */
export const NETWORKS: readonly Network[] = [
  { name: 'TLS', delay: 0, tls: true },
  { name: '0.5 ms', delay: 0.5, tls: false },
  { name: '0.5 ms, TLS', delay: 0.5, tls: true },
  { name: '2 ms', delay: 2, tls: false },
  { name: '2 ms, TLS', delay: 2, tls: true },
]

/** The server as it is reached over a network. */
export interface Reached {
  url: string
  /** Milliseconds that a round trip takes longer than on loopback: median and 95th percentile. */
  added: [median: number, percentile95: number]
  close(): Promise<void>
}

/** Makes the server reachable over a network, and measures what that adds to a round trip. */
export async function reachOver({ delay, tls }: Network, url: string): Promise<Reached> {
  const reached = new URL(url)
  if (tls) {
    await enableTls(url)
    reached.searchParams.set('sslmode', 'no-verify')
  }
  const close = delay > 0 ? await delayed(reached, delay) : async () => {}
  const direct = await roundTrips(url)
  const longer = await roundTrips(reached.href)
  const added = [0.5, 0.95].map((at) => quantile(longer, at) - quantile(direct, 0.5))
  return { url: reached.href, added: added as Reached['added'], close }
}

/** Starts a proxy to the URL's server and changes the URL. Returns the function that ends the proxy. */
async function delayed(url: URL, delay: number): Promise<() => Promise<void>> {
  const proxy = fork(new URL('delay-proxy.ts', import.meta.url), [url.hostname, url.port, String(delay)])
  const [port] = (await once(proxy, 'message')) as [number]
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return async () => {
    proxy.disconnect()
    await once(proxy, 'exit')
  }
}

/** Gives the server a self-signed certificate, in its data directory. */
async function enableTls(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ ssl: string; data: string }>(
      `select current_setting('ssl') as ssl, current_setting('data_directory') as data`,
    )
    const [{ ssl, data }] = rows as [{ ssl: string; data: string }]
    if (ssl === 'on') return
    const owner = await stat(data).catch((cause: unknown) => {
      throw new Error('TLS can be measured only on embedded PostgreSQL. Unset SCRATCH.', { cause })
    })
    for (const [name, text] of Object.entries(await makeCertificate())) {
      await writeFile(join(data, name), text, { mode: 0o600 })
      await chown(join(data, name), owner.uid, owner.gid)
    }
    await client.query('alter system set ssl = on')
    await client.query('select pg_reload_conf()')
  } finally {
    await client.end()
  }
}

async function makeCertificate(): Promise<Record<'server.key' | 'server.crt', string>> {
  const folder = await mkdtemp(join(tmpdir(), 'certificate-'))
  const [key, certificate] = [join(folder, 'key'), join(folder, 'certificate')]
  try {
    const options = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
    await run('openssl', ['req', ...options, '-keyout', key, '-out', certificate])
    return { 'server.key': await readFile(key, 'utf8'), 'server.crt': await readFile(certificate, 'utf8') }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Milliseconds of round trips, in ascending order. */
async function roundTrips(url: string): Promise<number[]> {
  const client = new pg.Client(url)
  await client.connect()
  const times: number[] = []
  for (let n = 0; n < 200; n += 1) {
    const start = performance.now()
    await client.query({ name: 'one', text: 'select 1' })
    times.push(performance.now() - start)
  }
  await client.end()
  return times.sort((a, b) => a - b)
}

const quantile = (sorted: number[], at: number) => sorted[Math.floor(sorted.length * at)] ?? Number.NaN
