import { openDatabase } from '../../src/index.ts'
import { urlOfLogin } from '../login.ts'
import type { Open } from './contender.ts'
import { methodsOf } from './ours.ts'

/** This library with an actor, under a login to which row security applies. */
export const open: Open = async (url) => {
  const db = openDatabase(urlOfLogin(url))
  return { ...methodsOf(db.as({ system: 'bench' })), close: () => db.close() }
}
