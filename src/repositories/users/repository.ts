import type { CallOptions, Connection } from '../../connection/index.ts'
import { text, uuid } from '../../input/index.ts'
import { execute, orThrowNotFound, type Page, queryFirst, queryOne, queryPage } from '../../query/index.ts'
import {
  type NewUser,
  type ProviderSignIn,
  readNewUser,
  readPasswordHash,
  readProviderSignIn,
  readUserChange,
  readUserIds,
  readUserListRequest,
  readUserRole,
  type UserChange,
  type UserListRequest,
} from './input.ts'
import type { User, UserCredentials, UserRole } from './rows.ts'
import {
  createUser,
  deleteUsers,
  findCredentialsByEmail,
  findUser,
  findUserByEmail,
  listUsers,
  setPassword,
  setRole,
  signInWithProvider,
  updateUser,
  userExistsByEmail,
} from './statements.ts'

/** The users of the service. Every method may throw UnavailableError. */
export class UserRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * Creates a user.
   *
   * @throws {InvalidInputError} a field has a wrong type, or `passwordHash` is not a bcrypt hash. The value is not sent to the server.
   * @throws {ConstraintError} `users_email_key`: the email address is taken, in any letter case; `users_provider_provider_id_key`:
   *   the provider account is taken; `users_password_provider_check`: neither a password hash nor a provider; or a CHECK
   *   on a length or format.
   */
  async create(user: NewUser, options?: CallOptions): Promise<User> {
    const input = readNewUser(user, 'user')
    return queryOne(this.#connection, createUser.for(input), input, options)
  }

  /** Finds a user by id; undefined if there is none. */
  async find(userId: string, options?: CallOptions): Promise<User | undefined> {
    return queryFirst(this.#connection, findUser, { userId: uuid(userId, 'userId') }, options)
  }

  /**
   * Returns a user by id.
   *
   * @throws {NotFoundError} there is no such user.
   */
  async get(userId: string, options?: CallOptions): Promise<User> {
    return orThrowNotFound(await this.find(userId, options), 'users', { user_id: userId })
  }

  /** Finds a user by email address, in any letter case; undefined if there is none. */
  async findByEmail(email: string, options?: CallOptions): Promise<User | undefined> {
    return queryFirst(this.#connection, findUserByEmail, { email: text(email, 'email') }, options)
  }

  /** Returns whether a user has this email address, in any letter case. */
  async existsByEmail(email: string, options?: CallOptions): Promise<boolean> {
    const input = { email: text(email, 'email') }
    const { exists } = await queryOne(this.#connection, userExistsByEmail, input, options)
    return exists
  }

  /**
   * Finds the password hash and role of a user by email address, for signing in; undefined if there is no such user.
   * No other method returns a password hash.
   */
  async findCredentialsByEmail(email: string, options?: CallOptions): Promise<UserCredentials | undefined> {
    return queryFirst(this.#connection, findCredentialsByEmail, { email: text(email, 'email') }, options)
  }

  /**
   * Updates a user. Only the fields you pass are updated.
   *
   * @throws {NotFoundError} there is no such user.
   * @throws {ConstraintError} `users_email_key`: the email address is taken, in any letter case; or a CHECK on a length or format.
   */
  async update(userId: string, change: UserChange, options?: CallOptions): Promise<User> {
    const input = { userId: uuid(userId, 'userId'), ...readUserChange(change, 'change') }
    const user = await queryFirst(this.#connection, updateUser, input, options)
    return orThrowNotFound(user, 'users', { user_id: userId })
  }

  /**
   * Sets a user's password hash.
   *
   * @param passwordHash bcrypt hash, 60 characters.
   * @throws {InvalidInputError} the value is not a bcrypt hash. It is not sent to the server.
   * @throws {NotFoundError} there is no such user.
   */
  async setPassword(userId: string, passwordHash: string, options?: CallOptions): Promise<User> {
    const input = {
      userId: uuid(userId, 'userId'),
      passwordHash: readPasswordHash(passwordHash, 'passwordHash'),
    }
    const user = await queryFirst(this.#connection, setPassword, input, options)
    return orThrowNotFound(user, 'users', { user_id: userId })
  }

  /**
   * Sets a user's role.
   *
   * @throws {NotFoundError} there is no such user.
   */
  async setRole(userId: string, role: UserRole, options?: CallOptions): Promise<User> {
    const input = { userId: uuid(userId, 'userId'), role: readUserRole(role, 'role') }
    const user = await queryFirst(this.#connection, setRole, input, options)
    return orThrowNotFound(user, 'users', { user_id: userId })
  }

  /**
   * Deletes a user with all chats, and returns whether the user existed. Audit entries remain; their `userId` becomes null.
   */
  async delete(userId: string, options?: CallOptions): Promise<boolean> {
    const input = { userIds: [uuid(userId, 'userId')] }
    return (await execute(this.#connection, deleteUsers, input, options)) === 1
  }

  /** Deletes users with all their chats, in one statement, and returns how many existed. Unknown ids are ignored. */
  async deleteMany(userIds: readonly string[], options?: CallOptions): Promise<number> {
    return execute(this.#connection, deleteUsers, { userIds: readUserIds(userIds, 'userIds') }, options)
  }

  /**
   * Lists users, newest first. With `search`, the best matches come first.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async list(request: UserListRequest = {}, options?: CallOptions): Promise<Page<User>> {
    return queryPage(this.#connection, listUsers, readUserListRequest(request, 'request'), options)
  }

  /**
   * Returns the user of a provider account, and creates the user if there is none. An existing user's name and email
   * address are unchanged. Concurrent first sign-ins of one account create one user.
   *
   * @throws {ConstraintError} `users_email_key`: another user has the email address. The service decides whether to
   *   connect the two accounts, once it knows that they belong to the same person.
   */
  async signInWithProvider(
    signIn: ProviderSignIn,
    options?: CallOptions,
  ): Promise<{ user: User; created: boolean }> {
    const input = readProviderSignIn(signIn, 'signIn')
    const { created, ...user } = await queryOne(this.#connection, signInWithProvider, input, options)
    return { user, created }
  }
}
