// Written by `npm run generate` from schema/. Do not edit: change the SQL and generate again.

import type { ColumnType } from "kysely";

export type ContactRole = "primary_contact" | "decision_maker" | "billing_contact" | "technical_contact" | "stakeholder";

export type CustomerStatus = "prospect" | "active" | "paused" | "churned";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Json = ColumnType<JsonValue, string, string>;

export type JsonArray = JsonValue[];

export type JsonObject = {
  [x: string]: JsonValue | undefined;
};

export type JsonPrimitive = boolean | number | string | null;

export type JsonValue = JsonArray | JsonObject | JsonPrimitive;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

/**
 * Options with which the model was called, per message; null where the provider's default applied.
 */
export interface AiOptions {
  chat_id: string;
  /**
   * Time of creation.
   */
  created_at: Generated<Timestamp>;
  /**
   * From -2 to 2.
   */
  frequency_penalty: number | null;
  /**
   * Maximum length of the answer, in tokens; at least 1.
   */
  max_tokens: number | null;
  message_id: string;
  /**
   * From -2 to 2.
   */
  presence_penalty: number | null;
  /**
   * System prompt.
   */
  prompt: string | null;
  /**
   * Sampling temperature, from 0 to 2.
   */
  temperature: number | null;
  /**
   * Nucleus sampling, from 0 to 1.
   */
  top_p: number | null;
}

/**
 * Which user did what to which entity, and when. Append-only.
 */
export interface AuditLog {
  /**
   * Action, for example create; at most 50 characters.
   */
  action: string;
  /**
   * Changes, as the service describes them; secrets are redacted.
   */
  changes: Json | null;
  /**
   * Time of the action.
   */
  created_at: Generated<Timestamp>;
  /**
   * Key of the entity, as text.
   */
  entity_id: string;
  /**
   * Kind of entity, for example user or customer; at most 50 characters.
   */
  entity_type: string;
  /**
   * UUID version 7; ascending in the order of creation.
   */
  id: Generated<string>;
  /**
   * IP address of the client.
   */
  ip_address: string | null;
  /**
   * User agent of the client.
   */
  user_agent: string | null;
  /**
   * User who acted; null for the service itself, and after the user is deleted.
   */
  user_id: string | null;
}

/**
 * Conversations between a user and an assistant.
 */
export interface Chats {
  /**
   * Id of the stream that is being written, used to resume it; null if there is none.
   */
  active_stream_id: string | null;
  /**
   * Time of creation.
   */
  created_at: Generated<Timestamp>;
  /**
   * UUID; the client may choose it.
   */
  id: Generated<string>;
  /**
   * Position of the next new message; assigned under the lock of this row.
   */
  next_position: Generated<number>;
  /**
   * At most 255 characters; null until the chat is named.
   */
  title: string | null;
  /**
   * Time of the last change, set by a trigger.
   */
  updated_at: Generated<Timestamp>;
  /**
   * Owner of the chat.
   */
  user_id: string;
  /**
   * Increases with every change to the messages; for optimistic locking.
   */
  version: Generated<number>;
}

/**
 * Contacts: which person works for which customer, in which role, and when.
 */
export interface CustomerPeople {
  customer_id: string;
  /**
   * UUID version 7; ascending in the order of creation.
   */
  customer_person_id: Generated<string>;
  /**
   * Last day; null for a contact without an end.
   */
  end_date: string | null;
  /**
   * The contact to call first; at most one per customer.
   */
  is_primary: Generated<boolean>;
  person_id: string;
  /**
   * Null if not known.
   */
  role: ContactRole | null;
  /**
   * First day.
   */
  start_date: Generated<string>;
}

/**
 * Companies to which the service sells.
 */
export interface Customers {
  /**
   * ISO 3166-1 alpha-2 code: two capital letters.
   */
  billing_country: string | null;
  /**
   * Number of employees.
   */
  company_size: number | null;
  /**
   * Time of creation.
   */
  created_at: Generated<Timestamp>;
  /**
   * UUID version 7; ascending in the order of creation.
   */
  customer_id: Generated<string>;
  /**
   * Name in everyday use; 2 to 200 characters, not counting spaces at either end.
   */
  display_name: string;
  /**
   * Free text, at most 100 characters.
   */
  industry: string | null;
  /**
   * Registered name; 2 to 200 characters, not counting spaces at either end.
   */
  legal_name: string;
  /**
   * Current stage of the customer.
   */
  status: Generated<CustomerStatus>;
  /**
   * IANA time zone name, for example Europe/Riga.
   */
  timezone: Generated<string>;
  /**
   * Time of the last change, set by a trigger.
   */
  updated_at: Generated<Timestamp>;
  /**
   * Address of the website; begins with http:// or https://.
   */
  website_url: string | null;
}

