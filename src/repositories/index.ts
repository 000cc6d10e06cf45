import type { TableName } from '../../generated/catalog.ts'
import type { Connection } from '../connection/index.ts'
import { AuditLogRepository, type Redaction } from './audit-log/index.ts'
import { ChatRepository, type MessageSettings } from './chats/index.ts'
import { CustomerRepository } from './customers/index.ts'
import type { AttributeValidators } from './details/index.ts'
import type { Files } from './files/index.ts'
import { PersonRepository } from './people/index.ts'
import { UserRepository } from './users/index.ts'

export {
  type AuditEntry,
  type AuditListRequest,
  type AuditLogRepository,
  type AuditPageRequest,
  type AuditPurgeRequest,
  isCount,
  type NewAuditEntry,
  Redaction,
} from './audit-log/index.ts'
export type {
  Chat,
  ChatForkRequest,
  ChatHit,
  ChatListRequest,
  ChatLoadRequest,
  ChatOwner,
  ChatPruneRequest,
  ChatReplaceRequest,
  ChatRepository,
  ChatSaveRequest,
  ChatSearchRequest,
  ChatTruncateRequest,
  ChatUsage,
  ChatUsageRequest,
  GivenModelOptions,
  LoadedChat,
  MessageHit,
  ModelOptions,
  NewChat,
  PendingApproval,
  StreamClaimRequest,
  UsageRequest,
} from './chats/index.ts'
export type { ChatMessage } from './chats/messages/index.ts'
export type {
  ArchivedCustomerListRequest,
  Contact,
  ContactChange,
  ContactListRequest,
  ContactRole,
  Customer,
  CustomerChange,
  CustomerDuplicate,
  CustomerDuplicates,
  CustomerImportOptions,
  CustomerListRequest,
  CustomerManyChange,
  CustomerProbe,
  CustomerRepository,
  CustomerRow,
  CustomerStatus,
  ImportCounts,
  ImportedCustomer,
  ImportedPerson,
  ImportedRows,
  ImportMatch,
  ImportReport,
  MatchingImportOptions,
  NewContact,
  NewCustomer,
  RejectedRow,
  UndoImportOptions,
  UndoneImport,
} from './customers/index.ts'
export {
  type AttributeValidator,
  type AttributeValidators,
  type CustomerAttributes,
  type EmailEntry,
  type ExternalId,
  type PersonAttributes,
  type PhoneEntry,
  type PostalAddress,
  readAttributeValidators,
} from './details/index.ts'
export {
  type FileErrorEvent,
  type FileErrorListener,
  type FileStore,
  Files,
  type MovedFile,
  readFileStore,
} from './files/index.ts'
export type {
  ArchivedPersonListRequest,
  CustomerOfPerson,
  NewPerson,
  Person,
  PersonChange,
  PersonDuplicate,
  PersonDuplicates,
  PersonListRequest,
  PersonManyChange,
  PersonProbe,
  PersonRepository,
} from './people/index.ts'
export type {
  NewUser,
  ProviderAccount,
  ProviderSignIn,
  User,
  UserChange,
  UserCredentials,
  UserListRequest,
  UserProvider,
  UserRepository,
  UserRole,
} from './users/index.ts'

/** The options of a database that single repositories need. */
export interface RepositorySettings {
  /** Keeps secrets out of the audit log. */
  readonly redaction: Redaction
  /** How chats store messages. */
  readonly messages: MessageSettings
  /** Where large files of messages are. */
  readonly files: Files
  /** Check the attributes of customers and people. */
  readonly attributes: AttributeValidators
  /** The service's own repositories, by the property that holds them. */
  readonly own: OwnRepositories
}

/** Classes of a service's own repositories, by the property that holds them: `{ activities: ActivityRepository }`. */
export type OwnRepositories = Readonly<Record<string, new (connection: Connection) => object>>

/** The own repositories, as properties of the database, its views and its transactions. */
export type OwnInstances<Own extends OwnRepositories> = {
  readonly [Name in keyof Own]: InstanceType<Own[Name]>
}

/** The repositories, one for each aggregate. The database and each transaction have all of them. */
export class Repositories {
  /** Users. */
  readonly users: UserRepository
  /** Customers and their contacts. */
  readonly customers: CustomerRepository
  /** People at customers. */
  readonly people: PersonRepository
  /** Chats and their messages. */
  readonly chats: ChatRepository
  /** The audit log. */
  readonly auditLog: AuditLogRepository

  /** @internal */
  constructor(connection: Connection, { redaction, messages, files, attributes, own }: RepositorySettings) {
    this.users = new UserRepository(connection, files)
    this.customers = new CustomerRepository(connection, attributes)
    this.people = new PersonRepository(connection, attributes.people)
    this.chats = new ChatRepository(connection, messages, files)
    this.auditLog = new AuditLogRepository(connection, redaction)
    for (const [name, Repository] of Object.entries(own)) {
      Object.defineProperty(this, name, { value: new Repository(connection), enumerable: true })
    }
  }
}

/** The repository of each table. A table that is added to schema/ is a compile error until it has one. */
export const HOMES = {
  users: 'users',
  customers: 'customers',
  customer_people: 'customers',
  people: 'people',
  chats: 'chats',
  messages: 'chats',
  parts: 'chats',
  ai_options: 'chats',
  audit_log: 'auditLog',
} as const satisfies Record<TableName, keyof Repositories>
