import { sql } from 'kysely'
import { BOUNDS, USER_PROVIDERS, USER_ROLES } from '../../../generated/catalog.ts'
import type { CallOptions, Connection } from '../../connection/index.ts'
import { NotFoundError } from '../../errors/index.ts'
import {
  fields,
  listOf,
  matching,
  nullable,
  oneOf,
  optional,
  searchWords,
  text,
  uuid,
} from '../../input/index.ts'
import {
  all,
  change,
  FETCH_AT_MOST,
  finds,
  first,
  isBehind,
  only,
  type Page,
  type PageParameters,
  type PageRequest,
  Pager,
  type Params,
  pageFields,
  relevance,
  type StatementRow,
  statement,
  variants,
  type Words,
} from '../../query/index.ts'

/** What a user is to services: never the password hash. */
const USER = [
  'user_id as userId',
  'name',
  'email',
  'role',
  'provider',
  'provider_id as providerId',
  'created_at as createdAt',
  'updated_at as updatedAt',
] as const

/** A user as services see it: never the password hash. */
export type User = StatementRow<typeof find>
export type UserRole = (typeof USER_ROLES)[number]
export type UserProvider = (typeof USER_PROVIDERS)[number]

/** What signing in by password needs. The hash is null for users who sign in through a provider alone. */
export type UserCredentials = StatementRow<typeof findCredentialsByEmail>

export interface NewUser {
  name: string
  email: string
  /** bcrypt, 60 characters. A user has a password hash or a provider, or both. */
  passwordHash?: string | null | undefined
  provider?: UserProvider | null | undefined
  providerId?: string | null | undefined
  /** Default: the schema's, `user`. */
  role?: UserRole | undefined
}

export interface UserChange {
  name?: string | undefined
  email?: string | undefined
}

export interface UserListRequest extends PageRequest {
  role?: UserRole | undefined
  /** Part of the name or the email address, in any letter case, with or without accents. Below three characters: the beginning of a word. */
  search?: string | undefined
}

export interface ProviderSignIn {
  provider: UserProvider
  providerId: string
  email: string
  name: string
}

const find = statement('users.find', (query, $: Params<{ userId: string }>) =>
  query.selectFrom('users').select(USER).where('user_id', '=', $.userId),
)

const findByEmail = statement('users.findByEmail', (query, $: Params<{ email: string }>) =>
  query.selectFrom('users').select(USER).where('email', '=', $.email),
)

const existsByEmail = statement('users.existsByEmail', (query, $: Params<{ email: string }>) =>
  query.selectNoFrom(({ exists, selectFrom }) =>
    exists(selectFrom('users').select('user_id').where('email', '=', $.email))
      .$castTo<boolean>()
      .as('exists'),
  ),
)

const findCredentialsByEmail = statement(
  'users.findCredentialsByEmail',
  (query, $: Params<{ email: string }>) =>
    query
      .selectFrom('users')
      .select(['user_id as userId', 'password as passwordHash', 'role'])
      .where('email', '=', $.email),
)

const create = variants('users.create', ['role'], (query, $: Params<NewUser>, given) =>
  query
    .insertInto('users')
    .values({
      name: $.name,
      email: $.email,
      password: $.passwordHash,
      provider: $.provider,
      provider_id: $.providerId,
      ...(given.role && { role: $.role }),
    })
    .returning(USER),
)

const update = statement('users.update', (query, $: Params<UserChange & { userId: string }>) =>
  query
    .updateTable('users')
    .set(({ fn, ref }) => ({
      name: fn.coalesce($.name, ref('name')),
      email: fn.coalesce($.email, ref('email')),
    }))
    .where('user_id', '=', $.userId)
    .returning(USER),
)

const setPassword = statement(
  'users.setPassword',
  (query, $: Params<{ userId: string; passwordHash: string }>) =>
    query
      .updateTable('users')
      .set({ password: $.passwordHash })
      .where('user_id', '=', $.userId)
      .returning(USER),
)

const setRole = statement('users.setRole', (query, $: Params<{ userId: string; role: UserRole }>) =>
  query.updateTable('users').set({ role: $.role }).where('user_id', '=', $.userId).returning(USER),
)

