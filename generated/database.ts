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
 * The options the model was called with, per message; null where the provider's default applied.
 */
export interface AiOptions {
  chat_id: string;
  created_at: Generated<Timestamp>;
  /**
   * -2 to 2.
   */
  frequency_penalty: number | null;
  /**
   * Upper bound of the answer, in tokens.
   */
  max_tokens: number | null;
  message_id: string;
  /**
   * -2 to 2.
   */
  presence_penalty: number | null;
  /**
   * The system prompt.
   */
  prompt: string | null;
  /**
   * 0 to 2.
   */
  temperature: number | null;
  /**
   * Nucleus sampling, 0 to 1.
   */
  top_p: number | null;
}

/**
 * Who did what to which entity, and when. Append-only.
 */
export interface AuditLog {
  /**
   * What was done, such as create; at most 50 characters.
   */
  action: string;
  /**
   * What changed, as the service describes it; secrets redacted.
   */
  changes: Json | null;
  created_at: Generated<Timestamp>;
  /**
   * The entity's key as text.
   */
  entity_id: string;
  /**
   * Kind of entity, such as user or customer; at most 50 characters.
   */
  entity_type: string;
  id: Generated<string>;
  ip_address: string | null;
  user_agent: string | null;
  /**
   * Who did it; null for the service itself, or after the user is gone.
   */
  user_id: string | null;
}

/**
 * Conversations of a user with an assistant.
 */
export interface Chats {
  /**
   * The stream that is being written now, for resuming it; null when none is.
   */
  active_stream_id: string | null;
  created_at: Generated<Timestamp>;
  /**
   * May be chosen by the client.
   */
  id: Generated<string>;
  /**
   * Position of the next new message; handed out under this row's lock.
   */
  next_position: Generated<number>;
  /**
   * At most 255 characters; null until somebody names it.
   */
  title: string | null;
  /**
   * Set by a trigger whenever the row changes.
   */
  updated_at: Generated<Timestamp>;
  user_id: string;
  /**
   * Grows with every change to the messages; for optimistic locking.
   */
  version: Generated<number>;
}

/**
 * Contacts: which person stands for which customer, as what, and when.
 */
export interface CustomerPeople {
  customer_id: string;
  customer_person_id: Generated<string>;
  /**
   * Last day; null while the contact lasts.
   */
  end_date: string | null;
  /**
   * The one to call first; at most one per customer.
   */
  is_primary: Generated<boolean>;
  person_id: string;
  /**
   * Null while it is not known.
   */
  role: ContactRole | null;
  start_date: Generated<string>;
}

/**
 * Organisations the service sells to.
 */
export interface Customers {
  /**
   * ISO 3166-1 alpha-2: two capital letters.
   */
  billing_country: string | null;
  /**
   * Number of employees.
   */
  company_size: number | null;
  created_at: Generated<Timestamp>;
  customer_id: Generated<string>;
  /**
   * As people call it; 2 to 200 characters after trimming.
   */
  display_name: string;
  /**
   * Free text, at most 100 characters.
   */
  industry: string | null;
  /**
   * As registered; 2 to 200 characters after trimming.
   */
  legal_name: string;
  status: Generated<CustomerStatus>;
  /**
   * IANA name, such as Europe/Riga.
   */
  timezone: Generated<string>;
  /**
   * Set by a trigger whenever the row changes.
   */
  updated_at: Generated<Timestamp>;
  /**
   * Begins with http:// or https://.
   */
  website_url: string | null;
}

/**
 * Messages of a chat, in order of position.
 */
export interface Messages {
  chat_id: string;
  created_at: Generated<Timestamp>;
  /**
   * The message with 0 in place of id, role and parts, byte for byte: json, because jsonb would reorder it.
   */
  envelope: Json;
  /**
   * Any string of 1 to 255 characters, chosen by client or server; unique within its chat.
   */
  id: string;
  /**
   * As the message's metadata has them; null where it has none.
   */
  input_tokens: number | null;
  /**
   * As the message's metadata has them; null where it has none.
   */
  output_tokens: number | null;
  /**
   * Parts at this position and beyond are being deleted by a concurrent save and do not count.
   */
  part_count: number;
  /**
   * Handed out once from chats.next_position; gaps are ordinary.
   */
  position: number;
  role: "system" | "user" | "assistant";
}

/**
 * Parts of a message: text, reasoning, files, tool calls and whatever the AI SDK adds next.
 */
export interface Parts {
  chat_id: string;
  message_id: string;
  /**
   * The part itself, byte for byte: json, because jsonb would reorder it. Nothing in SQL looks inside.
   */
  payload: Json;
  /**
   * Place within its message, from 0 without gaps.
   */
  position: number;
  /**
   * The text of a text or reasoning part, clipped; null for other parts.
   */
  search_text: string | null;
  /**
   * Not unique: the AI SDK may repeat it.
   */
  tool_call_id: string | null;
  tool_name: string | null;
  tool_state: string | null;
  /**
   * As the AI SDK names it; new types need no change here.
   */
  type: string;
}

/**
 * Persons the service knows at its customers; they do not sign in.
 */
export interface People {
  created_at: Generated<Timestamp>;
  /**
   * Compared without letter case; unique where known.
   */
  email: string | null;
  /**
   * 1 to 100 characters after trimming.
   */
  first_name: string;
  /**
   * False once the person is no longer to be contacted.
   */
  is_active: Generated<boolean>;
  /**
   * At most 100 characters.
   */
  job_title: string | null;
  /**
   * 1 to 100 characters after trimming.
   */
  last_name: string;
  linkedin_url: string | null;
  person_id: Generated<string>;
  /**
   * As written, at most 30 characters.
   */
  phone: string | null;
  /**
   * Set by a trigger whenever the row changes.
   */
  updated_at: Generated<Timestamp>;
}

/**
 * People who sign in to the service, by password or through an identity provider.
 */
export interface Users {
  created_at: Generated<Timestamp>;
  /**
   * Compared without letter case; unique.
   */
  email: string;
  /**
   * 2 to 100 characters.
   */
  name: string;
  /**
   * bcrypt hash, 60 characters; null for those who sign in through a provider alone. Never selected but by findCredentialsByEmail.
   */
  password: string | null;
  /**
   * Identity provider, with provider_id.
   */
  provider: "google" | null;
  /**
   * The user's id at the provider (the `sub` claim of OpenID Connect).
   */
  provider_id: string | null;
  /**
   * What the user may do in the service.
   */
  role: Generated<"user" | "admin" | "moderator">;
  /**
   * Set by a trigger whenever the row changes.
   */
  updated_at: Generated<Timestamp>;
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
