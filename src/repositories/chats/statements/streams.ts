import { type Params, statement } from '../../../query/index.ts'
import type { OwnedChat } from './owned-chat.ts'

/** Compare and set: changes no row unless the expected stream is active. */
export const claimStream = statement(
  'chats.claimStream',
  (query, $: Params<OwnedChat & { streamId: string | null; expect: string | null }>) =>
    query
      .updateTable('chats')
      .set({ active_stream_id: $.streamId })
      .where('id', '=', $.chatId)
      .where('user_id', '=', $.userId)
      .where('active_stream_id', 'is not distinct from', $.expect),
)
