-- Searches the chats of a user. The order is exact: by relevance, then by the time of the last change. A chat has the
-- relevance of its best match: 4 for the words in a run, 3 for its title, 2 for whole words, 0 for beginnings of words.
--
-- The index finds all matches of a user at once, in no order. For words that most messages have that is nearly all that the user
-- ever wrote, so the chats are walked instead, from the newest on, until the page is full. A walk gives up where it sees that
-- matches are too rare to fill the page soon; then the index is fast.
create function search_chats(of_user uuid, search tsquery, whole tsquery, run tsquery, types text[],
    behind_relevance integer, behind_at timestamptz, behind_id uuid, page_size integer,
    out chat_id uuid, out title text, out updated_at timestamptz, out has_title boolean,
    out message_id text, out role text, out text text, out relevance integer)
  returns setof record language plpgsql stable as $$
#variable_conflict use_column
declare
  -- A user with fewer chats and messages has all of them read.
  few_chats constant integer := 500;
  few_messages constant integer := 5000;
  -- Number of messages that a walk reads at most, and after which it estimates.
  longest_walk constant integer := 20000;
  first_stretch constant integer := 400;
  found uuid[] := '{}';
  ranks integer[] := '{}';
  known uuid[] := '{}';
  known_ranks integer[] := '{}';
  is_full boolean := false;
  is_small boolean;
  walked integer;
  is_match boolean;
  tier integer;
  words_of_tier tsquery;
  chat record;
