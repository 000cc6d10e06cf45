export type { NewUser, ProviderAccount, ProviderSignIn, UserChange, UserListRequest } from './input.ts'
export { UserRepository } from './repository.ts'
export type { User, UserCredentials, UserProvider, UserRole } from './rows.ts'
