import type { CallOptions, Connection } from '../../connection/index.ts'
import { UserDeactivatedError } from '../../errors/index.ts'
import { nullable, text, uuid } from '../../input/index.ts'
import {
  execute,
  formFor,
  iteratePages,
  orThrowNotFound,
  type Page,
  type PersonalData,
  queryAll,
  queryFirst,
  queryList,
  queryOne,
  readUpdateOptions,
  requireUpdated,
  type UpdateOptions,
} from '../../query/index.ts'
import type { Files } from '../files/index.ts'
import {
  type NewUser,
  type ProviderAccount,
  type ProviderSignIn,
  readNewUser,
  readPasswordHash,
  readProviderAccount,
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
  eraseUser,
  exportUser,
  findCredentialsByEmail,
  findFilesOfUsers,
  findUser,
  findUserByEmail,
  handOver,
  listUsers,
  recordSignIn,
  setActive,
  setPassword,
  setProvider,
  setRole,
  signInWithProvider,
  updateUser,
  userExistsByEmail,
  userVersion,
} from './statements.ts'

/** The users of the service. Every method may throw UnavailableError. */
export class UserRepository {
  readonly #connection: Connection
  readonly #files: Files

  constructor(connection: Connection, files: Files) {
    this.#connection = connection
    this.#files = files
  }

