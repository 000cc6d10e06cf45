// Written by `npm run generate` from schema/. Do not edit: change the SQL and generate again.

import type { JsonValue } from "./database.ts"

/** A row of ai_options. */
export interface AiOptionsRow {
  chatId: string;
  messageId: string;
  /** The system prompt. */
  prompt: string | null;
  /** Upper bound of the answer, in tokens. */
  maxTokens: number | null;
  /** 0 to 2. */
  temperature: number | null;
  /** Nucleus sampling, 0 to 1. */
  topP: number | null;
  /** -2 to 2. */
  frequencyPenalty: number | null;
  /** -2 to 2. */
  presencePenalty: number | null;
  createdAt: Date;
}

/** A row to insert into ai_options. */
export interface AiOptionsInput {
  chatId: string;
  messageId: string;
  /** The system prompt. */
  prompt?: string | null | undefined;
  /** Upper bound of the answer, in tokens. */
  maxTokens?: number | null | undefined;
  /** 0 to 2. */
  temperature?: number | null | undefined;
  /** Nucleus sampling, 0 to 1. */
  topP?: number | null | undefined;
  /** -2 to 2. */
  frequencyPenalty?: number | null | undefined;
  /** -2 to 2. */
  presencePenalty?: number | null | undefined;
  createdAt?: Date | string | undefined;
}

/** A row of audit_log. */
export interface AuditLogRow {
  id: string;
  /** Who did it; null for the service itself, or after the user is gone. */
  userId: string | null;
  /** Kind of entity, such as user or customer; at most 50 characters. */
  entityType: string;
  /** The entity's key as text. */
  entityId: string;
  /** What was done, such as create; at most 50 characters. */
  action: string;
  /** What changed, as the service describes it; secrets redacted. */
  changes: JsonValue | null;
  ipAddress: string | null;
  userAgent: string | null;
  createdAt: Date;
}

/** A row to insert into audit_log. */
export interface AuditLogInput {
  id?: string | undefined;
  /** Who did it; null for the service itself, or after the user is gone. */
  userId?: string | null | undefined;
  /** Kind of entity, such as user or customer; at most 50 characters. */
  entityType: string;
  /** The entity's key as text. */
  entityId: string;
  /** What was done, such as create; at most 50 characters. */
  action: string;
  /** What changed, as the service describes it; secrets redacted. */
  changes?: string | null | undefined;
  ipAddress?: string | null | undefined;
  userAgent?: string | null | undefined;
  createdAt?: Date | string | undefined;
}

/** A row of chats. */
export interface ChatsRow {
  /** May be chosen by the client. */
  id: string;
  userId: string;
  /** At most 255 characters; null until somebody names it. */
  title: string | null;
  /** Position of the next new message; handed out under this row's lock. */
  nextPosition: number;
  /** Grows with every change to the messages; for optimistic locking. */
  version: number;
  /** The stream that is being written now, for resuming it; null when none is. */
  activeStreamId: string | null;
  createdAt: Date;
  /** Set by a trigger whenever the row changes. */
  updatedAt: Date;
}

/** A row to insert into chats. */
export interface ChatsInput {
  /** May be chosen by the client. */
  id?: string | undefined;
  userId: string;
  /** At most 255 characters; null until somebody names it. */
  title?: string | null | undefined;
  /** Position of the next new message; handed out under this row's lock. */
  nextPosition?: number | undefined;
  /** Grows with every change to the messages; for optimistic locking. */
  version?: number | undefined;
  /** The stream that is being written now, for resuming it; null when none is. */
  activeStreamId?: string | null | undefined;
  createdAt?: Date | string | undefined;
  /** Set by a trigger whenever the row changes. */
  updatedAt?: Date | string | undefined;
}

/** A row of customer_people. */
export interface CustomerPeopleRow {
  customerPersonId: string;
  customerId: string;
  personId: string;
  /** Null while it is not known. */
  role: "primary_contact" | "decision_maker" | "billing_contact" | "technical_contact" | "stakeholder" | null;
  /** The one to call first; at most one per customer. */
  isPrimary: boolean;
  startDate: string;
  /** Last day; null while the contact lasts. */
  endDate: string | null;
}

