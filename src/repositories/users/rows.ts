import type { USER_PROVIDERS, USER_ROLES } from '../../../generated/catalog.ts'
import type { UsersRow } from '../../../generated/rows.ts'
import type { Columns } from '../../query/index.ts'

/** The role of a user in the service. */
export type UserRole = (typeof USER_ROLES)[number]

/** An identity provider through which users sign in. */
export type UserProvider = (typeof USER_PROVIDERS)[number]

/** A user as services see it, without the password hash. */
export interface User
  extends Columns<
    UsersRow,
    | 'userId'
    | 'name'
    | 'email'
    | 'role'
    | 'provider'
    | 'providerId'
    | 'lastSignInAt'
    | 'deactivatedAt'
    | 'version'
    | 'createdAt'
    | 'updatedAt'
    | 'createdBy'
    | 'updatedBy'
  > {}

/** The columns of a User. */
export const USER = [
  'user_id as userId',
  'name',
  'email',
  'role',
  'provider',
  'provider_id as providerId',
  'last_sign_in_at as lastSignInAt',
  'deactivated_at as deactivatedAt',
  'version',
  'created_at as createdAt',
  'updated_at as updatedAt',
  'created_by as createdBy',
  'updated_by as updatedBy',
] as const

/** The values that a service needs to sign a user in by password. */
export interface UserCredentials extends Columns<UsersRow, 'userId' | 'role'> {
  /** Hash by bcrypt, argon2id or scrypt; null for users who sign in only through a provider. */
  passwordHash: string | null
}
