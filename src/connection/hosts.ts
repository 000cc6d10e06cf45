import pg from 'pg'
import { UnavailableError } from '../errors/index.ts'

/** The role that a server of a list must have, named as in libpq's `target_session_attrs`. */
export const TARGET_SESSIONS = [
  'any',
  'read-write',
  'read-only',
  'primary',
  'standby',
  'prefer-standby',
] as const
export type TargetSession = (typeof TARGET_SESSIONS)[number]

/** The part of a client's options that differs from host to host. */
export type Host = Readonly<Pick<pg.ClientConfig, 'connectionString' | 'host' | 'port'>>

/** The servers of a database, one of which each new connection leads to: the last that was right, then the others in turn. */
export class Hosts {
  readonly #list: readonly Host[]
  readonly target: TargetSession
  readonly #refused = new Set<number>()
  #current: number

  constructor(list: readonly Host[], target: TargetSession, { isRandom = false } = {}) {
    this.#list = list
    this.target = target
    this.#current = isRandom ? Math.floor(Math.random() * list.length) : 0
  }

  /** How often a call tries to connect before it fails. */
  get attempts(): number {
    return this.target === 'prefer-standby' ? this.#list.length + 1 : this.#list.length
  }

  /** Whether every server is a standby, which refuses writes. */
  get areReadOnly(): boolean {
    return this.target === 'read-only' || this.target === 'standby' || this.target === 'prefer-standby'
  }

  get size(): number {
    return this.#list.length
  }

  get current(): number {
    return this.#current
  }

  host(index: number): Host {
    return this.#list[index] ?? {}
  }

  accepts({ isStandby, isReadOnly }: Role): boolean {
    switch (this.target) {
      case 'any':
        return true
      case 'read-write':
        return !isReadOnly
      case 'read-only':
        return isReadOnly
      case 'primary':
        return !isStandby
      case 'standby':
        return isStandby
      case 'prefer-standby':
        return isStandby || this.#refused.size >= this.#list.length
    }
  }

  noteSuccess(): void {
    this.#refused.clear()
  }

  /** The next connection leads to another host. */
  noteFailure(index: number): void {
    this.#refused.add(index)
    if (index === this.#current) this.#current = (index + 1) % this.#list.length
  }
}

interface Role {
  readonly isStandby: boolean
  readonly isReadOnly: boolean
}

interface HostClientConfig extends pg.ClientConfig {
  /** A client whose host is to be used again, regardless of its role. */
  sameHostAs?: { readonly hostIndex?: number } | undefined
}

/** A class of clients that knows all hosts, of which each client has one. */
export type HostClientClass = typeof pg.Client & { readonly hosts: Hosts }

type Callback = (error: Error | null, client?: pg.Client) => void

/** A client of pg that leads to one of the hosts, and to no other role than the one wanted. */
export function clientOfHosts(hosts: Hosts): HostClientClass {
  return class HostClient extends pg.Client {
    static readonly hosts = hosts
    readonly hostIndex: number
    readonly #isRoleChecked: boolean

    constructor(config: HostClientConfig) {
      const { sameHostAs, password, ...rest } = config
      const index = sameHostAs?.hostIndex ?? hosts.current
      // The pool keeps the password from being enumerated.
      super({ ...rest, ...(config.password && { password: config.password }), ...hosts.host(index) })
      this.hostIndex = index
      this.#isRoleChecked = sameHostAs === undefined && hosts.target !== 'any'
      // While the role is queried, there is no other listener.
      this.on('error', () => {})
    }

    override connect(): Promise<pg.Client>
    override connect(callback: Callback): void
    override connect(callback?: Callback): Promise<pg.Client> | undefined {
      if (!callback) return super.connect()
      super.connect((error: Error | null) => {
        if (error) return this.#fail(error, callback)
        if (!this.#isRoleChecked) return this.#succeed(callback)
        this.#role().then(
          (role) => (hosts.accepts(role) ? this.#succeed(callback) : this.#fail(refusal(role), callback)),
          (failure) => this.#fail(failure, callback),
        )
      })
    }

    #succeed(callback: Callback): void {
      hosts.noteSuccess()
      callback(null, this)
    }

    #fail(error: Error, callback: Callback): void {
      hosts.noteFailure(this.hostIndex)
      void this.end().catch(() => {})
      callback(error)
    }

    async #role(): Promise<Role> {
      const { rows } = await this.query<{ isStandby: boolean; isReadOnly: boolean }>(
        `select pg_is_in_recovery() as "isStandby", current_setting('transaction_read_only') = 'on' as "isReadOnly"`,
      )
      return rows[0] as Role
    }
  }

  function refusal({ isStandby, isReadOnly }: Role): UnavailableError {
    const role = isStandby ? 'a standby' : isReadOnly ? 'read-only' : 'a primary that accepts writes'
    return new UnavailableError(
      `No server has the role that target_session_attrs=${hosts.target} asks for. The last one asked is ${role}.`,
      true,
    )
  }
}