/**
 * Messages of a chat, ordered by position.
 */
export interface Messages {
  chat_id: string;
  /**
   * Time of creation.
   */
  created_at: Generated<Timestamp>;
  /**
   * The message byte for byte, with 0 in place of id, role and parts. The type is json because jsonb would reorder the keys.
   */
  envelope: Json;
  /**
   * Any string of 1 to 255 characters, chosen by the client or the server; unique within its chat.
   */
  id: string;
  /**
   * Input tokens, from the metadata of the message; null if it has none.
   */
  input_tokens: number | null;
  /**
   * Output tokens, from the metadata of the message; null if it has none.
   */
  output_tokens: number | null;
  /**
   * Number of parts. Parts at this position and beyond are being deleted by a concurrent save and must be ignored.
   */
  part_count: number;
  /**
   * Assigned once, from chats.next_position; gaps are normal.
   */
  position: number;
  /**
   * Author of the message.
   */
  role: "system" | "user" | "assistant";
}

/**
 * Parts of a message: text, reasoning, files, tool calls and all other types that the AI SDK has or will have.
 */
export interface Parts {
  chat_id: string;
  message_id: string;
  /**
   * The part byte for byte. The type is json because jsonb would reorder the keys; SQL does not read it.
   */
  payload: Json;
  /**
   * Position within the message; from 0, without gaps.
   */
  position: number;
  /**
   * Text of a text or reasoning part, shortened; null for other parts.
   */
  search_text: string | null;
  /**
   * Id of a tool call; not unique, because the AI SDK may repeat it. Null for other parts.
   */
  tool_call_id: string | null;
  /**
   * Name of the called tool; null for other parts.
   */
  tool_name: string | null;
  /**
   * State of a tool call, as the AI SDK names it; null for other parts.
   */
  tool_state: string | null;
  /**
   * Type, as the AI SDK names it; new types need no change of the schema.
   */
  type: string;
}

/**
 * People who work for customers; they do not sign in to the service.
 */
export interface People {
  /**
   * Time of creation.
   */
  created_at: Generated<Timestamp>;
  /**
   * Unique; letter case is ignored. Null if not known.
   */
  email: string | null;
  /**
   * 1 to 100 characters, not counting spaces at either end.
   */
  first_name: string;
  /**
   * False for a person who must no longer be contacted.
   */
  is_active: Generated<boolean>;
  /**
   * At most 100 characters.
   */
  job_title: string | null;
  /**
   * 1 to 100 characters, not counting spaces at either end.
   */
  last_name: string;
  /**
   * LinkedIn profile; at most 2048 characters.
   */
  linkedin_url: string | null;
  /**
   * UUID version 7; ascending in the order of creation.
   */
  person_id: Generated<string>;
  /**
   * Phone number in any format; at most 30 characters.
   */
  phone: string | null;
  /**
   * Time of the last change, set by a trigger.
   */
  updated_at: Generated<Timestamp>;
}

/**
 * People who sign in to the service, with a password or through an identity provider.
 */
export interface Users {
  /**
   * Time of creation.
   */
  created_at: Generated<Timestamp>;
  /**
   * Unique; letter case is ignored.
   */
  email: string;
  /**
   * Full name; 2 to 100 characters.
   */
  name: string;
  /**
   * bcrypt hash of 60 characters; null for users who sign in through a provider only. Only findCredentialsByEmail selects it.
   */
  password: string | null;
  /**
   * Identity provider; set together with provider_id.
   */
  provider: "google" | null;
  /**
   * The user's id at the provider (the `sub` claim of OpenID Connect).
   */
  provider_id: string | null;
  /**
   * Permissions in the service.
   */
  role: Generated<"user" | "admin" | "moderator">;
  /**
   * Time of the last change, set by a trigger.
   */
  updated_at: Generated<Timestamp>;
  /**
   * UUID version 7; ascending in the order of creation.
   */
  user_id: Generated<string>;
}

export interface DB {
  ai_options: AiOptions;
  audit_log: AuditLog;
  chats: Chats;
  customer_people: CustomerPeople;
  customers: Customers;
  messages: Messages;
  parts: Parts;
  people: People;
  users: Users;
}
