import pg from 'pg'

/** How long the server may take to act on a cancel request, in milliseconds. */
export const GRACE = 1_000

/** Fields that pg has but does not declare. */
interface ClientInternals {
  processID: number
  secretKey: number
  host: string
  port: number
  ssl: object | boolean
  sslNegotiation: string
}

interface CancelConnection {
  stream: { destroy(): void }
  on(event: 'connect' | 'sslconnect' | 'error' | 'end', listener: () => void): void
  connect(port: number | string, host?: string): void
  requestSsl(): void
  cancel(processID: number, secretKey: number): void
}

/**
 * The protocol's CancelRequest, on a connection of its own, as pg's `Client.cancel` sends it without TLS. The server
 * closes that connection after it has passed the request on to the backend.
 *
 * Resolves with true if the server did so. With false the request may still arrive, so that the client's connection
 * must not run another query.
 */
export function requestCancel(client: pg.ClientBase): Promise<boolean> {
  const { processID, secretKey, host, port, ssl, sslNegotiation } = client as unknown as ClientInternals
  return new Promise((resolve) => {
    const connection = new pg.Connection({ ssl, sslNegotiation } as object) as unknown as CancelConnection
    let hasFailed = false
    let wasSent = false
    const fail = () => {
      hasFailed = true
      connection.stream.destroy()
    }
    const send = () => {
      wasSent = true
      connection.cancel(processID, secretKey)
    }
    const timer = setTimeout(fail, GRACE)
    connection.on('connect', () => {
      if (!ssl) send()
      else if (sslNegotiation !== 'direct') connection.requestSsl()
    })
    connection.on('sslconnect', send)
    connection.on('error', fail)
    connection.on('end', () => {
      clearTimeout(timer)
      // A request that was never sent cannot arrive.
      resolve(!wasSent || !hasFailed)
    })
    if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`)
    else connection.connect(port, host)
  })
}
