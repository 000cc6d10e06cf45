export {
  type NewUser,
  type ProviderSignIn,
  type User,
  type UserChange,
  type UserCredentials,
  type UserListRequest,
  type UserProvider,
  UserRepository,
  type UserRole,
} from './repository.ts'
