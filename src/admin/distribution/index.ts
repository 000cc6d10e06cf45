export { type Distributed, type DistributeOptions, distribute } from './distribute.ts'
export { findShards } from './shards.ts'
export { isDistributed, shareConnections } from './state.ts'
export { differencesOfDistribution, withDelegation, withoutDistribution } from './verify.ts'
