import type { RawBuilder } from 'kysely'
import { sql } from '../../kysely/index.ts'
import {
  type ActorForms,
  hasVersion,
  type IfVersion,
  type List,
  list,
  type Params,
  type PersonalData,
  raw,
  type Statement,
  statement,
  type Variants,
  variants,
  versionOf,
} from '../../query/index.ts'
import type { NewUser, ProviderSignIn, UserChange, UserListRequest } from './input.ts'
import { USER_OFFERS } from './offers.ts'
import { USER, type User, type UserCredentials, type UserProvider, type UserRole } from './rows.ts'

export const findUser: Statement<{ userId: string }, User> = statement('users.find', (query, $) =>
  query.selectFrom('users').select(USER).where('user_id', '=', $.userId),
)

/** The condition of a lookup by email address, for an actor. */
const hasEmailForActor = (email: RawBuilder<string>) =>
  sql<boolean>`user_id = (select find_user_by_email(${email}::citext))`

export const findUserByEmail: ActorForms<{ email: string }, User> = {
  plain: statement('users.findByEmail', (query, $: Params<{ email: string }>) =>
    query.selectFrom('users').select(USER).where('email', '=', $.email),
  ),
  forActor: statement('users.findByEmail as actor', (query, $: Params<{ email: string }>) =>
    query.selectFrom('users').select(USER).where(hasEmailForActor($.email)),
  ),
}

export const userExistsByEmail: ActorForms<{ email: string }, { exists: boolean }> = {
  plain: statement('users.existsByEmail', (query, $: Params<{ email: string }>) =>
    query.selectNoFrom(({ exists, selectFrom }) =>
      exists(selectFrom('users').select('user_id').where('email', '=', $.email))
        .$castTo<boolean>()
        .as('exists'),
    ),
  ),
  forActor: statement('users.existsByEmail as actor', (query, $: Params<{ email: string }>) =>
    query.selectNoFrom(({ exists, selectFrom }) =>
      exists(selectFrom('users').select('user_id').where(hasEmailForActor($.email)))
        .$castTo<boolean>()
        .as('exists'),
    ),
  ),
}

const CREDENTIALS = ['user_id as userId', 'password as passwordHash', 'role'] as const

export const findCredentialsByEmail: ActorForms<{ email: string }, UserCredentials> = {
  plain: statement('users.findCredentialsByEmail', (query, $: Params<{ email: string }>) =>
    query
      .selectFrom('users')
      .select(CREDENTIALS)
      .where('email', '=', $.email)
      .where('deactivated_at', 'is', null),
  ),
  forActor: statement('users.findCredentialsByEmail as actor', (query, $: Params<{ email: string }>) =>
    query
      .selectFrom('users')
      .select(CREDENTIALS)
      .where(hasEmailForActor($.email))
      .where('deactivated_at', 'is', null),
  ),
}

export const createUser: Variants<NewUser, User> = variants(
  'users.create',
  ['role'],
  (query, $, has) =>
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
  { isShort: true },
)

export const userVersion = versionOf('users.version', 'users', 'user_id')

export const updateUser: Statement<UserChange & IfVersion & { userId: string }, User> = statement(
  'users.update',
  (query, $) =>
    query
      .updateTable('users')
      .set(({ fn, ref }) => ({
        name: fn.coalesce($.name, ref('name')),
        email: fn.coalesce($.email, ref('email')),
      }))
      .where('user_id', '=', $.userId)
      .where(hasVersion($))
      .returning(USER),
  {
    isShort: true,
    merging: {
      key: 'userId',
      types: { userId: 'uuid', email: 'citext', ifVersion: 'integer' },
    },
  },
)

export const setPassword: Statement<IfVersion & { userId: string; passwordHash: string }, User> = statement(
  'users.setPassword',
  (query, $) =>
    query
      .updateTable('users')
      .set({ password: $.passwordHash })
      .where('user_id', '=', $.userId)
      .where(hasVersion($))
      .returning(USER),
  {
    isShort: true,
    merging: { key: 'userId', types: { userId: 'uuid', ifVersion: 'integer' } },
  },
)

export const setRole: Statement<IfVersion & { userId: string; role: UserRole }, User> = statement(
  'users.setRole',
  (query, $) =>
    query
      .updateTable('users')
      .set({ role: $.role })
      .where('user_id', '=', $.userId)
      .where(hasVersion($))
      .returning(USER),
  {
    isShort: true,
    merging: { key: 'userId', types: { userId: 'uuid', ifVersion: 'integer' } },
  },
)

