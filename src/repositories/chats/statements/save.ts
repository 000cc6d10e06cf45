import { type RawBuilder, sql } from 'kysely'
import { type Params, raw, type Variants, variants } from '../../../query/index.ts'
import type { OwnedChat } from './owned-chat.ts'

/** Columns of the messages to save, and of their parts, as arrays of equal length. */
export interface SaveInput extends OwnedChat {
  ifVersion: number | null
  ids: string[]
  roles: string[]
  partCounts: number[]
  envelopes: string[]
  inputTokens: (number | null)[]
  outputTokens: (number | null)[]
  partMessageIds: string[]
  partPositions: number[]
  partTypes: string[]
  toolCallIds: (string | null)[]
  toolNames: (string | null)[]
  toolStates: (string | null)[]
  searchTexts: (string | null)[]
  payloads: string[]
  /** Id of a message: deletes this message and all later ones, except those being saved. */
  truncateFrom?: string | undefined
  /** True to delete all messages except those being saved, and to put these into their order in `ids`. */
  replaces?: true | undefined
}

type Input = Params<SaveInput>

/**
 * Locks the chat, which assigns positions, then writes only what is new or different. It returns no row if the user has no
 * such chat, or if the chat has another version. An existing message keeps its position; parts beyond the new count are
 * deleted.
 */
export const saveMessages: Variants<SaveInput, { version: number; saved: number }> = variants(
  'chats.save',
  ['truncateFrom', 'replaces'],
  (_, $, has) => {
    const isReplacing = has.replaces
    const removed = isReplacing ? deleteOthers($) : has.truncateFrom ? deleteLater($) : undefined
    return raw<{ version: number; saved: number }>(sql`
    with chat as (
      ${reservePositions($, removed !== undefined)}
    ),
    ${removed ? sql`removed as (${removed}),` : sql``}
    ${isReplacing ? sql`in_order as (${compareOrder($)}),` : sql``}
    saved as (
      ${upsertMessages($, isReplacing)}
    ),
    written as (
      ${upsertParts($)}
    ),
    dropped as (
      ${deleteSurplusParts($)}
    )
    select version,
      (select count(*)::integer
       from (select id from saved union select id from written union select id from dropped) as changed) as saved
    from chat`)
  },
)

const reservePositions = ($: Input, isRemoving: boolean) => sql`
      update chats
      set version = version + 1, next_position = next_position + cardinality(${$.ids}::text[])
      where id = ${$.chatId} and user_id = ${$.userId}
        and (${$.ifVersion}::integer is null or version = ${$.ifVersion})
        ${isRemoving ? andIsUnchanged($) : sql``}
      returning id, version, next_position - cardinality(${$.ids}::text[]) as first_position`

/** Deleting a message deletes its parts. */
const deleteOthers = ($: Input) => sql`
      delete from messages using chat
      where messages.chat_id = chat.id and messages.id <> all(${opaque($.ids, 'text[]')})`

const deleteLater = ($: Input) => sql`
      delete from messages using chat
      where messages.chat_id = chat.id and messages.id <> all(${opaque($.ids, 'text[]')})
        and position >= (select position from messages where chat_id = ${$.chatId} and id = ${$.truncateFrom})`

/** Whether existing messages have positions in the order of `ids`, with all new messages after them. */
const compareOrder = ($: Input) => sql`
      select coalesce(bool_and(position > coalesce(before, -1)), true)
        and coalesce(max(place) filter (where position is not null), 0) = count(position) as is_so
      from (
        select given.place, messages.position, lag(messages.position) over (order by given.place) as before
        from unnest(${opaque($.ids, 'text[]')}) with ordinality as given (id, place)
        left join messages on messages.chat_id = ${$.chatId} and messages.id = given.id
      ) as placed`

const upsertMessages = ($: Input, isReplacing: boolean) => sql`
      insert into messages (chat_id, id, position, role, part_count, envelope, input_tokens, output_tokens)
      select chat.id, given.id, chat.first_position + given.place - 1, given.role, given.part_count, given.envelope,
        given.input_tokens, given.output_tokens
      from chat, unnest(${$.ids}::text[], ${$.roles}::text[], ${$.partCounts}::integer[], ${$.envelopes}::json[],
        ${$.inputTokens}::integer[], ${$.outputTokens}::integer[])
        with ordinality as given (id, role, part_count, envelope, input_tokens, output_tokens, place)
      on conflict (chat_id, id) do update
      set role = excluded.role, part_count = excluded.part_count, envelope = excluded.envelope,
        input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens
        ${isReplacing ? sql`, position = case when (select is_so from in_order) then messages.position else excluded.position end` : sql``}
      where (messages.role, messages.part_count, messages.envelope::text)
          is distinct from (excluded.role, excluded.part_count, excluded.envelope::text)
        ${isReplacing ? sql`or not (select is_so from in_order)` : sql``}
      returning id`

const upsertParts = ($: Input) => sql`
      insert into parts (chat_id, message_id, position, type, tool_call_id, tool_name, tool_state, search_text, payload)
      select chat.id, given.*
      from chat, unnest(${$.partMessageIds}::text[], ${$.partPositions}::integer[], ${$.partTypes}::text[],
        ${$.toolCallIds}::text[], ${$.toolNames}::text[], ${$.toolStates}::text[], ${$.searchTexts}::text[],
        ${$.payloads}::json[]) as given
      on conflict (chat_id, message_id, position) do update
      set type = excluded.type, tool_call_id = excluded.tool_call_id, tool_name = excluded.tool_name,
        tool_state = excluded.tool_state, search_text = excluded.search_text, payload = excluded.payload
      where parts.payload::text <> excluded.payload::text
      returning message_id as id`

const deleteSurplusParts = ($: Input) => sql`
      delete from parts
      using chat, unnest(${opaque($.ids, 'text[]')}, ${opaque($.partCounts, 'integer[]')}) as given (id, part_count)
      where parts.chat_id = chat.id and parts.message_id = any(${opaque($.ids, 'text[]')})
        and parts.message_id = given.id and parts.position >= given.part_count
      returning parts.message_id as id`

/**
 * A list that the planner does not look into. Otherwise it would see that the list is shorter than one of unknown length,
 * and would plan every save again, which takes longer than the save.
 */
function opaque(list: RawBuilder<string[]> | RawBuilder<number[]>, type: 'text[]' | 'integer[]') {
  return sql`(select ${list}::${sql.raw(type)})::${sql.raw(type)}`
}

/**
 * A statement deletes the rows that it saw when it began, before it had the lock on the chat. If the chat has got another
 * version since, it must delete nothing; the caller then repeats it with the lock taken first.
 */
export function andIsUnchanged($: Params<{ chatId: string }>) {
  return sql`and version = (select version from chats where id = ${$.chatId})`
}
