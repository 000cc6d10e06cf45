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
import {
  type Columns,
  type OptionalColumns,
  type OrderRequest,
  orderFields,
  type PageRequest,
  pageFields,
} from '../../query/index.ts'
import type { USER_OFFERS } from './offers.ts'
import type { User, UserProvider, UserRole } from './rows.ts'

/** A user to create, with a password hash, a provider, or both. The role is `user` by default. */
export interface NewUser
  extends Columns<UsersRow, 'name' | 'email'>,
    OptionalColumns<UsersRow, 'role' | 'provider' | 'providerId'> {
  /** Hash by bcrypt, argon2id or scrypt, as these functions write it: `$2b$…`, `$argon2id$…` or `$scrypt$…`. */
  passwordHash?: string | null | undefined
}

/** The fields of a user to update. Omitted fields are unchanged. */
export interface UserChange extends OptionalColumns<UsersRow, 'name' | 'email'> {}

/** Which users to list. Filters are combined with `and`. */
export interface UserListRequest extends PageRequest, OrderRequest<typeof USER_OFFERS, User> {
  role?: UserRole | undefined
  /**
   * Words that must all occur, in any order, each as the beginning of a word; words in quotes occur as they are, one behind
   * the other. Letter case, accents and punctuation do not matter. The name and the email address are searched. The first 200 characters and 10 words are read.
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

/** A user's account at an identity provider, to link. */
export interface ProviderAccount extends Pick<ProviderSignIn, 'provider' | 'providerId'> {}

/** Reads a password hash. The message does not repeat the value, which may be a password. */
export const readPasswordHash = matching(
  BOUNDS.users.password.pattern,
  'must be a hash by bcrypt, argon2id or scrypt, never the password itself',
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
  ...orderFields,
  role: optional(oneOf(USER_ROLES)),
  search: optional(searchWords),
})

export const readProviderSignIn = fields<ProviderSignIn>({
  provider: oneOf(USER_PROVIDERS),
  providerId: text,
  email: text,
  name: text,
})

export const readProviderAccount = fields<ProviderAccount>({
  provider: oneOf(USER_PROVIDERS),
  providerId: text,
})

export const readUserIds = listOf(uuid)
export const readUserRole = oneOf(USER_ROLES)