/** A row to insert into customer_people. */
export interface CustomerPeopleInput {
  customerPersonId?: string | undefined;
  customerId: string;
  personId: string;
  /** Null while it is not known. */
  role?: "primary_contact" | "decision_maker" | "billing_contact" | "technical_contact" | "stakeholder" | null | undefined;
  /** The one to call first; at most one per customer. */
  isPrimary?: boolean | undefined;
  startDate?: string | undefined;
  /** Last day; null while the contact lasts. */
  endDate?: string | null | undefined;
}

/** A row of customers. */
export interface CustomersRow {
  customerId: string;
  /** As registered; 2 to 200 characters after trimming. */
  legalName: string;
  /** As people call it; 2 to 200 characters after trimming. */
  displayName: string;
  status: "prospect" | "active" | "paused" | "churned";
  /** Free text, at most 100 characters. */
  industry: string | null;
  /** Number of employees. */
  companySize: number | null;
  /** Begins with http:// or https://. */
  websiteUrl: string | null;
  /** ISO 3166-1 alpha-2: two capital letters. */
  billingCountry: string | null;
  /** IANA name, such as Europe/Riga. */
  timezone: string;
  createdAt: Date;
  /** Set by a trigger whenever the row changes. */
  updatedAt: Date;
}

/** A row to insert into customers. */
export interface CustomersInput {
  customerId?: string | undefined;
  /** As registered; 2 to 200 characters after trimming. */
  legalName: string;
  /** As people call it; 2 to 200 characters after trimming. */
  displayName: string;
  status?: "prospect" | "active" | "paused" | "churned" | undefined;
  /** Free text, at most 100 characters. */
  industry?: string | null | undefined;
  /** Number of employees. */
  companySize?: number | null | undefined;
  /** Begins with http:// or https://. */
  websiteUrl?: string | null | undefined;
  /** ISO 3166-1 alpha-2: two capital letters. */
  billingCountry?: string | null | undefined;
  /** IANA name, such as Europe/Riga. */
  timezone?: string | undefined;
  createdAt?: Date | string | undefined;
  /** Set by a trigger whenever the row changes. */
  updatedAt?: Date | string | undefined;
}

/** A row of messages. */
export interface MessagesRow {
  chatId: string;
  /** Any string of 1 to 255 characters, chosen by client or server; unique within its chat. */
  id: string;
  /** Handed out once from chats.next_position; gaps are ordinary. */
  position: number;
  role: "system" | "user" | "assistant";
  /** Parts at this position and beyond are being deleted by a concurrent save and do not count. */
  partCount: number;
  /** The message with 0 in place of id, role and parts, byte for byte: json, because jsonb would reorder it. */
  envelope: JsonValue;
  /** As the message's metadata has them; null where it has none. */
  inputTokens: number | null;
  /** As the message's metadata has them; null where it has none. */
  outputTokens: number | null;
  createdAt: Date;
}

/** A row to insert into messages. */
export interface MessagesInput {
  chatId: string;
  /** Any string of 1 to 255 characters, chosen by client or server; unique within its chat. */
  id: string;
  /** Handed out once from chats.next_position; gaps are ordinary. */
  position: number;
  role: "system" | "user" | "assistant";
  /** Parts at this position and beyond are being deleted by a concurrent save and do not count. */
  partCount: number;
  /** The message with 0 in place of id, role and parts, byte for byte: json, because jsonb would reorder it. */
  envelope: string;
  /** As the message's metadata has them; null where it has none. */
  inputTokens?: number | null | undefined;
  /** As the message's metadata has them; null where it has none. */
  outputTokens?: number | null | undefined;
  createdAt?: Date | string | undefined;
}