begin
  select pg_catalog.count(*) < few_chats and coalesce(pg_catalog.sum(sized.next_position), 0) <= few_messages into is_small
    from (select chats.next_position from chats where chats.user_id = of_user limit few_chats) as sized;

  foreach tier in array array[4, 0] loop
    exit when is_full or is_small;
    continue when tier = 4 and behind_relevance < 4;
    words_of_tier := case tier when 4 then run else search end;
    if tier = 0 then
      -- All chats of a higher relevance. Of a match of whole words only the run is left to look for.
      with ranked as (
        select either.chat_id, pg_catalog.max(either.relevance) as relevance from (
          select parts.chat_id, case when parts.words @@ run then 4 else 2 end as relevance from parts
          where parts.user_id = of_user and parts.words @@ whole and parts.type like any (types)
          union all
          select chats.id, 3 from chats where chats.user_id = of_user and search_words(chats.title) @@ search
        ) as either
        group by either.chat_id
      )
      select coalesce(pg_catalog.array_agg(ranked.chat_id), '{}'), coalesce(pg_catalog.array_agg(ranked.relevance), '{}')
        into known, known_ranks from ranked;
      select coalesce(pg_catalog.array_agg(page.id), '{}'), coalesce(pg_catalog.array_agg(page.relevance), '{}') into found, ranks
        from (
          select chats.id, ranked.relevance
          from unnest(known, known_ranks) as ranked (chat_id, relevance)
          join chats on chats.user_id = of_user and chats.id = ranked.chat_id
          where (ranked.relevance, chats.updated_at, chats.id) < (behind_relevance, behind_at, behind_id)
          order by ranked.relevance desc, chats.updated_at desc, chats.id desc
          limit page_size
        ) as page;
      is_full := pg_catalog.cardinality(found) = page_size or search::text = whole::text;
      exit when is_full;
    end if;

    walked := 0;
    is_full := true;
    for chat in
      select chats.id, chats.next_position from chats
      where chats.user_id = of_user
        and (chats.updated_at, chats.id) < (
          case when behind_relevance = tier then behind_at else 'infinity' end,
          case when behind_relevance = tier then behind_id else 'ffffffff-ffff-ffff-ffff-ffffffffffff' end)
        and chats.id not in (select pg_catalog.unnest(known))
      order by chats.updated_at desc, chats.id desc
    loop
      -- Of a long chat only the first parts: most long chats have a common word in these.
      is_match := exists (
        select from (
          select parts.words, parts.type from parts
          where parts.user_id = of_user and parts.chat_id = chat.id
          offset 0 limit case when walked + chat.next_position > longest_walk then first_stretch end
        ) as part
        where part.words @@ words_of_tier and part.type like any (types));
      if is_match then
        found := pg_catalog.array_append(found, chat.id);
        ranks := pg_catalog.array_append(ranks, tier);
        exit when pg_catalog.cardinality(found) = page_size;
        walked := walked + least(chat.next_position, 10);
      else
        walked := walked + chat.next_position;
      end if;
      if walked > longest_walk
        or walked > first_stretch and pg_catalog.cardinality(found)::bigint * longest_walk < walked::bigint * page_size then
        is_full := false;
        exit;
      end if;
    end loop;
    if tier = 4 and pg_catalog.cardinality(found) < page_size then
      is_full := false;
    end if;
  end loop;

  if not is_full then
    with hit as (
      select parts.chat_id, case when parts.words @@ run then 4 when parts.words @@ whole then 2 else 0 end as relevance
      from parts
      where not is_small and parts.user_id = of_user and parts.words @@ search and parts.type like any (types)
      union all
      -- By the key: in the index, beginnings of words are those of all users.
      select part.chat_id, case when part.words @@ run then 4 when part.words @@ whole then 2 else 0 end
      from (
        select parts.chat_id, parts.words, parts.type from parts where parts.user_id = of_user offset 0
      ) as part
      where is_small and part.words @@ search and part.type like any (types)
      union all
      select chats.id, 3 from chats where chats.user_id = of_user and search_words(chats.title) @@ search
    ), ranked as (
      select hit.chat_id, pg_catalog.max(hit.relevance) as relevance from hit group by hit.chat_id
    )
    select coalesce(pg_catalog.array_agg(page.id), '{}'), coalesce(pg_catalog.array_agg(page.relevance), '{}') into found, ranks
      from (
        select chats.id, ranked.relevance
        from ranked join chats on chats.user_id = of_user and chats.id = ranked.chat_id
        where (ranked.relevance, chats.updated_at, chats.id) < (behind_relevance, behind_at, behind_id)
        order by ranked.relevance desc, chats.updated_at desc, chats.id desc
        limit page_size
      ) as page;
  end if;

  return query
    select chats.id, chats.title, chats.updated_at::timestamptz, coalesce(search_words(chats.title) @@ search, false),
      message.id, message.role, message.text, hit.relevance
    from unnest(found, ranks) as hit (chat_id, relevance)
    join chats on chats.user_id = of_user and chats.id = hit.chat_id
    left join lateral (
      -- From the newest message on, until four match. Where the last few hundred do not have four, the parts of the whole chat are
      -- read in the order of their key, which is faster than one by one. The offsets keep the planner to this.
      with newest as materialized (
        select each.id, each.role, each.position, part.search_text
        from (
          select messages.id, messages.role, messages.position, messages.part_count from messages
          where messages.user_id = of_user and messages.chat_id = hit.chat_id
          order by messages.position desc
          offset 0 limit first_stretch
        ) as each
        cross join lateral (
          select parts.search_text from parts
          where parts.user_id = of_user and parts.chat_id = hit.chat_id and parts.message_id = each.id
            and parts.position < each.part_count
            and parts.words @@ case hit.relevance when 4 then run when 2 then whole else search end
            and parts.type like any (types)
          offset 0
        ) as part
        order by each.position desc
        limit 4
      )
      select newest.id, newest.role, newest.position, newest.search_text as text from newest
      union all
      select messages.id, messages.role, messages.position, part.search_text
      from (
        select parts.message_id, parts.position, parts.search_text from parts
        where parts.user_id = of_user and parts.chat_id = hit.chat_id
          and parts.words @@ case hit.relevance when 4 then run when 2 then whole else search end
          and parts.type like any (types)
        offset 0
      ) as part
      join messages on messages.user_id = of_user and messages.chat_id = hit.chat_id and messages.id = part.message_id
        and part.position < messages.part_count
      where (select pg_catalog.count(*) from newest) < 4
        and (select earlier.position from messages as earlier
          where earlier.user_id = of_user and earlier.chat_id = hit.chat_id
          order by earlier.position desc offset first_stretch limit 1) is not null
        and messages.position <= (select earlier.position from messages as earlier
          where earlier.user_id = of_user and earlier.chat_id = hit.chat_id
          order by earlier.position desc offset first_stretch limit 1)
      order by position desc
      limit 4
    ) as message on true
    order by hit.relevance desc, chats.updated_at desc, chats.id desc, message.position desc;
end
$$;

comment on function search_chats is 'A page of the chats of a user whose titles or messages match, each with its newest best matches, at most four.';

-- As for the functions that write: docs/explanation/decisions/chats-are-written-by-functions.md. The planner expects few matches and
-- would sort them to group them by chat; of hundreds of thousands a hash table is faster.
do $$
begin
  execute pg_catalog.format('alter function search_chats set search_path = %I, pg_temp', current_schema());
  alter function search_chats set plan_cache_mode = force_generic_plan;
  alter function search_chats set enable_sort = off;
end
$$;
