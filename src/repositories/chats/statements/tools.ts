import type { JsonValue } from '../../../../generated/database.ts'
import { sql } from '../../../kysely/index.ts'
import { type Params, raw, type Statement, statement } from '../../../query/index.ts'
import type { OwnedChat } from './owned-chat.ts'

/** Tool calls in a user's chats that wait for approval, most recently changed chats first. */
export const findPendingApprovals: Statement<
  { userId: string },
  { chatId: string; messageId: string; part: JsonValue }
> = statement(
  'chats.pendingApprovals',
  (query, $) =>
    query
      .selectFrom('chats')
      .innerJoin('parts', (join) =>
        join.on('parts.user_id', '=', $.userId).onRef('parts.chat_id', '=', 'chats.id'),
      )
      .innerJoin('messages', (join) =>
        join
          .on('messages.user_id', '=', $.userId)
          .onRef('messages.chat_id', '=', 'parts.chat_id')
          .onRef('messages.id', '=', 'parts.message_id'),
      )
      .select(['chats.id as chatId', 'messages.id as messageId', 'parts.payload as part'])
      .where('chats.user_id', '=', $.userId)
      .where('parts.tool_state', '=', sql.lit('approval-requested'))
      .whereRef('parts.position', '<', 'messages.part_count')
      .orderBy('chats.updated_at', 'desc')
      .orderBy('chats.id', 'desc')
      .orderBy('messages.position')
      .orderBy('parts.position'),
  { isLong: true },
)

/**
 * Tool calls that began and have no output. A call that was approved or denied counts only if its message waits for no
 * other approval: until then the assistant cannot continue.
 */
export const findDanglingTools: Statement<
  OwnedChat,
  { messageId: string; position: number; payload: JsonValue }
> = statement(
  'chats.danglingTools',
  (query, $) =>
    query
      .selectFrom('parts')
      .innerJoin('messages', (join) =>
        join
          .on('messages.user_id', '=', $.userId)
          .on('messages.chat_id', '=', $.chatId)
          .onRef('messages.id', '=', 'parts.message_id'),
      )
      .select(['parts.message_id as messageId', 'parts.position', 'parts.payload'])
      .where('parts.user_id', '=', $.userId)
      .where('parts.chat_id', '=', $.chatId)
      .whereRef('parts.position', '<', 'messages.part_count')
      .where(({ or, and, not, exists, selectFrom, eb }) =>
        or([
          eb('parts.tool_state', 'in', [sql.lit('input-streaming'), sql.lit('input-available')]),
          and([
            eb('parts.tool_state', '=', sql.lit('approval-responded')),
            not(
              exists(
                selectFrom('parts as other')
                  .select('other.position')
                  .where('other.user_id', '=', $.userId)
                  .where('other.chat_id', '=', $.chatId)
                  .whereRef('other.message_id', '=', 'parts.message_id')
                  .whereRef('other.position', '<', 'messages.part_count')
                  .where('other.tool_state', '=', sql.lit('approval-requested')),
              ),
            ),
          ]),
        ]),
      ),
  { isLong: true },
)

interface RewrittenTools extends OwnedChat {
  messageIds: string[]
  positions: number[]
  states: string[]
  payloads: string[]
}

/** Replaces the payloads of parts, given as arrays of equal length. */
export const rewriteTools = statement('chats.rewriteTools', (_, $: Params<RewrittenTools>) =>
  raw<never>(sql`
    with chat as (
      update chats set version = version + 1 where user_id = ${$.userId} and id = ${$.chatId}
    )
    update parts
    set payload = given.payload, tool_state = given.state
    from unnest(${$.messageIds}::text[], ${$.positions}::integer[], ${$.states}::text[], ${$.payloads}::json[])
      as given (message_id, position, state, payload)
    where parts.user_id = ${$.userId} and parts.chat_id = ${$.chatId} and parts.message_id = given.message_id and parts.position = given.position`),
)
