export { GENERATE_PEERS, loadGenerator, MissingPeerError } from './generator.ts'
export { DEV_CLUSTER, TEST_CONNECTION_LIMIT } from './names.ts'
export { ownUrl, packagePath } from './root.ts'
export { packageVersion } from './version.ts'
