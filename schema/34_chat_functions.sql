-- Writes that depend on what a chat holds. In a function the first statement takes the lock of the chat, and each later one
-- sees what was committed before; a single statement would use the snapshot from before it waited. Each statement names
-- the user and the chat, so that a sharded PostgreSQL sends it to one node. Functions are qualified, because an overload for
-- exactly these types would be preferred; `unnest` of several arrays always means that of pg_catalog.

-- Names of files that a user's messages refer to no more. The lock is for two transactions that delete the last two references to
-- a file: each would see the other's.
create function unused_files(of_user uuid, candidates text[]) returns text[]
  language plpgsql as $$
begin
  if candidates is null or pg_catalog.cardinality(candidates) = 0 then
    return array[]::text[];
  end if;
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('norberts_spark.files ' || of_user::text, 0));
  return array(
    select candidate from pg_catalog.unnest(candidates) as candidate
    where not exists (select from parts where parts.user_id = of_user and parts.file = candidate));
end
$$;

comment on function unused_files is 'Those of the given names of files that no message of the user refers to.';

-- As unused_files(), of the names that a chat had before.
create function removed_files(of_user uuid, of_chat uuid, former text[]) returns text[]
  language plpgsql as $$
declare
  removed text[];
begin
  if former is null or pg_catalog.cardinality(former) = 0 then
    return former;
  end if;
  -- By itself: a sharded PostgreSQL would call the function within the query of a shard.
  removed := array(
    select name from pg_catalog.unnest(former) as name
    where not exists (select from parts where parts.user_id = of_user and parts.chat_id = of_chat and parts.file = name));
  return unused_files(of_user, removed);
end
$$;

comment on function removed_files is 'Those of the names of files that a chat had which no message of the user refers to any more.';

-- Deletes chats; with a time only those that have not changed since then, and that no other transaction is changing.
create function delete_chats(of_user uuid, ids uuid[], older_than timestamptz, out deleted integer, out files text[])
  language plpgsql as $$
#variable_conflict use_column
declare
  locked uuid[];
begin
  -- A save that waits for the lock finds no chat, so that it adds no file.
  if older_than is null then
    locked := array(select chats.id from chats
      where chats.user_id = of_user and chats.id = any(ids) order by chats.id for update);
  else
    locked := array(select chats.id from chats
      where chats.user_id = of_user and chats.id = any(ids) and chats.updated_at < older_than for update skip locked);
  end if;
  files := array(select distinct parts.file from parts
    where parts.user_id = of_user and parts.chat_id = any(locked) and parts.file is not null);
  delete from chats where chats.user_id = of_user and chats.id = any(locked);
  get diagnostics deleted = row_count;
  files := unused_files(of_user, files);
end
$$;

comment on function delete_chats is 'Deletes chats of a user; returns their number and the names of files that no message of the user refers to any more.';

create function save_messages(of_user uuid, of_chat uuid, if_version integer, truncate_from text, replaces boolean,
    ids text[], roles text[], part_counts integer[], envelopes json[], input_tokens integer[], output_tokens integer[],
    part_message_ids text[], part_positions integer[], part_types text[], tool_call_ids text[], tool_names text[],
    tool_states text[], search_texts text[], part_words tsvector[], payloads json[], part_files text[], kept_files text[],
    out version integer, out saved integer, out files text[])
  language plpgsql as $$
#variable_conflict use_column
declare
  given constant integer := pg_catalog.cardinality(ids);
  first_position integer;
  known integer;
  positions integer[];
  shortened text[];
  changed text[];
  changed_parts text[];
  former_files text[];
