import { sql } from 'kysely'
import {
  type List,
  list,
  type Params,
  type Statement,
  statement,
  type Variants,
  variants,
} from '../../query/index.ts'
import type { NewUser, ProviderSignIn, UserChange, UserListRequest } from './input.ts'
import { USER, type User, type UserCredentials, type UserRole } from './rows.ts'

export const findUser: Statement<{ userId: string }, User> = statement('users.find', (query, $) =>
  query.selectFrom('users').select(USER).where('user_id', '=', $.userId),
)

export const findUserByEmail: Statement<{ email: string }, User> = statement(
  'users.findByEmail',
  (query, $) => query.selectFrom('users').select(USER).where('email', '=', $.email),
)

export const userExistsByEmail: Statement<{ email: string }, { exists: boolean }> = statement(
  'users.existsByEmail',
  (query, $) =>
    query.selectNoFrom(({ exists, selectFrom }) =>
      exists(selectFrom('users').select('user_id').where('email', '=', $.email))
        .$castTo<boolean>()
        .as('exists'),
    ),
)

export const findCredentialsByEmail: Statement<{ email: string }, UserCredentials> = statement(
  'users.findCredentialsByEmail',
  (query, $) =>
    query
      .selectFrom('users')
      .select(['user_id as userId', 'password as passwordHash', 'role'])
      .where('email', '=', $.email),
)

export const createUser: Variants<NewUser, User> = variants('users.create', ['role'], (query, $, has) =>
  query
    .insertInto('users')
    .values({
      name: $.name,
      email: $.email,
      password: $.passwordHash,
      provider: $.provider,
      provider_id: $.providerId,
      ...(has.role && { role: $.role }),
    })
    .returning(USER),
)

export const updateUser: Statement<UserChange & { userId: string }, User> = statement(
  'users.update',
  (query, $) =>
    query
      .updateTable('users')
      .set(({ fn, ref }) => ({
        name: fn.coalesce($.name, ref('name')),
        email: fn.coalesce($.email, ref('email')),
      }))
      .where('user_id', '=', $.userId)
      .returning(USER),
)

export const setPassword: Statement<{ userId: string; passwordHash: string }, User> = statement(
  'users.setPassword',
  (query, $) =>
    query
      .updateTable('users')
      .set({ password: $.passwordHash })
      .where('user_id', '=', $.userId)
      .returning(USER),
)

export const setRole: Statement<{ userId: string; role: UserRole }, User> = statement(
  'users.setRole',
  (query, $) =>
    query.updateTable('users').set({ role: $.role }).where('user_id', '=', $.userId).returning(USER),
)

export const deleteUsers = statement('users.deleteMany', (query, $: Params<{ userIds: string[] }>) =>
  query
    .deleteFrom('users')
    // Locked in one order, so that two calls whose lists overlap cannot deadlock.
    .where('user_id', 'in', (users) =>
      users
        .selectFrom('users')
        .select('user_id')
        .where('user_id', '=', sql<string>`any(${$.userIds}::uuid[])`)
        .orderBy('user_id')
        .forUpdate(),
    ),
)

export const listUsers: List<Pick<UserListRequest, 'role' | 'search'>, User> = list(
  'users.list',
  ['role', 'search'],
  {
    at: 'created_at as createdAt',
    id: 'user_id as userId',
    search: sql`searchable(name || ' ' || email::text)`,
  },
  (query, $, has, page) =>
    page.read(
      'user',
      query
        .selectFrom('users')
        .select(USER)
        .$if(has.role, (users) => users.where('role', '=', $.role)),
    ),
)

/**
 * A known user is read without a write or a lock. First sign-ins of one provider account take an advisory lock: with
 * `on conflict` alone they would race on the email address, whose unique index may be checked first.
 */
export const signInWithProvider: Statement<ProviderSignIn, User & { created: boolean }> = statement(
  'users.signInWithProvider',
  (query, $) =>
    query
      .with('known', (cte) =>
        cte
          .selectFrom('users')
          .select(USER)
          .where('provider', '=', $.provider)
          .where('provider_id', '=', $.providerId),
      )
      .with('turn', (cte) =>
        cte
          .selectNoFrom(
            sql`pg_advisory_xact_lock(hashtextextended(${$.provider} || ' ' || ${$.providerId}, 0))`.as(
              'taken',
            ),
          )
          .where(({ not, exists, selectFrom }) => not(exists(selectFrom('known').select('userId')))),
      )
      .with('added', (cte) =>
        cte
          .insertInto('users')
          .columns(['name', 'email', 'provider', 'provider_id'])
          .expression(({ selectFrom }) =>
            selectFrom('turn').select([
              $.name.as('name'),
              $.email.as('email'),
              $.provider.as('provider'),
              $.providerId.as('provider_id'),
            ]),
          )
          .onConflict((conflict) =>
            conflict
              .columns(['provider', 'provider_id'])
              .doUpdateSet(({ ref }) => ({ provider_id: ref('excluded.provider_id') })),
          )
          .returning([...USER, sql<boolean>`xmax = 0`.as('created')]),
      )
      .selectFrom('known')
      .selectAll()
      .select(sql<boolean>`false`.as('created'))
      .unionAll(({ selectFrom }) => selectFrom('added').selectAll()),
)