const deleteMany = statement('users.deleteMany', (query, $: Params<{ userIds: string[] }>) =>
  query
    .deleteFrom('users')
    // Locked in one order, so that two calls whose lists overlap cannot deadlock.
    .where('user_id', 'in', (users) =>
      users
        .selectFrom('users')
        .select('user_id')
        .where('user_id', '=', sql<string>`any(${$.userIds}::uuid[])`)
        .orderBy('user_id')
        .forUpdate(),
    ),
)

const WORDS: Words = sql`searchable(name || ' ' || email::text)`

const list = variants(
  'users.list',
  ['role', 'search'],
  (query, $: Params<Pick<UserListRequest, 'role' | 'search'> & PageParameters>, given) =>
    query
      .selectFrom(({ selectFrom }) =>
        selectFrom('users')
          .select(USER)
          .$if(given.role, (users) => users.where('role', '=', $.role))
          .where(
            isBehind($, {
              at: 'created_at',
              id: 'user_id',
              relevance: given.search ? relevance(WORDS, $.search) : undefined,
            }),
          )
          .$if(given.search, (users) =>
            users
              .where(finds(WORDS, $.search))
              .select(relevance(WORDS, $.search).as('relevance'))
              .orderBy('relevance', 'desc'),
          )
          .orderBy('created_at', 'desc')
          .orderBy('user_id', 'desc')
          .limit(FETCH_AT_MOST)
          .as('user'),
      )
      .selectAll()
      .$if(given.search, (users) => users.orderBy('relevance', 'desc'))
      .orderBy('createdAt', 'desc')
      .orderBy('userId', 'desc')
      .limit($.fetch),
)

/**
 * Who comes back is read, without a write or a lock. Newcomers of one provider account take turns: `on conflict`
 * alone would race on the email address, whose index may be looked at first.
 */
const signInWithProvider = statement('users.signInWithProvider', (query, $: Params<ProviderSignIn>) =>
  query
    .with('known', (cte) =>
      cte
        .selectFrom('users')
        .select(USER)
        .where('provider', '=', $.provider)
        .where('provider_id', '=', $.providerId),
    )
    .with('turn', (cte) =>
      cte
        .selectNoFrom(
          sql`pg_advisory_xact_lock(hashtextextended(${$.provider} || ' ' || ${$.providerId}, 0))`.as(
            'taken',
          ),
        )
        .where(({ not, exists, selectFrom }) => not(exists(selectFrom('known').select('userId')))),
    )
    .with('added', (cte) =>
      cte
        .insertInto('users')
        .columns(['name', 'email', 'provider', 'provider_id'])
        .expression(({ selectFrom }) =>
          selectFrom('turn').select([
            $.name.as('name'),
            $.email.as('email'),
            $.provider.as('provider'),
            $.providerId.as('provider_id'),
          ]),
        )
        .onConflict((conflict) =>
          conflict
            .columns(['provider', 'provider_id'])
            .doUpdateSet(({ ref }) => ({ provider_id: ref('excluded.provider_id') })),
        )
        .returning([...USER, sql<boolean>`xmax = 0`.as('created')]),
    )
    .selectFrom('known')
    .selectAll()
    .select(sql<boolean>`false`.as('created'))
    .unionAll(({ selectFrom }) => selectFrom('added').selectAll()),
)

const passwordHash = matching(
  BOUNDS.users.password.pattern,
  'must be a bcrypt hash of 60 characters, never the password itself',
)

const readNewUser = fields<NewUser>({
  name: text,
  email: text,
  passwordHash: optional(nullable(passwordHash)),
  provider: optional(nullable(oneOf(USER_PROVIDERS))),
  providerId: optional(nullable(text)),
  role: optional(oneOf(USER_ROLES)),
})

const readChange = fields<UserChange>({ name: optional(text), email: optional(text) })

const readListRequest = fields<UserListRequest>({
  ...pageFields,
  role: optional(oneOf(USER_ROLES)),
  search: optional(searchWords),
})

const readSignIn = fields<ProviderSignIn>({
  provider: oneOf(USER_PROVIDERS),
  providerId: text,
  email: text,
  name: text,
})

const readUserIds = listOf(uuid)
const readRole = oneOf(USER_ROLES)

