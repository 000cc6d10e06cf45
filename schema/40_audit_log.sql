create table audit_log (
  id          uuid           not null default uuidv7(),
  user_id     uuid,
  entity_type text           not null,
  entity_id   text           not null,
  action      text           not null,
  changes     jsonb,
  ip_address  inet,
  user_agent  text,
  created_at  timestamptz(3) not null default now(),

  constraint audit_log_pkey primary key (id),
  constraint audit_log_user_id_fkey foreign key (user_id) references users on delete set null,
  constraint audit_log_entity_type_check check (char_length(entity_type) between 1 and 50),
  constraint audit_log_entity_id_check check (char_length(entity_id) between 1 and 255),
  constraint audit_log_action_check check (char_length(action) between 1 and 50)
);

create index audit_log_created_at_id_idx on audit_log (created_at, id);
create index audit_log_entity_type_entity_id_created_at_id_idx on audit_log (entity_type, entity_id, created_at, id);
create index audit_log_user_id_created_at_id_idx on audit_log (user_id, created_at, id);
create index audit_log_action_created_at_id_idx on audit_log (action, created_at, id);

-- The only permitted change is that of the foreign key: user_id becomes null after its user is deleted.
create function refuse_audit_log_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.user_id is null
    and not exists (select from users where users.user_id = old.user_id) then
    old.user_id := null;
    if old is not distinct from new then
      return null;
    end if;
  end if;
  raise exception 'audit_log is append-only: % refused', lower(tg_op)
    using errcode = 'check_violation', schema = tg_table_schema, table = tg_table_name,
      constraint = 'audit_log_append_only', hint = 'Record a new entry instead.';
end
$$;

create constraint trigger audit_log_append_only after update or delete on audit_log
  for each row execute function refuse_audit_log_change();
create trigger audit_log_append_only_truncate before truncate on audit_log
  for each statement execute function refuse_audit_log_change();

comment on table audit_log is 'Which user did what to which entity, and when. Append-only.';
comment on column audit_log.id is 'UUID version 7; ascending in the order of creation.';
comment on column audit_log.user_id is 'User who acted; null for the service itself, and after the user is deleted.';
comment on column audit_log.entity_type is 'Kind of entity, for example user or customer; at most 50 characters.';
comment on column audit_log.entity_id is 'Key of the entity, as text.';
comment on column audit_log.action is 'Action, for example create; at most 50 characters.';
comment on column audit_log.changes is 'Changes, as the service describes them; secrets are redacted.';
comment on column audit_log.ip_address is 'IP address of the client.';
comment on column audit_log.user_agent is 'User agent of the client.';
comment on column audit_log.created_at is 'Time of the action.';

comment on constraint audit_log_pkey on audit_log is 'An audit log entry with this id already exists.';
comment on constraint audit_log_user_id_fkey on audit_log is 'This user does not exist.';
comment on constraint audit_log_entity_type_check on audit_log is 'An entity type has 1 to 50 characters.';
comment on constraint audit_log_entity_id_check on audit_log is 'An entity id has 1 to 255 characters.';
comment on constraint audit_log_action_check on audit_log is 'An action has 1 to 50 characters.';
comment on trigger audit_log_append_only on audit_log is 'Audit log entries cannot be changed or deleted.';
