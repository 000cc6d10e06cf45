import { InvalidInputError } from '../../errors/index.ts'
import { optional, type Reader, wholeNumber } from '../../input/index.ts'

/** A store for large files of messages, outside the database. */
export interface FileStore {
  /** Files whose data URLs have at least this many characters are put into the store; default 65 536. */
  readonly threshold?: number | undefined
  /**
   * Stores a file under its key, before the message is saved. A file that the chat already has is not put again. If saving
   * the message fails, the file is deleted again; it remains if the outcome is unknown or the surrounding transaction is
   * rolled back.
   */
  put(file: MovedFile): Promise<void>
  /**
   * Returns the `url` of the loaded message: the data URL that was put there, so that the message is unchanged. Undefined says
   * that the file is gone: the part then has the `url` `missing-file:` and the key, and the rest of the chat is loaded. An
   * error makes the load fail; throw it when the store does not answer.
   */
  get(key: string): Promise<string | undefined>
  /**
   * Deletes a file that no message refers to any more; one that does not exist is no error. Called once the deletion of
   * the messages, the chat or the user is committed. An error never fails the call: `db.on('fileError')` reports it, and the
   * file remains. Without this method, files remain in the store.
   */
  delete?(key: string): Promise<void>
}

/** A file to put into a file store. */
export interface MovedFile {
  /**
   * `<id of the user>/<SHA-256 of the data URL>-<16 random digits>`, in lower case and hexadecimal: never the key of another
   * user's file, nor one that was deleted.
   */
  readonly key: string
  readonly url: string
  readonly mediaType: unknown
}

/** Reads a file store: an object of any class with its methods. */
export const readFileStore: Reader<FileStore> = (value, field) => {
  const { put, get, delete: remove, threshold } = Object(value) as Partial<FileStore>
  if (typeof put !== 'function' || typeof get !== 'function') {
    throw new InvalidInputError(field, 'must be an object with the methods put and get')
  }
  if (remove !== undefined && typeof remove !== 'function') {
    throw new InvalidInputError(`${field}.delete`, 'must be a method')
  }
  optional(wholeNumber(0, 2 ** 31 - 1))(threshold, `${field}.threshold`)
  return value as FileStore
}
