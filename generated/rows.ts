// Written by `npm run generate` from schema/. Do not edit: change the SQL and generate again.

import type { JsonValue } from "./database.js"

/** A row of ai_options. */
export interface AiOptionsRow {
  /** Owner of the chat. */
  userId: string;
  chatId: string;
  messageId: string;
  /** System prompt. */
  prompt: string | null;
  /** Maximum length of the answer, in tokens; at least 1. */
  maxTokens: number | null;
  /** Sampling temperature, from 0 to 2. */
  temperature: number | null;
  /** Nucleus sampling, from 0 to 1. */
  topP: number | null;
  /** From -2 to 2. */
  frequencyPenalty: number | null;
  /** From -2 to 2. */
  presencePenalty: number | null;
  /** Time of creation. */
  createdAt: Date;
}

/** A row of audit_log. */
export interface AuditLogRow {
  /** UUID version 7; ascending in the order of creation. */
  id: string;
  /** User who acted; null for the service itself, and after the user is deleted. */
  userId: string | null;
  /** Kind of entity, at most 50 characters. In the history: user, customer, person, contact, chat or import. */
  entityType: string;
  /** Key of the entity, as text. In the history of chats: the user and the chat, with / between. */
  entityId: string;
  /** Action, at most 50 characters. In the history: create, update, delete, merge, import or undo. */
  action: string;
  /** In the history: { column: [old, new] }, or the numbers of rows that an import created, or that its undo deleted. Else changes as the service describes them; secrets are redacted. */
  changes: JsonValue | null;
  /** IP address of the client. */
  ipAddress: string | null;
  /** User agent of the client. */
  userAgent: string | null;
  /** Id of the request in which the user acted. */
  requestId: string | null;
  /** Name of the job that acted. */
  system: string | null;
  /** True for the history of changes, which triggers write. Row security refuses such an entry from any login but the owner. */
  isHistory: boolean;
  /** Import in whose transaction the entry was written. */
  importId: string | null;
  /** Time of the action. */
  createdAt: Date;
}

/** A row of chats. */
export interface ChatsRow {
  /** Owner of the chat. */
  userId: string;
  /** UUID, unique among the chats of its user; the client may choose it. */
  id: string;
  /** At most 255 characters; null until the chat is named. */
  title: string | null;
  /** Position of the next new message; assigned under the lock of this row. */
  nextPosition: number;
  /** Increases with every change to the messages; for optimistic locking. */
  version: number;
  /** Id of the stream that is being written, used to resume it; null if there is none. */
  activeStreamId: string | null;
  /** Time of creation. */
  createdAt: Date;
  /** Time of the last change, set by a trigger. */
  updatedAt: Date;
}

/** A row of customer_people. */
export interface CustomerPeopleRow {
  /** UUID version 7; ascending in the order of creation. */
  customerPersonId: string;
  customerId: string;
  personId: string;
  /** Null if not known. */
  role: "primary_contact" | "decision_maker" | "billing_contact" | "technical_contact" | "stakeholder" | null;
  /** The contact to call first; at most one per customer. */
  isPrimary: boolean;
  /** First day. */
  startDate: string;
  /** Last day; null for a contact without an end. */
  endDate: string | null;
  /** Increases with every change to the row; for optimistic locking. */
  version: number;
  /** Time of creation. */
  createdAt: Date;
  /** Time of the last change, set by a trigger. */
  updatedAt: Date;
  /** User who created the row; null for the service itself. The user may have been deleted since. */
  createdBy: string | null;
  /** User who made the last change; null for the service itself. The user may have been deleted since. */
  updatedBy: string | null;
  /** Import that created the row; null for any other origin. */
  importId: string | null;
}

