export { ownUrl, packagePath } from './root.ts'
export { packageVersion } from './version.ts'
