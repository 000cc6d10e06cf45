create table chats (
  user_id          uuid           not null,
  id               uuid           not null default uuidv7(),
  title            text,
  next_position    integer        not null default 0,
  version          integer        not null default 0,
  active_stream_id text,
  created_at       timestamptz(3) not null default now(),
  updated_at       timestamptz(3) not null default now(),

  constraint chats_pkey primary key (user_id, id),
  constraint chats_user_id_fkey foreign key (user_id) references users on delete cascade,
  constraint chats_title_check check (char_length(title) <= 255),
  constraint chats_next_position_check check (next_position >= 0),
  constraint chats_version_check check (version >= 0),
  constraint chats_active_stream_id_check check (char_length(active_stream_id) between 1 and 255)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

create index chats_user_id_updated_at_id_idx on chats (user_id, updated_at, id);
create index chats_search_idx on chats using gin (user_id, search_words(title));

create trigger chats_touch_updated_at before update on chats
  for each row execute function touch_updated_at();

comment on table chats is 'Conversations between a user and an assistant.';
comment on column chats.user_id is 'Owner of the chat.';
comment on column chats.id is 'UUID, unique among the chats of its user; the client may choose it.';
comment on column chats.title is 'At most 255 characters; null until the chat is named.';
comment on column chats.next_position is 'Position of the next new message; assigned under the lock of this row.';
comment on column chats.version is 'Increases with every change to the messages; for optimistic locking.';
comment on column chats.active_stream_id is 'Id of the stream that is being written, used to resume it; null if there is none.';
comment on column chats.created_at is 'Time of creation.';
comment on column chats.updated_at is 'Time of the last change, set by a trigger.';

comment on constraint chats_pkey on chats is 'The user already has a chat with this id.';
comment on constraint chats_user_id_fkey on chats is 'This user does not exist.';
comment on constraint chats_title_check on chats is 'A title has at most 255 characters.';
comment on constraint chats_next_position_check on chats is 'A position cannot be negative.';
comment on constraint chats_version_check on chats is 'A version cannot be negative.';
comment on constraint chats_active_stream_id_check on chats is 'A stream id has 1 to 255 characters.';