/** A row of customers. */
export interface CustomersRow {
  /** UUID version 7; ascending in the order of creation. */
  customerId: string;
  /** Registered name; 2 to 200 characters, not counting spaces at either end. */
  legalName: string;
  /** Name in everyday use; 2 to 200 characters, not counting spaces at either end. */
  displayName: string;
  /** Current stage of the customer. */
  status: "prospect" | "active" | "paused" | "churned";
  /** Free text, at most 100 characters. */
  industry: string | null;
  /** Number of employees. */
  companySize: number | null;
  /** Address of the website; begins with http:// or https://. */
  websiteUrl: string | null;
  /** ISO 3166-1 alpha-2 code: two capital letters. */
  billingCountry: string | null;
  /** IANA time zone name, for example Europe/Riga. */
  timezone: string;
  /** Other system that the customer comes from; 1 to 50 characters. Null together with external_id. */
  source: string | null;
  /** Key of the customer in the other system; 1 to 200 characters. Unique with source among those that are not archived. */
  externalId: string | null;
  /** Up to 50 different tags of 1 to 50 characters; null for none. */
  tags: (string | null)[] | null;
  /** Fields of the service, a JSON object of at most 20,000 bytes; null for none. */
  attributes: JsonValue | null;
  /** Its email addresses, a JSON list of 1 to 20 objects with address and label; null for none. */
  emails: JsonValue | null;
  /** Its phone numbers, a JSON list of 1 to 20 objects with number, e164 and label; null for none. */
  phones: JsonValue | null;
  /** Postal addresses, a JSON list of 1 to 20 objects with street, city, region, postalCode, country and label; null for none. */
  addresses: JsonValue | null;
  /** User who looks after the customer; null for no user. */
  ownerId: string | null;
  /** Time at which the customer was archived; null for one that is in use. Lists leave archived rows out. */
  archivedAt: Date | null;
  /** The customer that this one was merged into; null for one that was not merged. Its id leads there. */
  mergedInto: string | null;
  /** Increases with every change to the row; for optimistic locking. */
  version: number;
  /** Time of creation. */
  createdAt: Date;
  /** Time of the last change, set by a trigger. */
  updatedAt: Date;
  /** User who created the row; null for the service itself. The user may have been deleted since. */
  createdBy: string | null;
  /** User who made the last change; null for the service itself. The user may have been deleted since. */
  updatedBy: string | null;
  /** Import that created the row; null for any other origin. */
  importId: string | null;
}

/** A row of messages. */
export interface MessagesRow {
  /** Owner of the chat. */
  userId: string;
  chatId: string;
  /** Any string of 1 to 255 characters, chosen by the client or the server; unique within its chat. */
  id: string;
  /** Assigned once, from chats.next_position; gaps are normal. */
  position: number;
  /** Author of the message. */
  role: "system" | "user" | "assistant";
  /** Number of parts. Parts at this position and beyond are being deleted by a concurrent save and must be ignored. */
  partCount: number;
  /** The message byte for byte, with 0 in place of id, role and parts. The type is json because jsonb would reorder the keys. */
  envelope: JsonValue;
  /** Input tokens, from the metadata of the message; null if it has none. */
  inputTokens: number | null;
  /** Output tokens, from the metadata of the message; null if it has none. */
  outputTokens: number | null;
  /** Time of creation. */
  createdAt: Date;
}

/** A row of parts. */
export interface PartsRow {
  /** Owner of the chat. */
  userId: string;
  chatId: string;
  messageId: string;
  /** Position within the message; from 0, without gaps. */
  position: number;
  /** Type, as the AI SDK names it; new types need no change of the schema. */
  type: string;
  /** Id of a tool call; not unique, because the AI SDK may repeat it. Null for other parts. */
  toolCallId: string | null;
  /** Name of the called tool; null for other parts. */
  toolName: string | null;
  /** State of a tool call, as the AI SDK names it; null for other parts. */
  toolState: string | null;
  /** Text that a search shows: that of the part, the texts of a tool's input and output, or the name of a file; at most 100,000 characters. */
  searchText: string | null;
  /** The words of search_text, as searches look them up; written by the process that saves the message. */
  words: string | null;
  /** The part byte for byte. The type is json because jsonb would reorder the keys; SQL does not read it. */
  payload: JsonValue;
  /** Name of the part's file in the file store: its hash, and random digits. Null if the part has no file there. The key in the store is user_id/file. */
  file: string | null;
}