/** A row of parts. */
export interface PartsRow {
  chatId: string;
  messageId: string;
  /** Place within its message, from 0 without gaps. */
  position: number;
  /** As the AI SDK names it; new types need no change here. */
  type: string;
  /** Not unique: the AI SDK may repeat it. */
  toolCallId: string | null;
  toolName: string | null;
  toolState: string | null;
  /** The text of a text or reasoning part, clipped; null for other parts. */
  searchText: string | null;
  /** The part itself, byte for byte: json, because jsonb would reorder it. Nothing in SQL looks inside. */
  payload: JsonValue;
}

/** A row to insert into parts. */
export interface PartsInput {
  chatId: string;
  messageId: string;
  /** Place within its message, from 0 without gaps. */
  position: number;
  /** As the AI SDK names it; new types need no change here. */
  type: string;
  /** Not unique: the AI SDK may repeat it. */
  toolCallId?: string | null | undefined;
  toolName?: string | null | undefined;
  toolState?: string | null | undefined;
  /** The text of a text or reasoning part, clipped; null for other parts. */
  searchText?: string | null | undefined;
  /** The part itself, byte for byte: json, because jsonb would reorder it. Nothing in SQL looks inside. */
  payload: string;
}

/** A row of people. */
export interface PeopleRow {
  personId: string;
  /** 1 to 100 characters after trimming. */
  firstName: string;
  /** 1 to 100 characters after trimming. */
  lastName: string;
  /** Compared without letter case; unique where known. */
  email: string | null;
  /** As written, at most 30 characters. */
  phone: string | null;
  /** At most 100 characters. */
  jobTitle: string | null;
  linkedinUrl: string | null;
  /** False once the person is no longer to be contacted. */
  isActive: boolean;
  createdAt: Date;
  /** Set by a trigger whenever the row changes. */
  updatedAt: Date;
}

/** A row to insert into people. */
export interface PeopleInput {
  personId?: string | undefined;
  /** 1 to 100 characters after trimming. */
  firstName: string;
  /** 1 to 100 characters after trimming. */
  lastName: string;
  /** Compared without letter case; unique where known. */
  email?: string | null | undefined;
  /** As written, at most 30 characters. */
  phone?: string | null | undefined;
  /** At most 100 characters. */
  jobTitle?: string | null | undefined;
  linkedinUrl?: string | null | undefined;
  /** False once the person is no longer to be contacted. */
  isActive?: boolean | undefined;
  createdAt?: Date | string | undefined;
  /** Set by a trigger whenever the row changes. */
  updatedAt?: Date | string | undefined;
}

/** A row of users. */
export interface UsersRow {
  userId: string;
  /** 2 to 100 characters. */
  name: string;
  /** Compared without letter case; unique. */
  email: string;
  /** bcrypt hash, 60 characters; null for those who sign in through a provider alone. Never selected but by findCredentialsByEmail. */
  password: string | null;
  /** What the user may do in the service. */
  role: "user" | "admin" | "moderator";
  /** Identity provider, with provider_id. */
  provider: "google" | null;
  /** The user's id at the provider (the `sub` claim of OpenID Connect). */
  providerId: string | null;
  createdAt: Date;
  /** Set by a trigger whenever the row changes. */
  updatedAt: Date;
}

/** A row to insert into users. */
export interface UsersInput {
  userId?: string | undefined;
  /** 2 to 100 characters. */
  name: string;
  /** Compared without letter case; unique. */
  email: string;
  /** bcrypt hash, 60 characters; null for those who sign in through a provider alone. Never selected but by findCredentialsByEmail. */
  password?: string | null | undefined;
  /** What the user may do in the service. */
  role?: "user" | "admin" | "moderator" | undefined;
  /** Identity provider, with provider_id. */
  provider?: "google" | null | undefined;
  /** The user's id at the provider (the `sub` claim of OpenID Connect). */
  providerId?: string | null | undefined;
  createdAt?: Date | string | undefined;
  /** Set by a trigger whenever the row changes. */
  updatedAt?: Date | string | undefined;
}