/** Null takes the account away. */
export const setProvider: Statement<
  IfVersion & { userId: string; provider: UserProvider | null; providerId: string | null },
  User
> = statement(
  'users.linkProvider',
  (query, $) =>
    query
      .updateTable('users')
      .set({ provider: $.provider, provider_id: $.providerId })
      .where('user_id', '=', $.userId)
      .where(hasVersion($))
      .returning(USER),
  { isShort: true },
)

/** A user who is deactivated already keeps the time. */
export const setActive: Statement<IfVersion & { userId: string; isActive: boolean }, User> = statement(
  'users.deactivate',
  (query, $) =>
    query
      .updateTable('users')
      .set({
        deactivated_at: sql<Date | null>`case when ${$.isActive}::boolean then null else coalesce(deactivated_at, now()) end`,
      })
      .where('user_id', '=', $.userId)
      .where(hasVersion($))
      .returning(USER),
  { isShort: true },
)

export const recordSignIn: Statement<{ userId: string }, User> = statement(
  'users.recordSignIn',
  (query, $) =>
    query
      .updateTable('users')
      .set({ last_sign_in_at: sql<Date>`now()` })
      .where('user_id', '=', $.userId)
      .where('deactivated_at', 'is', null)
      .returning(USER),
  { isShort: true },
)

interface HandOver {
  userId: string
  toUserId: string | null
}

/** Archived records too: they may be restored. */
export const handOver: Statement<HandOver, { customers: number; people: number }> = statement(
  'users.handOver',
  (query, $) =>
    query
      .with('customer', (cte) =>
        cte
          .updateTable('customers')
          .set({ owner_id: $.toUserId })
          .where('owner_id', '=', $.userId)
          .returning('customer_id'),
      )
      .with('person', (cte) =>
        cte
          .updateTable('people')
          .set({ owner_id: $.toUserId })
          .where('owner_id', '=', $.userId)
          .returning('person_id'),
      )
      .selectNoFrom([
        sql<number>`(select count(*) from customer)::integer`.as('customers'),
        sql<number>`(select count(*) from person)::integer`.as('people'),
      ]),
)

/** Whether there was something to erase. */
export const eraseUser: Statement<{ userId: string }, { erased: boolean }> = statement(
  'users.erase',
  (_, $) => raw<{ erased: boolean }>(sql`select erase_user(${$.userId}) as erased`),
  { writes: true, isLong: true },
)

export const exportUser: Statement<{ userId: string }, { rows: PersonalData }> = statement(
  'users.export',
  (_, $) => raw<{ rows: PersonalData }>(sql`select export_user(${$.userId}) as rows`),
  { isLong: true },
)

/** Keys of the files of users that the actor may delete. */
export const findFilesOfUsers: Statement<{ userIds: string[] }, { key: string }> = statement(
  'users.files',
  (_, $) => raw<{ key: string }>(sql`select key from files_of_users(${$.userIds}::uuid[]) as key`),
  { isLong: true },
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
    search: {
      find: 'search_users',
      words: "search_words(name || ' ' || email::text)",
      text: "name || ' ' || email::text",
    },
  },
  (query, $, has, page) =>
    page.read(
      'user',
      query
        .selectFrom('users')
        .select(USER)
        .$if(has.role, (users) => users.where('role', '=', $.role)),
    ),
  USER_OFFERS,
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
          .selectNoFrom([
            // As text: a sharded PostgreSQL keeps the rows of this in a table, and void is no type of a column.
            sql`pg_advisory_xact_lock(hashtextextended(${$.provider} || ' ' || ${$.providerId}, 0))::text`.as(
              'taken',
            ),
            sql<string>`uuidv7()`.as('userId'),
          ])
          .where(({ not, exists, selectFrom }) => not(exists(selectFrom('known').select('userId')))),
      )
      .with('added', (cte) =>
        cte
          .insertInto('users')
          .columns(['user_id', 'name', 'email', 'provider', 'provider_id'])
          .expression(({ selectFrom }) =>
            selectFrom('turn').select([
              'turn.userId',
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
          // A row that was there before has another id. No column has to be visible for that but those of the result.
          .returning([...USER, sql<boolean>`user_id = (select "userId" from turn)`.as('created')]),
      )
      .selectFrom('known')
      .selectAll()
      .select(sql<boolean>`false`.as('created'))
      .unionAll(({ selectFrom }) => selectFrom('added').selectAll()),
)