  /**
   * Creates a user.
   *
   * @throws {InvalidInputError} a field has a wrong type, or `passwordHash` is not a hash by bcrypt, argon2id or scrypt. The value is not sent to the server.
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
    return queryFirst(
      this.#connection,
      formFor(this.#connection, findUserByEmail),
      { email: text(email, 'email') },
      options,
    )
  }

  /** Returns whether a user has this email address, in any letter case. */
  async existsByEmail(email: string, options?: CallOptions): Promise<boolean> {
    const input = { email: text(email, 'email') }
    const { exists } = await queryOne(
      this.#connection,
      formFor(this.#connection, userExistsByEmail),
      input,
      options,
    )
    return exists
  }

  /**
   * Finds the password hash and role of a user by email address, for signing in; undefined if there is no such user, or the
   * user is deactivated.
   * No other method returns a password hash.
   */
  async findCredentialsByEmail(email: string, options?: CallOptions): Promise<UserCredentials | undefined> {
    return queryFirst(
      this.#connection,
      formFor(this.#connection, findCredentialsByEmail),
      { email: text(email, 'email') },
      options,
    )
  }

  /**
   * Updates a user. Only the fields you pass are updated.
   *
   * @throws {NotFoundError} there is no such user.
   * @throws {StaleVersionError} the user has another version than `ifVersion`.
   * @throws {ConstraintError} `users_email_key`: the email address is taken, in any letter case; or a CHECK on a length or format.
   */
  async update(userId: string, change: UserChange, options?: UpdateOptions): Promise<User> {
    const { ifVersion, call } = readUpdateOptions(options, 'users.update')
    const input = { userId: uuid(userId, 'userId'), ...readUserChange(change, 'change'), ifVersion }
    const user = await queryFirst(this.#connection, updateUser, input, call)
    return requireUpdated(user, this.#connection, userVersion, { id: userId, ifVersion, call })
  }

  /**
   * Sets a user's password hash.
   *
   * @param passwordHash hash by bcrypt, argon2id or scrypt.
   * @throws {InvalidInputError} the value is not such a hash. It is not sent to the server.
   * @throws {NotFoundError} there is no such user.
   * @throws {StaleVersionError} the user has another version than `ifVersion`.
   */
  async setPassword(userId: string, passwordHash: string, options?: UpdateOptions): Promise<User> {
    const { ifVersion, call } = readUpdateOptions(options, 'users.setPassword')
    const input = {
      userId: uuid(userId, 'userId'),
      passwordHash: readPasswordHash(passwordHash, 'passwordHash'),
      ifVersion,
    }
    const user = await queryFirst(this.#connection, setPassword, input, call)
    return requireUpdated(user, this.#connection, userVersion, { id: userId, ifVersion, call })
  }

  /**
   * Links an account at an identity provider to a user, who can sign in with it from then on. It replaces an account that the user had.
   *
   * @throws {NotFoundError} there is no such user.
   * @throws {StaleVersionError} the user has another version than `ifVersion`.
   * @throws {ConstraintError} `users_provider_provider_id_key`: the account belongs to another user; `users_role_by_admins`: the actor
   *   is neither an administrator nor a job.
   */
  async linkProvider(userId: string, account: ProviderAccount, options?: UpdateOptions): Promise<User> {
    const { ifVersion, call } = readUpdateOptions(options, 'users.linkProvider')
    return this.#setProvider(userId, readProviderAccount(account, 'account'), ifVersion, call)
  }

  /**
   * Removes the account at an identity provider from a user; no-op for a user without one.
   *
   * @throws {NotFoundError} there is no such user.
   * @throws {StaleVersionError} the user has another version than `ifVersion`.
   * @throws {ConstraintError} `users_password_provider_check`: the user has no password, set one first; `users_role_by_admins`: the
   *   actor is neither an administrator nor a job.
   */
  async unlinkProvider(userId: string, options?: UpdateOptions): Promise<User> {
    const { ifVersion, call } = readUpdateOptions(options, 'users.unlinkProvider')
    return this.#setProvider(userId, { provider: null, providerId: null }, ifVersion, call)
  }

  async #setProvider(
    userId: string,
    account: ProviderAccount | { provider: null; providerId: null },
    ifVersion: number | null,
    call: CallOptions | undefined,
  ): Promise<User> {
    const id = uuid(userId, 'userId')
    const user = await queryFirst(this.#connection, setProvider, { userId: id, ...account, ifVersion }, call)
    return requireUpdated(user, this.#connection, userVersion, { id, ifVersion, call })
  }

  /**
   * Deactivates a user, who can no longer sign in: `findCredentialsByEmail` does not find the user, and `signInWithProvider` throws.
   * Sessions of the user are the service's to end. A user who is deactivated already keeps the time.
   *
   * @throws {NotFoundError} there is no such user.
   * @throws {StaleVersionError} the user has another version than `ifVersion`.
   * @throws {ConstraintError} `users_role_by_admins`: the actor is neither an administrator nor a job.
   */
  async deactivate(userId: string, options?: UpdateOptions): Promise<User> {
    const { ifVersion, call } = readUpdateOptions(options, 'users.deactivate')
    return this.#setActive(userId, false, ifVersion, call)
  }

  /** Lets a deactivated user sign in again; no-op for an active one. Throws as `deactivate` does. */
  async reactivate(userId: string, options?: UpdateOptions): Promise<User> {
    const { ifVersion, call } = readUpdateOptions(options, 'users.reactivate')
    return this.#setActive(userId, true, ifVersion, call)
  }

  async #setActive(
    userId: string,
    isActive: boolean,
    ifVersion: number | null,
    call: CallOptions | undefined,
  ): Promise<User> {
    const id = uuid(userId, 'userId')
    const user = await queryFirst(this.#connection, setActive, { userId: id, isActive, ifVersion }, call)
    return requireUpdated(user, this.#connection, userVersion, { id, ifVersion, call })
  }

  /**
   * Sets the time of the last sign-in to now, once the service has checked the password or the provider. It changes neither the version nor `updatedAt`,
   * and leaves no entry in the history.
   *
   * @throws {NotFoundError} there is no such user, or the user is deactivated.
   */
  async recordSignIn(userId: string, options?: CallOptions): Promise<User> {
    const user = await queryFirst(this.#connection, recordSignIn, { userId: uuid(userId, 'userId') }, options)
    return orThrowNotFound(user, 'users', { user_id: userId })
  }

  /**
   * Sets a user's role.
   *
   * @throws {NotFoundError} there is no such user.
   * @throws {StaleVersionError} the user has another version than `ifVersion`.
   */
  async setRole(userId: string, role: UserRole, options?: UpdateOptions): Promise<User> {
    const { ifVersion, call } = readUpdateOptions(options, 'users.setRole')
    const input = { userId: uuid(userId, 'userId'), role: readUserRole(role, 'role'), ifVersion }
    const user = await queryFirst(this.#connection, setRole, input, call)
    return requireUpdated(user, this.#connection, userVersion, { id: userId, ifVersion, call })
  }

  /**
   * Makes another user, or with null no user, the owner of all customers and people of a user, archived ones too, in one
   * statement. Returns how many there were.
   *
   * @throws {ConstraintError} `customers_owner_id_fkey`, `people_owner_id_fkey`: the new owner does not exist.
   */
  async handOver(
    userId: string,
    toUserId: string | null,
    options?: CallOptions,
  ): Promise<{ customers: number; people: number }> {
    const input = { userId: uuid(userId, 'userId'), toUserId: nullable(uuid)(toUserId, 'toUserId') }
    return queryOne(this.#connection, handOver, input, options)
  }

  /**
   * Deletes a user with all chats and their files, as `delete` does, and replaces the personal data in the audit log by `[erased]`: every value
   * in the entries about the user and the chats, texts of other entries that contain the name or the email address, IP
   * addresses and user agents of the user's own actions. The entries remain, with their times and actions, and one more says who
   * erased the user. It reads the whole audit log. Returns whether there was anything to erase; a user who was deleted before is
   * erased too.
   *
   * @throws {DatabaseError} the actor is neither an administrator nor a job, and the login does not own the tables.
   */
  async erase(userId: string, options?: CallOptions): Promise<boolean> {
    const input = { userId: uuid(userId, 'userId') }
    const { erased } = await this.#withFilesOf([input.userId], options, (connection, call) =>
      queryOne(connection, eraseUser, input, call),
    )
    return erased
  }

  /**
   * Returns everything that the database has about a user, as rows by table: the user without the password, chats, messages with
   * their parts and options, and audit entries about and by the user.
   *
   * @throws {DatabaseError} as `erase` does.
   */
  async export(userId: string, options?: CallOptions): Promise<PersonalData> {
    const { rows } = await queryOne(this.#connection, exportUser, { userId: uuid(userId, 'userId') }, options)
    return rows
  }

  /**
   * Deletes a user with all chats and their files, and returns whether the user existed. Customers and people of the user remain without an
   * owner, unless handOver gave them another one. Audit entries remain; their `userId` becomes null.
   */
  async delete(userId: string, options?: CallOptions): Promise<boolean> {
    return (await this.#delete([uuid(userId, 'userId')], options)) === 1
  }

  /** Deletes users with all their chats and files, in one statement, and returns how many existed. Unknown ids are ignored. */
  async deleteMany(userIds: readonly string[], options?: CallOptions): Promise<number> {
    return this.#delete(readUserIds(userIds, 'userIds'), options)
  }

  #delete(userIds: string[], options: CallOptions | undefined): Promise<number> {
    return this.#withFilesOf(userIds, options, (connection, call) =>
      execute(connection, deleteUsers, { userIds }, call),
    )
  }

  /** Runs a deletion of users, and deletes their files from the file store once it is committed. */
  async #withFilesOf<T>(
    userIds: string[],
    options: CallOptions | undefined,
    remove: (connection: Connection, options?: CallOptions) => Promise<T>,
  ): Promise<T> {
    if (!this.#files.canDelete) return remove(this.#connection, options)
    return this.#connection.atomically(async (connection) => {
      const files = await queryAll(connection, findFilesOfUsers, { userIds })
      const result = await remove(connection)
      await this.#files.deleteAfterCommit(
        connection,
        files.map(({ key }) => key),
      )
      return result
    }, options)
  }

  /**
   * Lists users, newest first. With `search`, the best matches come first.
   * `orderBy` and `where` order and filter it by further columns. `next` and `previous` lead to the pages beside it.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async list(request: UserListRequest = {}, options?: CallOptions): Promise<Page<User>> {
    return queryList(this.#connection, listUsers, readUserListRequest(request, 'request'), options)
  }

  /**
   * Reads all users of a list, one after the other, in constant memory: 200 at a time, as they are asked for. The request is that
   * of `list`, without the fields of a page.
   *
   * @throws {InvalidInputError} the request is not valid; thrown by the first step.
   */
  iterate(
    request: Omit<UserListRequest, 'limit' | 'after' | 'before' | 'withTotal'> = {},
    options?: CallOptions,
  ): AsyncGenerator<User, void, undefined> {
    return iteratePages(request, (page: UserListRequest) => this.list(page, options))
  }

  /**
   * Returns the user of a provider account, and creates the user if there is none. An existing user's name and email
   * address are unchanged. Concurrent first sign-ins of one account create one user.
   *
   * @throws {ConstraintError} `users_email_key`: another user has the email address. The service decides whether to
   *   connect the two accounts, once it knows that they belong to the same person, by `linkProvider`.
   * @throws {UserDeactivatedError} the user is deactivated.
   */
  async signInWithProvider(
    signIn: ProviderSignIn,
    options?: CallOptions,
  ): Promise<{ user: User; created: boolean }> {
    const input = readProviderSignIn(signIn, 'signIn')
    const { created, ...user } = await queryOne(this.#connection, signInWithProvider, input, options)
    if (user.deactivatedAt !== null) throw new UserDeactivatedError(user.userId)
    return { user, created }
  }
}
