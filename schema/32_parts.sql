create table parts (
  chat_id      uuid    not null,
  message_id   text    not null,
  position     integer not null,
  type         text    not null,
  tool_call_id text,
  tool_name    text,
  tool_state   text,
  search_text  text,
  payload      json    not null,

  constraint parts_pkey primary key (chat_id, message_id, position),
  constraint parts_chat_id_message_id_fkey foreign key (chat_id, message_id) references messages on delete cascade,
  constraint parts_position_check check (position >= 0),
  constraint parts_type_check check (type <> ''),
  constraint parts_tool_check check
    (type not like 'tool-%' and type <> 'dynamic-tool' or tool_call_id is not null and tool_state is not null)
);

create index parts_search_idx on parts using gin ((searchable(search_text)) gin_trgm_ops);
create index parts_pending_approvals_idx on parts (chat_id, message_id) where tool_state = 'approval-requested';

comment on table parts is 'Parts of a message: text, reasoning, files, tool calls and whatever the AI SDK adds next.';
comment on column parts.position is 'Place within its message, from 0 without gaps.';
comment on column parts.type is 'As the AI SDK names it; new types need no change here.';
comment on column parts.tool_call_id is 'Not unique: the AI SDK may repeat it.';
comment on column parts.search_text is 'The text of a text or reasoning part, clipped; null for other parts.';
comment on column parts.payload is 'The part itself, byte for byte: json, because jsonb would reorder it. Nothing in SQL looks inside.';

comment on constraint parts_chat_id_message_id_fkey on parts is 'There is no such message.';
comment on constraint parts_position_check on parts is 'A position is not negative.';
comment on constraint parts_type_check on parts is 'A part has a type.';
comment on constraint parts_tool_check on parts is 'A tool part has a call id and a state.';
