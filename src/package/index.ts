export { DEV_CLUSTER, TEST_CONNECTION_LIMIT } from './names.ts'
export { ownUrl, packagePath } from './root.ts'
export { packageVersion } from './version.ts'