/** The people who sign in to the service. Every method may end in UnavailableError. */
export class UserRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * @throws {InvalidInputError} a field is not of its type, or `passwordHash` is no bcrypt hash: it never reaches the server.
   * @throws {ConstraintError} `users_email_key`: the address is taken, in any letter case; `users_provider_provider_id_key`;
   *   `users_password_provider_check`: neither a password hash nor a provider; a CHECK on a length or form.
   */
  async create(user: NewUser, options?: CallOptions): Promise<User> {
    const input = readNewUser(user, 'user')
    return only(await first(this.#connection, create.for(input), input, options))
  }

  async find(userId: string, options?: CallOptions): Promise<User | undefined> {
    return first(this.#connection, find, { userId: uuid(userId, 'userId') }, options)
  }

  /** @throws {NotFoundError} there is no such user. */
  async get(userId: string, options?: CallOptions): Promise<User> {
    return existing(await this.find(userId, options), userId)
  }

  /** The user with this address, in any letter case. */
  async findByEmail(email: string, options?: CallOptions): Promise<User | undefined> {
    return first(this.#connection, findByEmail, { email: text(email, 'email') }, options)
  }

  async existsByEmail(email: string, options?: CallOptions): Promise<boolean> {
    return only(await first(this.#connection, existsByEmail, { email: text(email, 'email') }, options)).exists
  }

  /** The one way by which a password hash leaves the database: for signing in, and for nothing else. */
  async findCredentialsByEmail(email: string, options?: CallOptions): Promise<UserCredentials | undefined> {
    return first(this.#connection, findCredentialsByEmail, { email: text(email, 'email') }, options)
  }

  /**
   * Changes the given fields and leaves the rest.
   *
   * @throws {NotFoundError} there is no such user.
   * @throws {ConstraintError} `users_email_key`: the address is taken, in any letter case; a CHECK on a length or form.
   */
  async update(userId: string, change: UserChange, options?: CallOptions): Promise<User> {
    const input = { userId: uuid(userId, 'userId'), ...readChange(change, 'change') }
    return existing(await first(this.#connection, update, input, options), userId)
  }

  /**
   * @param passwordHash bcrypt, 60 characters.
   * @throws {InvalidInputError} it is no bcrypt hash: it never reaches the server.
   * @throws {NotFoundError} there is no such user.
   */
  async setPassword(userId: string, hash: string, options?: CallOptions): Promise<User> {
    const input = { userId: uuid(userId, 'userId'), passwordHash: passwordHash(hash, 'passwordHash') }
    return existing(await first(this.#connection, setPassword, input, options), userId)
  }

  /** @throws {NotFoundError} there is no such user. */
  async setRole(userId: string, role: UserRole, options?: CallOptions): Promise<User> {
    const input = { userId: uuid(userId, 'userId'), role: readRole(role, 'role') }
    return existing(await first(this.#connection, setRole, input, options), userId)
  }

  /** Deletes the user with all chats; audit entries stay, without the user. Returns whether there was one. */
  async delete(userId: string, options?: CallOptions): Promise<boolean> {
    const input = { userIds: [uuid(userId, 'userId')] }
    return (await change(this.#connection, deleteMany, input, options)) === 1
  }

  /** All or none. Returns how many there were; ids without a user are passed over. */
  async deleteMany(userIds: readonly string[], options?: CallOptions): Promise<number> {
    return change(this.#connection, deleteMany, { userIds: readUserIds(userIds, 'userIds') }, options)
  }

  /**
   * Newest first; with `search` the most relevant first, then the newest.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async list(request: UserListRequest = {}, options?: CallOptions): Promise<Page<User>> {
    const asked = readListRequest(request, 'request')
    const pager = new Pager('users.list', asked)
    const input = { ...asked, ...pager.parameters }
    const rows = await all(this.#connection, list.for(input), input, options)
    return pager.page(rows, (user) => ({ at: user.createdAt, id: user.userId }))
  }

  /**
   * The user of this provider account, made now if there is none. Name and email of a user who exists stay as they
   * are. Any number of first sign-ins at the same time make one user.
   *
   * @throws {ConstraintError} `users_email_key`: the address belongs to another account. Whether to join the two is
   *   for the service to decide, once it knows that both are the same person's.
   */
  async signInWithProvider(
    signIn: ProviderSignIn,
    options?: CallOptions,
  ): Promise<{ user: User; created: boolean }> {
    const input = readSignIn(signIn, 'signIn')
    const { created, ...user } = only(await first(this.#connection, signInWithProvider, input, options))
    return { user, created }
  }
}

function existing(user: User | undefined, userId: string): User {
  if (user === undefined) throw new NotFoundError('users', { user_id: userId })
  return user
}
