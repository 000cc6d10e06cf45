create table messages (
  chat_id       uuid           not null,
  id            text           not null,
  position      integer        not null,
  role          text           not null,
  part_count    integer        not null,
  envelope      json           not null,
  input_tokens  integer,
  output_tokens integer,
  created_at    timestamptz(3) not null default now(),

  constraint messages_pkey primary key (chat_id, id),
  constraint messages_chat_id_position_key unique (chat_id, position),
  constraint messages_chat_id_fkey foreign key (chat_id) references chats on delete cascade,
  constraint messages_id_check check (char_length(id) between 1 and 255),
  constraint messages_position_check check (position >= 0),
  constraint messages_role_check check (role in ('system', 'user', 'assistant')),
  constraint messages_part_count_check check (part_count >= 0),
  constraint messages_input_tokens_check check (input_tokens >= 0),
  constraint messages_output_tokens_check check (output_tokens >= 0)
);

comment on table messages is 'Messages of a chat, in order of position.';
comment on column messages.id is 'Any string of 1 to 255 characters, chosen by client or server; unique within its chat.';
comment on column messages.position is 'Handed out once from chats.next_position; gaps are ordinary.';
comment on column messages.part_count is 'Parts at this position and beyond are being deleted by a concurrent save and do not count.';
comment on column messages.envelope is 'The message with 0 in place of id, role and parts, byte for byte: json, because jsonb would reorder it.';
comment on column messages.input_tokens is 'As the message''s metadata has them; null where it has none.';
comment on column messages.output_tokens is 'As the message''s metadata has them; null where it has none.';

comment on constraint messages_chat_id_position_key on messages is 'Two messages of a chat cannot have one position.';
comment on constraint messages_chat_id_fkey on messages is 'There is no such chat.';
comment on constraint messages_id_check on messages is 'A message id has 1 to 255 characters; does the service pass an id generator to the AI SDK?';
comment on constraint messages_position_check on messages is 'A position is not negative.';
comment on constraint messages_role_check on messages is 'A role is system, user or assistant.';
comment on constraint messages_input_tokens_check on messages is 'A number of tokens is not negative.';
comment on constraint messages_output_tokens_check on messages is 'A number of tokens is not negative.';
comment on constraint messages_part_count_check on messages is 'A part count is not negative.';
