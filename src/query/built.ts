/**
 * Statements that were compiled when the package was built: JSON of `BuiltStatement`s by their names. In the repository
 * there are none; scripts/build/list-statements.ts writes them into `dist/`.
 */
export const BUILT = '{}'