/** A row of people. */
export interface PeopleRow {
  /** UUID version 7; ascending in the order of creation. */
  personId: string;
  /** 1 to 100 characters, not counting spaces at either end. */
  firstName: string;
  /** 1 to 100 characters, not counting spaces at either end. */
  lastName: string;
  /** Unique among people who are not archived; letter case is ignored. Null if not known. */
  email: string | null;
  /** Phone number as it was typed; at least one digit, at most 30 characters. */
  phone: string | null;
  /** The same number in E.164: + and up to 15 digits. Null if not known. */
  phoneE164: string | null;
  /** At most 100 characters. */
  jobTitle: string | null;
  /** LinkedIn profile; at most 2048 characters. */
  linkedinUrl: string | null;
  /** False for a person who must no longer be contacted. */
  isActive: boolean;
  /** Other system that the person comes from; 1 to 50 characters. Null together with external_id. */
  source: string | null;
  /** Key of the person in the other system; 1 to 200 characters. Unique with source among those that are not archived. */
  externalId: string | null;
  /** Up to 50 different tags of 1 to 50 characters; null for none. */
  tags: (string | null)[] | null;
  /** Fields of the service, a JSON object of at most 20,000 bytes; null for none. */
  attributes: JsonValue | null;
  /** Further email addresses, a JSON list of 1 to 20 objects with address and label; null for none. */
  emails: JsonValue | null;
  /** Further phone numbers, a JSON list of 1 to 20 objects with number, e164 and label; null for none. */
  phones: JsonValue | null;
  /** Postal addresses, a JSON list of 1 to 20 objects with street, city, region, postalCode, country and label; null for none. */
  addresses: JsonValue | null;
  /** User who looks after the person; null for no user. */
  ownerId: string | null;
  /** Time at which the person was archived; null for one that is in use. Lists leave archived rows out. */
  archivedAt: Date | null;
  /** The person that this one was merged into; null for one that was not merged. Its id leads there. */
  mergedInto: string | null;
  /** Increases with every change to the row; for optimistic locking. */
  version: number;
  /** Time of creation. */
  createdAt: Date;
  /** Time of the last change, set by a trigger. */
  updatedAt: Date;
  /** User who created the row; null for the service itself. The user may have been deleted since. */
  createdBy: string | null;
  /** User who made the last change; null for the service itself. The user may have been deleted since. */
  updatedBy: string | null;
  /** Import that created the row; null for any other origin. */
  importId: string | null;
}

/** A row of users. */
export interface UsersRow {
  /** UUID version 7; ascending in the order of creation. */
  userId: string;
  /** Full name; 2 to 100 characters. */
  name: string;
  /** Unique; letter case is ignored. */
  email: string;
  /** Hash by bcrypt, argon2id or scrypt, with its parameters and salt; at most 300 characters. Null for users who sign in through a provider only. Only findCredentialsByEmail selects it. */
  password: string | null;
  /** Permissions in the service. */
  role: "user" | "admin" | "moderator";
  /** Identity provider; set together with provider_id. */
  provider: "google" | null;
  /** The user's id at the provider (the `sub` claim of OpenID Connect). */
  providerId: string | null;
  /** Time of the last sign-in that the service has recorded; null for none. */
  lastSignInAt: Date | null;
  /** Time at which the user was deactivated and may no longer sign in; null for an active user. */
  deactivatedAt: Date | null;
  /** Increases with every change to the row; for optimistic locking. */
  version: number;
  /** Time of creation. */
  createdAt: Date;
  /** Time of the last change, set by a trigger. */
  updatedAt: Date;
  /** User who created the row; null for the service itself. The user may have been deleted since. */
  createdBy: string | null;
  /** User who made the last change; null for the service itself. The user may have been deleted since. */
  updatedBy: string | null;
}
