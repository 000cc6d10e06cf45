create table messages (
  user_id       uuid           not null,
  chat_id       uuid           not null,
  id            text           not null,
  position      integer        not null,
  role          text           not null,
  part_count    integer        not null,
  envelope      json           not null,
  input_tokens  integer,
  output_tokens integer,
  created_at    timestamptz(3) not null default now(),

  constraint messages_pkey primary key (user_id, chat_id, id),
  constraint messages_user_id_chat_id_position_key unique (user_id, chat_id, position),
  constraint messages_user_id_chat_id_fkey foreign key (user_id, chat_id) references chats on delete cascade,
  constraint messages_id_check check (char_length(id) between 1 and 255),
  constraint messages_position_check check (position >= 0),
  constraint messages_role_check check (role in ('system', 'user', 'assistant')),
  constraint messages_part_count_check check (part_count >= 0),
  constraint messages_input_tokens_check check (input_tokens >= 0),
  constraint messages_output_tokens_check check (output_tokens >= 0)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- A chat belongs to one user. Without this the planner multiplies the two conditions, expects one message in a chat, and
-- looks a message up by reading the whole chat in messages_user_id_chat_id_position_key.
create statistics messages_user_id_chat_id_stat (dependencies) on user_id, chat_id from messages;

comment on table messages is 'Messages of a chat, ordered by position.';
comment on column messages.user_id is 'Owner of the chat.';
comment on column messages.id is 'Any string of 1 to 255 characters, chosen by the client or the server; unique within its chat.';
comment on column messages.position is 'Assigned once, from chats.next_position; gaps are normal.';
comment on column messages.role is 'Author of the message.';
comment on column messages.part_count is 'Number of parts. Parts at this position and beyond are being deleted by a concurrent save and must be ignored.';
comment on column messages.envelope is 'The message byte for byte, with 0 in place of id, role and parts. The type is json because jsonb would reorder the keys.';
comment on column messages.input_tokens is 'Input tokens, from the metadata of the message; null if it has none.';
comment on column messages.output_tokens is 'Output tokens, from the metadata of the message; null if it has none.';
comment on column messages.created_at is 'Time of creation.';

comment on constraint messages_pkey on messages is 'A message with this id already exists in the chat.';
comment on constraint messages_user_id_chat_id_position_key on messages is 'Two messages of a chat cannot have the same position.';
comment on constraint messages_user_id_chat_id_fkey on messages is 'The user has no such chat.';
comment on constraint messages_id_check on messages is 'A message id has 1 to 255 characters. Pass an id generator to the AI SDK.';
comment on constraint messages_position_check on messages is 'A position cannot be negative.';
comment on constraint messages_role_check on messages is 'A role is system, user or assistant.';
comment on constraint messages_input_tokens_check on messages is 'A number of input tokens cannot be negative.';
comment on constraint messages_output_tokens_check on messages is 'A number of output tokens cannot be negative.';
comment on constraint messages_part_count_check on messages is 'A part count cannot be negative.';