begin
  if kept_files is not null then
    perform from chats where chats.user_id = of_user and chats.id = of_chat for no key update;
    if found and exists (
      select from pg_catalog.unnest(kept_files) as kept where not exists (
        select from parts where parts.user_id = of_user and parts.chat_id = of_chat and parts.file = kept)) then
      version := (select chats.version from chats where chats.user_id = of_user and chats.id = of_chat);
      saved := -1;
      return;
    end if;
  end if;
  -- Positions for all given messages, in case all are new.
  update chats set version = chats.version + 1, next_position = chats.next_position + given
    where chats.user_id = of_user and chats.id = of_chat and (if_version is null or chats.version = if_version)
    returning chats.version, chats.next_position - given into version, first_position;
  if not found then
    version := (select chats.version from chats where chats.user_id = of_user and chats.id = of_chat);
    return;
  end if;

  -- Without a file store, none of its files is deleted.
  if part_files is not null then
    former_files := array(select distinct parts.file from parts
      where parts.user_id = of_user and parts.chat_id = of_chat and parts.file is not null);
  end if;

  if replaces then
    delete from messages
      where messages.user_id = of_user and messages.chat_id = of_chat and messages.id not in (select pg_catalog.unnest(ids));
  elsif truncate_from is not null then
    delete from messages
      where messages.user_id = of_user and messages.chat_id = of_chat and messages.id not in (select pg_catalog.unnest(ids))
        and messages.position >= (select target.position from messages as target
          where target.user_id = of_user and target.chat_id = of_chat and target.id = truncate_from);
  end if;

  -- Known messages keep their positions, new ones follow. Each message is looked up by its key (lateral, limit): a join
  -- that compares all given messages with all stored ones would be possible otherwise.
  select pg_catalog.count(looked.position), pg_catalog.array_agg(looked.new_position order by looked.place),
      pg_catalog.array_agg(looked.id) filter (where looked.is_shorter)
    into known, positions, shortened
    from (
      select message.id, message.place, stored.position, stored.part_count > message.part_count as is_shorter,
        coalesce(stored.position, first_position - 1
          + pg_catalog.count(*) filter (where stored.position is null) over (order by message.place)::integer) as new_position
      from unnest(ids, part_counts) with ordinality as message (id, part_count, place)
      left join lateral (
        select messages.position, messages.part_count from messages
        where messages.user_id = of_user and messages.chat_id = of_chat and messages.id = message.id
        limit 1
      ) as stored on true
    ) as looked;

  if known = 0 then
    insert into messages (user_id, chat_id, id, position, role, part_count, envelope, input_tokens, output_tokens)
      select chats.user_id, chats.id, message.*
      from chats, unnest(ids, positions, roles, part_counts, envelopes, input_tokens, output_tokens) as message
      where chats.user_id = of_user and chats.id = of_chat;
    insert into parts (user_id, chat_id, message_id, position, type, tool_call_id, tool_name, tool_state, search_text, words, payload, file)
      select chats.user_id, chats.id, part.*
      from chats, unnest(part_message_ids, part_positions, part_types, tool_call_ids, tool_names, tool_states,
        search_texts, part_words, payloads, part_files) as part
      where chats.user_id = of_user and chats.id = of_chat;
    saved := given;
    files := removed_files(of_user, of_chat, former_files);
    return;
  end if;

  if replaces and exists (
    select from (select place, position, pg_catalog.lag(position) over (order by place) as before
      from pg_catalog.unnest(positions) with ordinality as placed (position, place)) as placed
    where position < before) then
    -- Another order: all messages get new positions, above every old one.
    positions := array(select first_position + place from pg_catalog.generate_series(0, given - 1) as place);
  else
    update chats set next_position = chats.next_position - known where chats.user_id = of_user and chats.id = of_chat;
  end if;
  with written as (
    insert into messages (user_id, chat_id, id, position, role, part_count, envelope, input_tokens, output_tokens)
      select chats.user_id, chats.id, message.*
      from chats, unnest(ids, positions, roles, part_counts, envelopes, input_tokens, output_tokens) as message
      where chats.user_id = of_user and chats.id = of_chat
      on conflict (user_id, chat_id, id) do update
      set position = excluded.position, role = excluded.role, part_count = excluded.part_count, envelope = excluded.envelope,
        input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens
      where (messages.position, messages.role, messages.part_count, messages.envelope::text)
        is distinct from (excluded.position, excluded.role, excluded.part_count, excluded.envelope::text)
      returning messages.id
  ) select pg_catalog.array_agg(written.id) into changed from written;
  with written as (
    insert into parts (user_id, chat_id, message_id, position, type, tool_call_id, tool_name, tool_state, search_text, words, payload, file)
      select chats.user_id, chats.id, part.*
      from chats, unnest(part_message_ids, part_positions, part_types, tool_call_ids, tool_names, tool_states,
        search_texts, part_words, payloads, part_files) as part
      where chats.user_id = of_user and chats.id = of_chat
      on conflict (user_id, chat_id, message_id, position) do update
      set type = excluded.type, tool_call_id = excluded.tool_call_id, tool_name = excluded.tool_name,
        tool_state = excluded.tool_state, search_text = excluded.search_text, words = excluded.words, payload = excluded.payload,
        file = excluded.file
      where parts.payload::text <> excluded.payload::text
      returning parts.message_id
  ) select pg_catalog.array_agg(written.message_id) into changed_parts from written;
  if shortened is not null then
    delete from parts
      where parts.user_id = of_user and parts.chat_id = of_chat and parts.message_id = any(shortened)
        and parts.position >= (select messages.part_count from messages
          where messages.user_id = of_user and messages.chat_id = of_chat and messages.id = parts.message_id);
  end if;
  files := removed_files(of_user, of_chat, former_files);
  saved := (select pg_catalog.count(*) from (select pg_catalog.unnest(changed) union select pg_catalog.unnest(changed_parts)) as either);
