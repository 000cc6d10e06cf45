export type { ConstraintName, TableName } from '../generated/catalog.ts'
export type { DB } from '../generated/database.ts'
export type { ChatMessage } from './chat-message.ts'
export type { CallOptions } from './connection.ts'
export { type Database, type DatabaseOptions, type OpenOptions, openDatabase, type Pool } from './database.ts'
export {
  ConstraintError,
  type ConstraintKind,
  DatabaseError,
  ImportError,
  InvalidInputError,
  MessageTooLargeError,
  NotFoundError,
  SerializationError,
  StaleVersionError,
  UnavailableError,
  violates,
} from './errors.ts'
export type { FileStore, MovedFile } from './message-files.ts'
export type { Page, PageRequest } from './page.ts'
export type { QueryEvent, QueryListener } from './query-log.ts'
export type {
  AuditEntry,
  AuditListRequest,
  AuditLogRepository,
  AuditPageRequest,
  NewAuditEntry,
} from './repositories/audit-log.ts'
export type {
  ChatForkRequest,
  ChatHit,
  ChatListRequest,
  ChatLoadRequest,
  ChatOwner,
  ChatPruneRequest,
  ChatReplaceRequest,
  ChatSaveRequest,
  ChatTruncateRequest,
  ChatUsage,
  ChatUsageRequest,
  GivenModelOptions,
  LoadedChat,
  NewChat,
  PendingApproval,
  StreamClaimRequest,
} from './repositories/chat-input.ts'
export type { Chat, ChatRepository, ModelOptions } from './repositories/chats.ts'
export type { Contact, ContactListRequest, ContactRole, NewContact } from './repositories/contacts.ts'
export type {
  CustomerImportOptions,
  ImportCounts,
  ImportedCustomer,
  ImportedPerson,
} from './repositories/customer-import.ts'
export type { CustomerChange, CustomerStatus, NewCustomer } from './repositories/customer-input.ts'
export type { Customer, CustomerListRequest, CustomerRepository } from './repositories/customers.ts'
export type {
  CustomerOfPerson,
  NewPerson,
  Person,
  PersonChange,
  PersonListRequest,
  PersonRepository,
} from './repositories/people.ts'
export type {
  NewUser,
  ProviderSignIn,
  User,
  UserChange,
  UserCredentials,
  UserListRequest,
  UserProvider,
  UserRepository,
  UserRole,
} from './repositories/users.ts'
export type { Isolation, Transaction, TransactionOptions } from './transaction.ts'
