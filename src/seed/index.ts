export { type SeedCounts, type SeedOptions, type SeedProgress, seed } from './seed.ts'
