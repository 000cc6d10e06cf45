/** Every statement on a chat contains its owner: a chat owned by another user behaves as if it did not exist. */
export interface OwnedChat {
  chatId: string
  userId: string
}
