create table users (
  user_id     uuid           not null default uuidv7(),
  name        text           not null,
  email       citext         not null,
  password    text,
  role        text           not null default 'user',
  provider    text,
  provider_id text,
  last_sign_in_at timestamptz(3),
  deactivated_at  timestamptz(3),
  version     integer        not null default 0,
  created_at  timestamptz(3) not null default now(),
  updated_at  timestamptz(3) not null default now(),
  created_by  uuid           default current_user_id(),
  updated_by  uuid           default current_user_id(),

  constraint users_pkey primary key (user_id),
  constraint users_version_check check (version >= 0),
  constraint users_email_key unique (email),
  constraint users_provider_provider_id_key unique (provider, provider_id),
  constraint users_name_check check (char_length(name) between 2 and 100),
  constraint users_email_check check (char_length(email) <= 254 and email ~ '^[^@ \t\n\v\f\r]+@[^@ \t\n\v\f\r]+$'),
  constraint users_password_check check (char_length(password) <= 300 and password ~ '^(\$2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{53}|\$argon2id\$v=[0-9]+\$m=[0-9]+,t=[0-9]+,p=[0-9]+\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{22,}|\$scrypt\$ln=[0-9]+,r=[0-9]+,p=[0-9]+\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{22,})$'),
  constraint users_role_check check (role in ('user', 'admin', 'moderator')),
  constraint users_provider_check check (provider in ('google')),
  constraint users_provider_id_check check (char_length(provider_id) between 1 and 255),
  constraint users_provider_provider_id_check check ((provider is null) = (provider_id is null)),
  constraint users_password_provider_check check (password is not null or provider is not null)
);

create index users_created_at_user_id_idx on users (created_at, user_id);
-- The times are compared in the index: a range of them in the order of names reads no rows outside it.
create index users_name_user_id_created_at_idx on users (name, user_id, created_at);
create index users_role_created_at_user_id_idx on users (role, created_at, user_id);
create index users_search_idx on users using gin (search_words(name || ' ' || email::text));

create trigger users_touch_row before update on users
  for each row when (new.last_sign_in_at is not distinct from old.last_sign_in_at) execute function touch_row();
-- A sign-in alone is no change of the user.
create trigger users_touch_row_signed_in before update on users
  for each row when (new.last_sign_in_at is distinct from old.last_sign_in_at) execute function touch_row('last_sign_in_at');

comment on table users is 'People who sign in to the service, with a password or through an identity provider.';
comment on column users.user_id is 'UUID version 7; ascending in the order of creation.';
comment on column users.name is 'Full name; 2 to 100 characters.';
comment on column users.email is 'Unique; letter case is ignored.';
comment on column users.password is 'Hash by bcrypt, argon2id or scrypt, with its parameters and salt; at most 300 characters. Null for users who sign in through a provider only. Only findCredentialsByEmail selects it. @secret';
comment on column users.role is 'Permissions in the service.';
comment on column users.provider is 'Identity provider; set together with provider_id.';
comment on column users.provider_id is 'The user''s id at the provider (the `sub` claim of OpenID Connect).';
comment on column users.last_sign_in_at is 'Time of the last sign-in that the service has recorded; null for none.';
comment on column users.deactivated_at is 'Time at which the user was deactivated and may no longer sign in; null for an active user.';
comment on column users.version is 'Increases with every change to the row; for optimistic locking.';
comment on column users.created_at is 'Time of creation.';
comment on column users.updated_at is 'Time of the last change, set by a trigger.';
comment on column users.created_by is 'User who created the row; null for the service itself. The user may have been deleted since.';
comment on column users.updated_by is 'User who made the last change; null for the service itself. The user may have been deleted since.';

comment on constraint users_pkey on users is 'A user with this id already exists.';
comment on constraint users_version_check on users is 'A version is not negative.';
comment on constraint users_email_key on users is 'This email address is already taken.';
comment on constraint users_provider_provider_id_key on users is 'This provider account already belongs to a user.';
comment on constraint users_name_check on users is 'A name has 2 to 100 characters.';
comment on constraint users_email_check on users is 'An email address has exactly one @ with text on both sides, no spaces, and at most 254 characters.';
comment on constraint users_password_check on users is 'A password must be stored as a hash by bcrypt, argon2id or scrypt, as these functions write it: $2b$…, $argon2id$… or $scrypt$….';
comment on constraint users_role_check on users is 'A role is user, admin or moderator.';
comment on constraint users_provider_check on users is 'The only supported identity provider is google.';
comment on constraint users_provider_id_check on users is 'A provider id has 1 to 255 characters.';
comment on constraint users_provider_provider_id_check on users is 'A provider and its id must be set together.';
comment on constraint users_password_provider_check on users is 'A user must have a password or an identity provider.';
