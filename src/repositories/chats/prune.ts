import type { CallOptions, Connection } from '../../connection/index.ts'
import { queryAll, queryOne } from '../../query/index.ts'
import type { Files } from '../files/index.ts'
import type { ChatPruneRequest } from './input.ts'
import { keyOf } from './messages/index.ts'
import { deleteUnchangedChats, findUnchangedChats, findUsersAfter } from './statements/index.ts'

/** Number of chats that one statement deletes: few, so that locks are held only briefly. */
const BATCH = 200

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000'

/** Deletes the chats that have not changed since a time, and returns their number; see ChatRepository.prune. */
export async function pruneChats(
  connection: Connection,
  { olderThan, dryRun, onProgress }: ChatPruneRequest,
  files: Files,
  options: CallOptions | undefined,
): Promise<number> {
  let count = 0
  for await (const chats of unchangedChats(connection, olderThan, options)) {
    if (dryRun) {
      count += chats.length
      continue
    }
    for (const { userId, chatIds } of batchesOf(chats)) {
      const input = { userId, chatIds, olderThan }
      const { deleted, files: unused } = await queryOne(connection, deleteUnchangedChats, input, options)
      count += deleted
      await files.deleteAfterCommit(
        connection,
        unused.map((name) => keyOf(userId, name)),
      )
      if (deleted > 0) onProgress?.({ deleted: count })
    }
  }
  return count
}

interface FoundChat {
  userId: string
  chatId: string
}

/** The chats that have not changed since a time, some users after others. */
async function* unchangedChats(
  connection: Connection,
  olderThan: Date,
  options: CallOptions | undefined,
): AsyncGenerator<FoundChat[]> {
  let userId: string | undefined = BEFORE_ALL
  while (userId !== undefined) {
    const users: { userId: string }[] = await queryAll(connection, findUsersAfter, { userId }, options)
    const userIds = users.map((user) => user.userId)
    yield queryAll(connection, findUnchangedChats, { userIds, olderThan }, options)
    userId = userIds.at(-1)
  }
}

/** Divides chats into batches of one user. */
function* batchesOf(chats: FoundChat[]): Generator<{ userId: string; chatIds: string[] }> {
  for (const [userId, own] of Map.groupBy(chats, (chat) => chat.userId)) {
    for (let from = 0; from < own.length; from += BATCH)
      yield { userId, chatIds: own.slice(from, from + BATCH).map(({ chatId }) => chatId) }
  }
}
