import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** The code of a CancelRequest: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const CANCEL_REQUEST = 80_877_102

interface Link {
  readonly client: net.Socket
  readonly server: net.Socket
}

/** A TCP proxy in front of a server, whose faults are switched while it runs. */
export class TcpProxy {
  readonly #listener = net.createServer({ allowHalfOpen: true }, (client) => this.#accept(client))
  readonly #links = new Set<Link>()
  /** The server that new connections lead to. */
  target: URL
  /** Whether bytes are swallowed in both directions, and nothing is closed. */
  isFrozen = false
  /** Milliseconds by which CancelRequests are held back. */
  cancelDelay = 0
  cancelRequests = 0
  /** Milliseconds by which the first bytes of new connections are held back, as by a server that starts sessions slowly. */
  startDelay = 0

  private constructor(target: URL) {
    this.target = target
  }

  static async start(url: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(url))
    await new Promise<void>((resolve) => proxy.#listener.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  /** The URL of the database by way of the proxy. */
  get url(): string {
    const url = new URL(this.target)
    url.hostname = '127.0.0.1'
    url.port = String((this.#listener.address() as net.AddressInfo).port)
    return url.href
  }

  /** Resets every connection. */
  cut(): void {
    for (const { client, server } of this.#links) {
      client.resetAndDestroy()
      server.destroy()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#listener.close(resolve))
  }

  #accept(client: net.Socket): void {
    const server = net.connect({
      host: this.target.hostname,
      port: Number(this.target.port),
      allowHalfOpen: true,
    })
    const link: Link = { client, server }
    this.#links.add(link)
    client.on('error', () => server.destroy())
    server.on('error', () => client.destroy())
    client.on('close', () => this.#links.delete(link))
    void this.#forward(client, server, true)
    void this.#forward(server, client, false)
  }

  /** One after another, so that a delay keeps the order. */
  async #forward(from: net.Socket, to: net.Socket, isRequest: boolean): Promise<void> {
    let isFirst = isRequest
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        if (isFirst && chunk.length >= 8 && chunk.readInt32BE(4) === CANCEL_REQUEST) {
          this.cancelRequests += 1
          await sleep(this.cancelDelay)
        } else if (isFirst) {
          await sleep(this.startDelay, undefined, { ref: false })
        }
        isFirst = false
        if (!this.isFrozen && !to.destroyed) to.write(chunk)
      }
      if (!this.isFrozen) to.end()
    } catch {
      // The connection was reset, which the listeners pass on.
    }
  }
}
