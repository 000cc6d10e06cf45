import type { Kysely } from 'kysely'
import type { DB } from '../../generated/database.ts'
import type { CallOptions } from '../connection/index.ts'
import type { ReplicaConnection, ReplicaReadOptions } from '../replicas/index.ts'
import {
  type ChatLoadRequest,
  type ChatMessage,
  type LoadedChat,
  type OwnInstances,
  type OwnRepositories,
  Repositories,
  type RepositorySettings,
} from '../repositories/index.ts'
import { readReplicaReadOptions } from './call-options.ts'
import { kyselyOnReplicas } from './replica-kysely.ts'

/**
 * The methods of each repository, and whether `db.replica` has them: the reads whose answer may be a moment old. A method
 * that is added to a repository is a compile error until it is listed here. Not among them is what decides a write or a
 * sign-in.
 */
const READS = {
  users: {
    find: true,
    get: true,
    findByEmail: true,
    list: true,
    iterate: true,
    existsByEmail: false,
    findCredentialsByEmail: false,
    create: false,
    update: false,
    setPassword: false,
    setRole: false,
    linkProvider: false,
    unlinkProvider: false,
    deactivate: false,
    reactivate: false,
    recordSignIn: false,
    handOver: false,
    erase: false,
    export: false,
    delete: false,
    deleteMany: false,
    signInWithProvider: false,
  },
  customers: {
    find: true,
    get: true,
    findByExternalId: true,
    getMany: true,
    list: true,
    iterate: true,
    listArchived: true,
    findDuplicates: true,
    listDuplicates: true,
    iterateDuplicates: true,
    listContacts: true,
    iterateContacts: true,
    create: false,
    upsertByExternalId: false,
    createMany: false,
    updateMany: false,
    upsertMany: false,
    archiveMany: false,
    restoreMany: false,
    update: false,
    setStatus: false,
    archive: false,
    restore: false,
    merge: false,
    purge: false,
    delete: false,
    importMany: false,
    import: false,
    undoImport: false,
    addContact: false,
    setPrimaryContact: false,
    updateContact: false,
    endContact: false,
    reopenContact: false,
    removeContact: false,
  },
  people: {
    find: true,
    get: true,
    findByEmail: true,
    findByExternalId: true,
    getMany: true,
    list: true,
    iterate: true,
    listArchived: true,
    findDuplicates: true,
    listDuplicates: true,
    iterateDuplicates: true,
    listCustomersOf: true,
    create: false,
    upsertByExternalId: false,
    createMany: false,
    updateMany: false,
    upsertMany: false,
    archiveMany: false,
    restoreMany: false,
    update: false,
    archive: false,
    restore: false,
    merge: false,
    purge: false,
    erase: false,
    export: false,
    delete: false,
  },
  chats: {
    find: true,
    get: true,
    listByUser: true,
    iterateByUser: true,
    load: true,
    optionsOf: true,
    usageOfUser: true,
    usageOfChat: true,
    pendingApprovals: true,
    search: true,
    create: false,
    rename: false,
    delete: false,
    save: false,
    replace: false,
    truncateFrom: false,
    fork: false,
    claimStream: false,
    clearStream: false,
    recordOptions: false,
    closeDanglingTools: false,
    prune: false,
  },
  auditLog: {
    list: true,
    iterate: true,
    listByEntity: true,
    listByUser: true,
    listByAction: true,
    record: false,
    purge: false,
  },
} as const satisfies { [Name in keyof Repositories]: Record<keyof Repositories[Name], boolean> }

type Tables = typeof READS

type ReadNames<Name extends keyof Tables> = keyof Repositories[Name] &
  { [Method in keyof Tables[Name]]: Tables[Name][Method] extends true ? Method : never }[keyof Tables[Name]]

/** The parameters of a method, with the options of a replica read. */
type WithReadOptions<Parameters extends unknown[]> = {
  [Index in keyof Parameters]: [CallOptions | undefined] extends [Parameters[Index]]
    ? [Parameters[Index]] extends [CallOptions | undefined]
      ? ReplicaReadOptions | undefined
      : Parameters[Index]
    : Parameters[Index]
}

type Read<Method> = Method extends (...parameters: infer Parameters) => infer Returned
  ? (...parameters: WithReadOptions<Parameters>) => Returned
  : never

/** The reads of a repository. */
export type ReadsOf<Name extends keyof Tables> = {
  [Method in keyof Pick<Repositories[Name], ReadNames<Name>>]: Read<Repositories[Name][Method]>
}

/** The reads of `db.chats`. */
export interface ChatReads extends Omit<ReadsOf<'chats'>, 'load'> {
  /** As `load` of `db.chats`. */
  load<M extends ChatMessage>(
    chatId: string,
    request: ChatLoadRequest,
    options?: ReplicaReadOptions,
  ): Promise<LoadedChat<M>>
}

/** A service's own reads. The server refuses everything else. */
export type ReplicaKysely = Pick<
  Kysely<DB>,
  | 'selectFrom'
  | 'selectNoFrom'
  | 'with'
  | 'withRecursive'
  | 'withSchema'
  | 'case'
  | 'fn'
  | 'dynamic'
  | 'getExecutor'
>

/**
 * `db.replica`: reads that may be a moment old, on the replicas in turn. A replica that fails is left out until it answers
 * again, and its reads go to another one, then to the primary. Without `replicas` the primary answers.
 *
 * Every read takes `{ after }`, a position that `db.position()` returned, and then sees what was written before it.
 */
export type ReplicaReads = { readonly [Name in Exclude<keyof Tables, 'chats'>]: ReadsOf<Name> } & {
  readonly chats: ChatReads
  /**
   * For the service's own reads: each is a read-only transaction of its own, so that the server refuses writes. There are no
   * transactions and no streams: they could not continue on another server.
   */
  readonly kysely: ReplicaKysely
  /** The same reads, with these options for each. */
  with(options: ReplicaReadOptions): ReplicaReads
}

/** The same with the service's own repositories. The server refuses what they write. */
export type ReplicaReadsOf<Own extends OwnRepositories> = OwnInstances<Own> & {
  /** As `with()` of the reads. */
  with(options: ReplicaReadOptions): ReplicaReadsOf<Own>
} & ReplicaReads

/** Makes the reads on a connection to replicas. The repositories of the package have no other methods, also at run time. */
export function replicaReads(connection: ReplicaConnection, settings: RepositorySettings): ReplicaReads {
  const repositories = new Repositories(connection, settings)
  const reads = Object.entries(READS).map(([name, methods]) => [
    name,
    readsOf(repositories[name as keyof Tables], methods),
  ])
  const own = Object.keys(settings.own).map((name) => [name, repositories[name as keyof Repositories]])
  let kysely: ReplicaKysely | undefined
  return {
    ...(Object.fromEntries([...reads, ...own]) as Omit<ReplicaReads, 'kysely' | 'with'>),
    get kysely() {
      kysely ??= kyselyOnReplicas(connection)
      return kysely
    },
    with: (options) => replicaReads(connection.with(readReplicaReadOptions(options, 'options')), settings),
  }
}

type AnyMethod = (...parameters: unknown[]) => unknown

function readsOf(repository: object, methods: Readonly<Record<string, boolean>>): object {
  const names = Object.keys(methods).filter((name) => methods[name])
  return Object.fromEntries(
    names.map((name) => [name, (repository as Record<string, AnyMethod>)[name]?.bind(repository)]),
  )
}
