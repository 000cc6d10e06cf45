import { BOUNDS, USER_PROVIDERS, USER_ROLES } from '../../../generated/catalog.ts'
import type { UsersRow } from '../../../generated/rows.ts'
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
import { type Columns, type OptionalColumns, type PageRequest, pageFields } from '../../query/index.ts'
import type { UserProvider, UserRole } from './rows.ts'

/** A user to create, with a password hash, a provider, or both. The role is `user` by default. */
export interface NewUser
  extends Columns<UsersRow, 'name' | 'email'>,
    OptionalColumns<UsersRow, 'role' | 'provider' | 'providerId'> {
  /** bcrypt hash, 60 characters. */
  passwordHash?: string | null | undefined
}

/** The fields of a user to update. Omitted fields are unchanged. */
export interface UserChange extends OptionalColumns<UsersRow, 'name' | 'email'> {}

/** Which users to list. Filters are combined with `and`. */
export interface UserListRequest extends PageRequest {
  role?: UserRole | undefined
  /**
   * Part of the name or email address, in any letter case, with or without accents. A text of fewer than three characters
   * matches the beginning of a word.
   */
  search?: string | undefined
}

/** A user's account at an identity provider. */
export interface ProviderSignIn {
  provider: UserProvider
  /** The user's id at the provider: the `sub` claim of OpenID Connect. */
  providerId: string
  /** Email address of a new user. */
  email: string
  /** Name of a new user, 2 to 100 characters. */
  name: string
}

/** Reads a password hash. The message does not repeat the value, which may be a password. */
export const readPasswordHash = matching(
  BOUNDS.users.password.pattern,
  'must be a bcrypt hash of 60 characters, never the password itself',
)

export const readNewUser = fields<NewUser>({
  name: text,
  email: text,
  passwordHash: optional(nullable(readPasswordHash)),
  provider: optional(nullable(oneOf(USER_PROVIDERS))),
  providerId: optional(nullable(text)),
  role: optional(oneOf(USER_ROLES)),
})

export const readUserChange = fields<UserChange>({ name: optional(text), email: optional(text) })

export const readUserListRequest = fields<UserListRequest>({
  ...pageFields,
  role: optional(oneOf(USER_ROLES)),
  search: optional(searchWords),
})

export const readProviderSignIn = fields<ProviderSignIn>({
  provider: oneOf(USER_PROVIDERS),
  providerId: text,
  email: text,
  name: text,
})

export const readUserIds = listOf(uuid)
export const readUserRole = oneOf(USER_ROLES)