end
$$;

comment on function save_messages is 'Saves messages to a chat of a user. No version: there is no such chat; a version without a count: the chat has this version, not the expected one; the count -1: a kept file is gone.';

create function truncate_messages(of_user uuid, of_chat uuid, from_message text, keeps_it boolean,
    out version integer, out deleted integer, out files text[])
  language plpgsql as $$
#variable_conflict use_column
declare
  from_position integer;
  former_files text[];
begin
  select chats.version into version from chats
    where chats.user_id = of_user and chats.id = of_chat for no key update;
  from_position := (select messages.position from messages
    where messages.user_id = of_user and messages.chat_id = of_chat and messages.id = from_message);
  if from_position is null then
    return;
  end if;
  former_files := array(select distinct parts.file from parts
    where parts.user_id = of_user and parts.chat_id = of_chat and parts.file is not null);
  delete from messages
    where messages.user_id = of_user and messages.chat_id = of_chat
      and messages.position >= from_position + keeps_it::integer;
  get diagnostics deleted = row_count;
  files := removed_files(of_user, of_chat, former_files);
  update chats set version = chats.version + 1 where chats.user_id = of_user and chats.id = of_chat
    returning chats.version into version;
end
$$;

comment on function truncate_messages is 'Deletes a message of a user''s chat and all later ones. No version: there is no such chat; no count: there is no such message.';

create function fork_chat(of_user uuid, of_chat uuid, up_to text, new_id uuid,
    out user_id uuid, out id uuid, out title text, out version integer, out active_stream_id text,
    out created_at timestamptz, out updated_at timestamptz)
  language plpgsql as $$
#variable_conflict use_column
declare
  last_position integer;
  next_of_fork integer;
begin
  -- Other forks may read the chat at the same time; writers wait, so that all statements see the same messages.
  select chats.title, chats.next_position, chats.next_position - 1 into title, next_of_fork, last_position from chats
    where chats.user_id = of_user and chats.id = of_chat for share;
  if up_to is not null then
    last_position := (select messages.position from messages
      where messages.user_id = of_user and messages.chat_id = of_chat and messages.id = up_to);
  end if;
  if last_position is null then
    return;
  end if;
  insert into chats (user_id, id, title, next_position)
    values (of_user, coalesce(new_id, uuidv7()), fork_chat.title, next_of_fork)
    returning chats.user_id, chats.id, chats.version, chats.active_stream_id, chats.created_at, chats.updated_at
    into user_id, id, version, active_stream_id, created_at, updated_at;
  insert into messages (user_id, chat_id, id, position, role, part_count, envelope, input_tokens, output_tokens, created_at)
    select messages.user_id, fork_chat.id, messages.id, messages.position, messages.role, messages.part_count, messages.envelope,
      messages.input_tokens, messages.output_tokens, messages.created_at
    from messages
    where messages.user_id = of_user and messages.chat_id = of_chat and messages.position <= last_position;
  -- The parts of each message are looked up by their key (lateral, offset): a join could compare all parts with all messages.
  insert into parts (user_id, chat_id, message_id, position, type, tool_call_id, tool_name, tool_state, search_text, words, payload, file)
    select messages.user_id, fork_chat.id, messages.id, part.*
    from messages cross join lateral (
      select parts.position, parts.type, parts.tool_call_id, parts.tool_name, parts.tool_state, parts.search_text, parts.words, parts.payload, parts.file
      from parts
      where parts.user_id = of_user and parts.chat_id = of_chat and parts.message_id = messages.id
        and parts.position < messages.part_count
      offset 0
    ) as part
    where messages.user_id = of_user and messages.chat_id = of_chat and messages.position <= last_position;
end
$$;

comment on function fork_chat is 'Creates a chat of the same user with a copy of the messages, up to one of them or all. No id: the user has no such chat, or the chat no such message.';

-- Their plans serve every call, and what they name is in the schema of their creation, never a temporary table.
do $$
declare
  pinned regprocedure;
begin
  foreach pinned in array array['unused_files'::regproc::regprocedure, 'removed_files'::regproc::regprocedure,
    'delete_chats'::regproc::regprocedure, 'save_messages'::regproc::regprocedure, 'truncate_messages'::regproc::regprocedure, 'fork_chat'::regproc::regprocedure] loop
    execute pg_catalog.format('alter function %s set search_path = %I, pg_temp', pinned, current_schema());
    execute pg_catalog.format('alter function %s set plan_cache_mode = force_generic_plan', pinned);
  end loop;
end
$$;
