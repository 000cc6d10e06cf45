export { type FileStore, type MovedFile, readFileStore } from './file-store.ts'
export { type FileErrorEvent, type FileErrorListener, Files } from './files.ts'
