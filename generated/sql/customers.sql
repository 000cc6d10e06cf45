-- Written by `npm run generate` from src/repositories/. Do not edit.

-- customers.addContact
-- $1 customerId: uuid
-- $2 personId: uuid
-- $3 role: contact_role
with
  "contact" as (
    insert into
      "customer_people" ("customer_id", "person_id", "role")
    values
      ($1, $2, $3)
    returning
      *
  )
select
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version",
  "contact"."created_by" as "createdBy",
  "contact"."updated_by" as "updatedBy"
from
  "contact"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
  and "person"."merged_into" is null
  and not exists (
    select
    from
      customers
    where
      customer_id = contact.customer_id
      and merged_into is not null
  );

-- customers.addContact(isPrimary)
-- $1 customerId: uuid
-- $2 personId: uuid
-- $3 role: contact_role
-- $4 isPrimary: boolean
with
  "contact" as (
    insert into
      "customer_people" ("customer_id", "person_id", "role", "is_primary")
    values
      ($1, $2, $3, $4)
    returning
      *
  )
select
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version",
  "contact"."created_by" as "createdBy",
  "contact"."updated_by" as "updatedBy"
from
  "contact"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
  and "person"."merged_into" is null
  and not exists (
    select
    from
      customers
    where
      customer_id = contact.customer_id
      and merged_into is not null
  );

-- customers.addContact(startDate)
-- $1 customerId: uuid
-- $2 personId: uuid
-- $3 role: contact_role
-- $4 startDate: date
with
  "contact" as (
    insert into
      "customer_people" ("customer_id", "person_id", "role", "start_date")
    values
      ($1, $2, $3, $4)
    returning
      *
  )
select
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version",
  "contact"."created_by" as "createdBy",
  "contact"."updated_by" as "updatedBy"
from
  "contact"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
  and "person"."merged_into" is null
  and not exists (
    select
    from
      customers
    where
      customer_id = contact.customer_id
      and merged_into is not null
  );

-- customers.addContact(isPrimary,startDate)
-- $1 customerId: uuid
-- $2 personId: uuid
-- $3 role: contact_role
-- $4 isPrimary: boolean
-- $5 startDate: date
with
  "contact" as (
    insert into
      "customer_people" (
        "customer_id",
        "person_id",
        "role",
        "is_primary",
        "start_date"
      )
    values
      ($1, $2, $3, $4, $5)
    returning
      *
  )
select
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version",
  "contact"."created_by" as "createdBy",
  "contact"."updated_by" as "updatedBy"
from
  "contact"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
  and "person"."merged_into" is null
  and not exists (
    select
    from
      customers
    where
      customer_id = contact.customer_id
      and merged_into is not null
  );

-- customers.setPrimaryContact
-- $1 customerId: uuid
-- $2 personId: uuid
with
  "contact" as (
    select
      *
    from
      set_primary_contact ($1, $2) as "chosen"
  )
select
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version",
  "contact"."created_by" as "createdBy",
  "contact"."updated_by" as "updatedBy"
from
  "contact"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
  and "person"."merged_into" is null
  and not exists (
    select
    from
      customers
    where
      customer_id = contact.customer_id
      and merged_into is not null
  );

-- customers.contactVersion
-- $1 rowId: uuid
select
  version
from
  "customer_people"
where
  "customer_person_id" = $1;

-- customers.findContact
-- $1 contactId: uuid
select
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version",
  "contact"."created_by" as "createdBy",
  "contact"."updated_by" as "updatedBy"
from
  "customer_people" as "contact"
  inner join "people" as "person" on "person"."person_id" = "contact"."person_id"
where
  "contact"."customer_person_id" = $1;

-- customers.updateContact
-- $1 given: text[]
-- $2 role: contact_role
-- $3 startDate: date
-- $4 endDate: date
-- $5 isPrimary: boolean
-- $6 contactId: uuid
-- $7 ifVersion: integer
with
  "contact" as (
    update "customer_people"
    set
      "role" = case
        when 'role' = any ($1::text[]) then $2
        else "role"
      end,
      "start_date" = case
        when 'startDate' = any ($1::text[]) then $3
        else "start_date"
      end,
      "end_date" = case
        when 'endDate' = any ($1::text[]) then $4
        else "end_date"
      end,
      "is_primary" = case
        when 'isPrimary' = any ($1::text[]) then $5
        else "is_primary"
      end
      and coalesce(
        case
          when 'endDate' = any ($1::text[]) then $4
          else "end_date"
        end >= current_date,
        true
      )
    where
      "customer_person_id" = $6
      and (
        $7::integer is null
        or version = $7
      )
    returning
      *
  )
select
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version",
  "contact"."created_by" as "createdBy",
  "contact"."updated_by" as "updatedBy"
from
  "contact"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
  and "person"."merged_into" is null
  and not exists (
    select
    from
      customers
    where
      customer_id = contact.customer_id
      and merged_into is not null
  );

-- customers.endContact
-- $1 endDate: date
-- $2 contactId: uuid
-- $3 ifVersion: integer
with
  "contact" as (
    update "customer_people"
    set
      "end_date" = $1,
      "is_primary" = is_primary
      and $1::date >= current_date
    where
      "customer_person_id" = $2
      and (
        $3::integer is null
        or version = $3
      )
    returning
      *
  )
select
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version",
  "contact"."created_by" as "createdBy",
  "contact"."updated_by" as "updatedBy"
from
  "contact"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
  and "person"."merged_into" is null
  and not exists (
    select
    from
      customers
    where
      customer_id = contact.customer_id
      and merged_into is not null
  );

-- customers.reopenContact
-- $1 contactId: uuid
-- $2 ifVersion: integer
with
  "contact" as (
    update "customer_people"
    set
      "end_date" = null
    where
      "customer_person_id" = $1
      and (
        $2::integer is null
        or version = $2
      )
    returning
      *
  )
select
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version",
  "contact"."created_by" as "createdBy",
  "contact"."updated_by" as "updatedBy"
from
  "contact"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
  and "person"."merged_into" is null
  and not exists (
    select
    from
      customers
    where
      customer_id = contact.customer_id
      and merged_into is not null
  );

-- customers.removeContact
-- $1 contactId: uuid
delete from "customer_people"
where
  "customer_person_id" = $1;

-- customers.listContacts
-- $1 customerId: uuid
-- $2 behindAt: date
-- $3 behindId: uuid
-- $4 fetch: bigint
select
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version",
  "contact"."created_by" as "createdBy",
  "contact"."updated_by" as "updatedBy"
from
  (
    select
      *
    from
      "customer_people"
    where
      "customer_id" = (
        select
          coalesce(merged_into, customer_id)
        from
          customers
        where
          customer_id = $1
      )
      and ("start_date", "customer_person_id") < ($2, $3)
    order by
      "start_date" desc,
      "customer_person_id" desc
    limit
      201
  ) as "contact"
  inner join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "contact"."start_date" desc,
  "contact"."customer_person_id" desc
limit
  $4;

-- customers.listContacts(current)
-- $1 customerId: uuid
-- $2 behindAt: date
-- $3 behindId: uuid
-- $4 fetch: bigint
select
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version",
  "contact"."created_by" as "createdBy",
  "contact"."updated_by" as "updatedBy"
from
  (
    select
      *
    from
      "customer_people"
    where
      "customer_id" = (
        select
          coalesce(merged_into, customer_id)
        from
          customers
        where
          customer_id = $1
      )
      and (
        end_date is null
        or end_date >= current_date
      )
      and ("start_date", "customer_person_id") < ($2, $3)
    order by
      "start_date" desc,
      "customer_person_id" desc
    limit
      201
  ) as "contact"
  inner join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "contact"."start_date" desc,
  "contact"."customer_person_id" desc
limit
  $4;

-- customers.findDuplicates
-- $1 displayName: text
-- $2 legalName: text
-- $3 websiteUrl: text
-- $4 billingCountry: text
select
  "customer_id" as "customerId",
  "legal_name" as "legalName",
  "display_name" as "displayName",
  "status",
  "industry",
  "company_size" as "companySize",
  "website_url" as "websiteUrl",
  "billing_country" as "billingCountry",
  "timezone",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy",
  duplicate_words (display_name, true) as "displayWords",
  duplicate_words (legal_name, true) as "legalWords",
  duplicate_domain (website_url) as "domain",
  duplicate_words ($1, true) as "probeDisplay",
  duplicate_words ($2, true) as "probeLegal",
  duplicate_domain ($3) as "probeDomain",
  $3::text as "probeWebsite",
  $4::text as "probeCountry"
from
  "customers"
where
  "customer_id" in (
    select
      find_customers_by_keys (customer_duplicate_keys ($2, $1, $3), 100)
  )
  and "archived_at" is null;

-- customers.findDuplicates, by id
-- $1 customerId: uuid
with
  "probe" as materialized (
    select
      duplicate_words (display_name, true) as "probeDisplay",
      duplicate_words (legal_name, true) as "probeLegal",
      duplicate_domain (website_url) as "probeDomain",
      "website_url" as "probeWebsite",
      "billing_country" as "probeCountry",
      customer_duplicate_keys (legal_name, display_name, website_url) as "probeKeys"
    from
      "customers"
    where
      "customer_id" = $1
  )
select
  "customer_id" as "customerId",
  "legal_name" as "legalName",
  "display_name" as "displayName",
  "status",
  "industry",
  "company_size" as "companySize",
  "website_url" as "websiteUrl",
  "billing_country" as "billingCountry",
  "timezone",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy",
  duplicate_words (display_name, true) as "displayWords",
  duplicate_words (legal_name, true) as "legalWords",
  duplicate_domain (website_url) as "domain",
  "probeDisplay",
  "probeLegal",
  "probeDomain",
  "probeWebsite",
  "probeCountry"
from
  "probe"
  inner join lateral find_customers_by_keys ("probeKeys", 100) as found ("candidateId") on true
  inner join "customers" on "customer_id" = "candidateId"
where
  "archived_at" is null;

-- customers.listDuplicates, rows
-- $1 rowIds: uuid[]
select
  "customer_id" as "customerId",
  "legal_name" as "legalName",
  "display_name" as "displayName",
  "status",
  "industry",
  "company_size" as "companySize",
  "website_url" as "websiteUrl",
  "billing_country" as "billingCountry",
  "timezone",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy",
  duplicate_words (display_name, true) as "displayWords",
  duplicate_words (legal_name, true) as "legalWords",
  duplicate_domain (website_url) as "domain"
from
  "customers"
where
  "customer_id" = any ($1::uuid[])
  and "archived_at" is null;

-- customers.listDuplicates
-- $1 behindAt: timestamp with time zone
-- $2 behindId: uuid
-- $3 fetch: integer
select
  "customer_id" as id,
  created_at as "createdAt",
  array(
    select
      candidate."customer_id"
    from
      "customers" as candidate
    where
      candidate."customer_id" in (
        select
          "find_customers_by_keys" (
            customer_duplicate_keys (
              customers.legal_name,
              customers.display_name,
              customers.website_url
            ),
            20
          )
      )
      and (candidate.created_at, candidate."customer_id") < ("customers".created_at, "customers"."customer_id")
  ) as "candidateIds"
from
  "customers"
where
  archived_at is null
  and (created_at, "customer_id") < ($1::timestamptz, $2::uuid)
order by
  created_at desc,
  "customer_id" desc
limit
  $3::integer;

-- customers.merge
-- $1 winnerId: uuid
-- $2 loserIds: uuid[]
-- $3 values: jsonb
-- $4 ifVersion: integer
select
  outcome,
  row_id as "rowId",
  row_version as "rowVersion"
from
  "merge_customers" ($1, $2, $3, $4);

-- customers.importMany: insert customers
-- $1 rows: json
insert into
  "customers" (
    "customer_id",
    "legal_name",
    "display_name",
    "industry",
    "company_size",
    "website_url",
    "billing_country",
    "source",
    "external_id",
    "tags",
    "attributes",
    "emails",
    "phones",
    "addresses",
    "owner_id"
  )
select
  "customer_id",
  "legal_name",
  "display_name",
  "industry",
  "company_size",
  "website_url",
  "billing_country",
  "source",
  "external_id",
  "tags",
  "attributes",
  "emails",
  "phones",
  "addresses",
  "owner_id"
from
  json_populate_recordset(null::"customers", $1::json);

-- customers.importMany: insert customers(status)
-- $1 rows: json
insert into
  "customers" (
    "customer_id",
    "legal_name",
    "display_name",
    "industry",
    "company_size",
    "website_url",
    "billing_country",
    "source",
    "external_id",
    "tags",
    "attributes",
    "emails",
    "phones",
    "addresses",
    "owner_id",
    "status"
  )
select
  "customer_id",
  "legal_name",
  "display_name",
  "industry",
  "company_size",
  "website_url",
  "billing_country",
  "source",
  "external_id",
  "tags",
  "attributes",
  "emails",
  "phones",
  "addresses",
  "owner_id",
  "status"
from
  json_populate_recordset(null::"customers", $1::json);

-- customers.importMany: insert customers(timezone)
-- $1 rows: json
insert into
  "customers" (
    "customer_id",
    "legal_name",
    "display_name",
    "industry",
    "company_size",
    "website_url",
    "billing_country",
    "source",
    "external_id",
    "tags",
    "attributes",
    "emails",
    "phones",
    "addresses",
    "owner_id",
    "timezone"
  )
select
  "customer_id",
  "legal_name",
  "display_name",
  "industry",
  "company_size",
  "website_url",
  "billing_country",
  "source",
  "external_id",
  "tags",
  "attributes",
  "emails",
  "phones",
  "addresses",
  "owner_id",
  "timezone"
from
  json_populate_recordset(null::"customers", $1::json);

-- customers.importMany: insert customers(status,timezone)
-- $1 rows: json
insert into
  "customers" (
    "customer_id",
    "legal_name",
    "display_name",
    "industry",
    "company_size",
    "website_url",
    "billing_country",
    "source",
    "external_id",
    "tags",
    "attributes",
    "emails",
    "phones",
    "addresses",
    "owner_id",
    "status",
    "timezone"
  )
select
  "customer_id",
  "legal_name",
  "display_name",
  "industry",
  "company_size",
  "website_url",
  "billing_country",
  "source",
  "external_id",
  "tags",
  "attributes",
  "emails",
  "phones",
  "addresses",
  "owner_id",
  "status",
  "timezone"
from
  json_populate_recordset(null::"customers", $1::json);

-- customers.importMany: insert people
-- $1 rows: json
insert into
  "people" (
    "person_id",
    "first_name",
    "last_name",
    "email",
    "phone",
    "phone_e164",
    "job_title",
    "linkedin_url",
    "source",
    "external_id",
    "tags",
    "attributes",
    "emails",
    "phones",
    "addresses",
    "owner_id"
  )
select
  "person_id",
  "first_name",
  "last_name",
  "email",
  "phone",
  "phone_e164",
  "job_title",
  "linkedin_url",
  "source",
  "external_id",
  "tags",
  "attributes",
  "emails",
  "phones",
  "addresses",
  "owner_id"
from
  json_populate_recordset(null::"people", $1::json);

-- customers.importMany: insert people(isActive)
-- $1 rows: json
insert into
  "people" (
    "person_id",
    "first_name",
    "last_name",
    "email",
    "phone",
    "phone_e164",
    "job_title",
    "linkedin_url",
    "source",
    "external_id",
    "tags",
    "attributes",
    "emails",
    "phones",
    "addresses",
    "owner_id",
    "is_active"
  )
select
  "person_id",
  "first_name",
  "last_name",
  "email",
  "phone",
  "phone_e164",
  "job_title",
  "linkedin_url",
  "source",
  "external_id",
  "tags",
  "attributes",
  "emails",
  "phones",
  "addresses",
  "owner_id",
  "is_active"
from
  json_populate_recordset(null::"people", $1::json);

-- customers.importMany: insert contacts
-- $1 rows: json
insert into
  "customer_people" ("customer_id", "person_id", "role")
select
  "customer_id",
  "person_id",
  "role"
from
  json_populate_recordset(null::"customer_people", $1::json);

-- customers.importMany: insert contacts(isPrimary)
-- $1 rows: json
insert into
  "customer_people" ("customer_id", "person_id", "role", "is_primary")
select
  "customer_id",
  "person_id",
  "role",
  "is_primary"
from
  json_populate_recordset(null::"customer_people", $1::json);

-- customers.importMany: insert contacts(startDate)
-- $1 rows: json
insert into
  "customer_people" ("customer_id", "person_id", "role", "start_date")
select
  "customer_id",
  "person_id",
  "role",
  "start_date"
from
  json_populate_recordset(null::"customer_people", $1::json);

-- customers.importMany: insert contacts(isPrimary,startDate)
-- $1 rows: json
insert into
  "customer_people" (
    "customer_id",
    "person_id",
    "role",
    "is_primary",
    "start_date"
  )
select
  "customer_id",
  "person_id",
  "role",
  "is_primary",
  "start_date"
from
  json_populate_recordset(null::"customer_people", $1::json);

-- customers.importMany: find row security
select
  not (
    row_security_active('customers')
    or row_security_active('people')
    or row_security_active('customer_people')
  ) as "canCopy";

-- customers.importMany: set history
-- $1 mode: text
-- $2 importId: text
select
from
  set_config('norberts_spark.history', $1, true) as mode,
  set_config('norberts_spark.import_id', $2, true) as import;

-- customers.import: find broken checks
-- $1 table: regclass
-- $2 rows: jsonb
select
  "index",
  "broken" as "constraint"
from
  broken_checks ($1::regclass, $2::jsonb) as "found";

-- customers.import: find missing users
-- $1 userIds: uuid[]
select
  "id"
from
  find_missing_users ($1::uuid[]) as "id";

-- customers.importMany: find customers
-- $1 names: text[]
select distinct
  on ("legal_name") "legal_name" as "key",
  "customer_id" as "id"
from
  unnest($1::text[]) as given (name)
  inner join "customers" on "customers"."legal_name" = "given"."name"
where
  "archived_at" is null
order by
  "legal_name",
  "created_at",
  "customer_id";

-- customers.importMany: find people
-- $1 knownEmails: citext[]
select
  lower(email::text) as "key",
  "person_id" as "id"
from
  "people"
where
  "email" = any ($1::citext[])
  and "archived_at" is null;

-- customers.importMany: find people as actor
-- $1 knownEmails: citext[]
select
  lower(email::text) as "key",
  "person_id" as "id"
from
  "people"
where
  "person_id" = any (
    array(
      select
        find_people_by_email ($1::citext[])
    )
  )
  and "archived_at" is null;

-- customers.import: lock customers
-- $1 keys: uuid[]
select
  "customer_id" as id
from
  "customers"
where
  "customer_id" = any ($1::uuid[])
  and archived_at is null
order by
  "customer_id"
for no key update;

-- customers.import: lock people
-- $1 keys: uuid[]
select
  "person_id" as id
from
  "people"
where
  "person_id" = any ($1::uuid[])
  and archived_at is null
order by
  "person_id"
for no key update;

-- customers.importMany: change customers
-- $1 rows: jsonb
update "customers"
set
  "legal_name" = case
    when 'legalName' = any (row.given) then row."legalName"
    else "customers"."legal_name"
  end,
  "display_name" = case
    when 'displayName' = any (row.given) then row."displayName"
    else "customers"."display_name"
  end,
  "industry" = case
    when 'industry' = any (row.given) then row."industry"
    else "customers"."industry"
  end,
  "company_size" = case
    when 'companySize' = any (row.given) then row."companySize"
    else "customers"."company_size"
  end,
  "website_url" = case
    when 'websiteUrl' = any (row.given) then row."websiteUrl"
    else "customers"."website_url"
  end,
  "billing_country" = case
    when 'billingCountry' = any (row.given) then row."billingCountry"
    else "customers"."billing_country"
  end,
  "source" = case
    when 'source' = any (row.given) then row."source"
    else "customers"."source"
  end,
  "external_id" = case
    when 'externalId' = any (row.given) then row."externalId"
    else "customers"."external_id"
  end,
  "tags" = case
    when 'tags' = any (row.given) then row."tags"
    else "customers"."tags"
  end,
  "attributes" = case
    when 'attributes' = any (row.given) then row."attributes"
    else "customers"."attributes"
  end,
  "emails" = case
    when 'emails' = any (row.given) then row."emails"
    else "customers"."emails"
  end,
  "phones" = case
    when 'phones' = any (row.given) then row."phones"
    else "customers"."phones"
  end,
  "addresses" = case
    when 'addresses' = any (row.given) then row."addresses"
    else "customers"."addresses"
  end,
  "owner_id" = case
    when 'ownerId' = any (row.given) then row."ownerId"
    else "customers"."owner_id"
  end,
  "status" = case
    when 'status' = any (row.given) then row."status"
    else "customers"."status"
  end,
  "timezone" = case
    when 'timezone' = any (row.given) then row."timezone"
    else "customers"."timezone"
  end
from
  jsonb_to_recordset($1::jsonb) as row (
    "customerId" uuid,
    given text[],
    "legalName" text,
    "displayName" text,
    status customer_status,
    industry text,
    "companySize" integer,
    "websiteUrl" text,
    "billingCountry" text,
    timezone text,
    source text,
    "externalId" text,
    tags text[],
    attributes jsonb,
    emails jsonb,
    phones jsonb,
    addresses jsonb,
    "ownerId" uuid
  )
where
  "customers"."customer_id" = "row"."customerId";

-- customers.importMany: change people
-- $1 rows: jsonb
update "people"
set
  "first_name" = case
    when 'firstName' = any (row.given) then row."firstName"
    else "people"."first_name"
  end,
  "last_name" = case
    when 'lastName' = any (row.given) then row."lastName"
    else "people"."last_name"
  end,
  "email" = case
    when 'email' = any (row.given) then row."email"
    else "people"."email"
  end,
  "phone" = case
    when 'phone' = any (row.given) then row."phone"
    else "people"."phone"
  end,
  "phone_e164" = case
    when 'phoneE164' = any (row.given) then row."phoneE164"
    else "people"."phone_e164"
  end,
  "job_title" = case
    when 'jobTitle' = any (row.given) then row."jobTitle"
    else "people"."job_title"
  end,
  "linkedin_url" = case
    when 'linkedinUrl' = any (row.given) then row."linkedinUrl"
    else "people"."linkedin_url"
  end,
  "source" = case
    when 'source' = any (row.given) then row."source"
    else "people"."source"
  end,
  "external_id" = case
    when 'externalId' = any (row.given) then row."externalId"
    else "people"."external_id"
  end,
  "tags" = case
    when 'tags' = any (row.given) then row."tags"
    else "people"."tags"
  end,
  "attributes" = case
    when 'attributes' = any (row.given) then row."attributes"
    else "people"."attributes"
  end,
  "emails" = case
    when 'emails' = any (row.given) then row."emails"
    else "people"."emails"
  end,
  "phones" = case
    when 'phones' = any (row.given) then row."phones"
    else "people"."phones"
  end,
  "addresses" = case
    when 'addresses' = any (row.given) then row."addresses"
    else "people"."addresses"
  end,
  "owner_id" = case
    when 'ownerId' = any (row.given) then row."ownerId"
    else "people"."owner_id"
  end,
  "is_active" = case
    when 'isActive' = any (row.given) then row."isActive"
    else "people"."is_active"
  end
from
  jsonb_to_recordset($1::jsonb) as row (
    "personId" uuid,
    given text[],
    "firstName" text,
    "lastName" text,
    email citext,
    phone text,
    "jobTitle" text,
    "phoneE164" text,
    "linkedinUrl" text,
    "isActive" boolean,
    source text,
    "externalId" text,
    tags text[],
    attributes jsonb,
    emails jsonb,
    phones jsonb,
    addresses jsonb,
    "ownerId" uuid
  )
where
  "people"."person_id" = "row"."personId";

-- customers.importMany: lower primary contacts
-- $1 rows: jsonb
update "customer_people"
set
  "is_primary" = false
from
  jsonb_to_recordset($1::jsonb) as row (
    "customerId" uuid,
    "personId" uuid,
    role contact_role,
    "isPrimary" boolean,
    "startDate" date
  )
where
  "customer_people"."customer_id" = "row"."customerId"
  and "customer_people"."is_primary" = true
  and "row"."isPrimary" = true;

-- customers.importMany: change contacts
-- $1 rows: jsonb
update "customer_people"
set
  "is_primary" = coalesce(row."isPrimary", customer_people.is_primary),
  "start_date" = coalesce(row."startDate", customer_people.start_date)
from
  jsonb_to_recordset($1::jsonb) as row (
    "customerId" uuid,
    "personId" uuid,
    role contact_role,
    "isPrimary" boolean,
    "startDate" date
  )
where
  customer_people.customer_id = row."customerId"
  and customer_people.person_id = row."personId"
  and customer_people.role is not distinct from row.role
  and "customer_people"."end_date" is null;

-- customers.importMany: add contacts
-- $1 rows: jsonb
insert into
  "customer_people" (
    "customer_id",
    "person_id",
    "role",
    "is_primary",
    "start_date"
  )
select
  "row"."customerId",
  "row"."personId",
  "row"."role",
  coalesce(row."isPrimary", false) as "isPrimary",
  coalesce(row."startDate", current_date) as "startDate"
from
  jsonb_to_recordset($1::jsonb) as row (
    "customerId" uuid,
    "personId" uuid,
    role contact_role,
    "isPrimary" boolean,
    "startDate" date
  )
where
  not exists (
    select
      "customer_person_id"
    from
      "customer_people"
    where
      customer_people.customer_id = row."customerId"
      and customer_people.person_id = row."personId"
      and customer_people.role is not distinct from row.role
  )
on conflict ("customer_id", "person_id", "role")
where
  "end_date" is null do nothing;

-- customers.import: match customers
-- $1 byDomain: boolean
-- $2 byName: boolean
-- $3 rows: jsonb
with
  given as materialized (
    select
      row.index,
      row.source,
      row."externalId",
      row."websiteUrl",
      case
        when $1 then substring(
          lower(row."websiteUrl")
          from
            '^https?://(?:www[.])?([^/:?#]+)'
        )
      end as domain,
      case
        when $2 then nullif(
          array_to_string(
            array(
              select
                word
              from
                unnest((duplicate_words (row."displayName", true)) [:6]) as word
              order by
                word collate "C"
            ),
            ' '
          ),
          ''
        )
      end as name
    from
      jsonb_to_recordset($3::jsonb) as row (
        index integer,
        source text,
        "externalId" text,
        "websiteUrl" text,
        "displayName" text
      )
  ),
  alike as materialized (
    select distinct
      find_customers_by_keys (
        array(
          select
            'd:' || duplicate_domain (given."websiteUrl")
          from
            given
          where
            domain is not null
          union all
          select
            'n:' || left(name, 64)
          from
            given
          where
            name is not null
        ),
        100
      ) as customer_id
  ),
  found as materialized (
    select
      customer_id,
      source,
      created_at,
      substring(
        lower(website_url)
        from
          '^https?://(?:www[.])?([^/:?#]+)'
      ) as domain,
      array_to_string(
        array(
          select
            word
          from
            unnest((duplicate_words (display_name, true)) [:6]) as word
          order by
            word collate "C"
        ),
        ' '
      ) as display,
      array_to_string(
        array(
          select
            word
          from
            unnest((duplicate_words (legal_name, true)) [:6]) as word
          order by
            word collate "C"
        ),
        ' '
      ) as legal
    from
      alike
      join customers using (customer_id)
  ),
  matched as (
    select
      given.index,
      'domain' as way,
      found.customer_id,
      found.created_at
    from
      given
      join found on found.domain = given.domain
    where
      given.source is null
      or found.source is distinct from given.source
    union all
    select
      given.index,
      'name',
      found.customer_id,
      found.created_at
    from
      given
      join found on found.display = given.name
    where
      given.source is null
      or found.source is distinct from given.source
    union all
    select
      given.index,
      'name',
      found.customer_id,
      found.created_at
    from
      given
      join found on found.legal = given.name
    where
      given.source is null
      or found.source is distinct from given.source
  ),
  oldest as (
    select distinct
      on (index, way) index,
      way,
      customer_id
    from
      matched
    order by
      index,
      way,
      created_at,
      customer_id
  )
select
  given.index,
  given.domain,
  given.name,
  coalesce(external.customer_id, merged.id) as "byExternalId",
  external.customer_id is null
  and merged.id is not null as "isMerged",
  domains.customer_id as "byDomain",
  names.customer_id as "byName"
from
  given
  left join customers as external on external.source = given.source
  and external.external_id = given."externalId"
  and external.archived_at is null
  left join lateral (
    select
      (
        select
          winner."customer_id"
        from
          "customers" as loser
          join "customers" as winner on winner."customer_id" = loser.merged_into
          and winner.archived_at is null
        where
          loser.source = given.source
          and loser.external_id = given."externalId"
          and loser.merged_into is not null
        order by
          loser.archived_at desc
        limit
          1
      ) as id
  ) as merged on external.customer_id is null
  left join oldest as domains on domains.index = given.index
  and domains.way = 'domain'
  left join oldest as names on names.index = given.index
  and names.way = 'name';

-- customers.import: match people
-- $1 rows: jsonb
with
  given as materialized (
    select
      index,
      source,
      "externalId",
      lower(email) as email
    from
      jsonb_to_recordset($1::jsonb) as row (
        index integer,
        source text,
        "externalId" text,
        email text
      )
  ),
  with_email as materialized (
    select distinct
      find_people_by_email (
        array(
          select
            email
          from
            given
          where
            email is not null
        )::citext[]
      ) as person_id
  ),
  addressed as materialized (
    select
      person_id,
      lower(email::text) as email
    from
      with_email
      join people using (person_id)
    where
      archived_at is null
  ),
  with_further_email as materialized (
    select distinct
      find_people_by_further_email (
        array(
          select
            email
          from
            given
          where
            email is not null
        )
      ) as person_id
  ),
  further as materialized (
    select distinct
      on (address) address as email,
      person_id
    from
      with_further_email
      join people using (person_id),
      unnest(texts_of_list (emails, 'address')) as address
    where
      archived_at is null
    order by
      address,
      created_at,
      person_id
  )
select
  given.index,
  coalesce(external.person_id, merged.id) as "byExternalId",
  external.person_id is null
  and merged.id is not null as "isMerged",
  addressed.person_id as "byEmail",
  further.person_id as "byFurtherEmail"
from
  given
  left join people as external on external.source = given.source
  and external.external_id = given."externalId"
  and external.archived_at is null
  left join lateral (
    select
      (
        select
          winner."person_id"
        from
          "people" as loser
          join "people" as winner on winner."person_id" = loser.merged_into
          and winner.archived_at is null
        where
          loser.source = given.source
          and loser.external_id = given."externalId"
          and loser.merged_into is not null
        order by
          loser.archived_at desc
        limit
          1
      ) as id
  ) as merged on external.person_id is null
  left join addressed on addressed.email = given.email
  left join further on further.email = given.email;

-- customers.undoImport
-- $1 importId: uuid
-- $2 keepsChanged: boolean
select
  undo_import ($1, $2) as undone;

-- customers.create
-- $1 legalName: text
-- $2 displayName: text
-- $3 industry: text
-- $4 companySize: integer
-- $5 websiteUrl: text
-- $6 billingCountry: text
-- $7 source: text
-- $8 externalId: text
-- $9 tags: text[]
-- $10 attributes: jsonb
-- $11 emails: jsonb
-- $12 phones: jsonb
-- $13 addresses: jsonb
-- $14 ownerId: uuid
insert into
  "customers" (
    "legal_name",
    "display_name",
    "industry",
    "company_size",
    "website_url",
    "billing_country",
    "source",
    "external_id",
    "tags",
    "attributes",
    "emails",
    "phones",
    "addresses",
    "owner_id"
  )
values
  (
    $1,
    $2,
    $3,
    $4,
    $5,
    $6,
    $7,
    $8,
    $9,
    $10,
    $11,
    $12,
    $13,
    $14
  )
returning
  "customer_id" as "customerId",
  "legal_name" as "legalName",
  "display_name" as "displayName",
  "status",
  "industry",
  "company_size" as "companySize",
  "website_url" as "websiteUrl",
  "billing_country" as "billingCountry",
  "timezone",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- customers.create(status)
-- $1 legalName: text
-- $2 displayName: text
-- $3 industry: text
-- $4 companySize: integer
-- $5 websiteUrl: text
-- $6 billingCountry: text
-- $7 source: text
-- $8 externalId: text
-- $9 tags: text[]
-- $10 attributes: jsonb
-- $11 emails: jsonb
-- $12 phones: jsonb
-- $13 addresses: jsonb
-- $14 ownerId: uuid
-- $15 status: customer_status
insert into
  "customers" (
    "legal_name",
    "display_name",
    "industry",
    "company_size",
    "website_url",
    "billing_country",
    "source",
    "external_id",
    "tags",
    "attributes",
    "emails",
    "phones",
    "addresses",
    "owner_id",
    "status"
  )
values
  (
    $1,
    $2,
    $3,
    $4,
    $5,
    $6,
    $7,
    $8,
    $9,
    $10,
    $11,
    $12,
    $13,
    $14,
    $15
  )
returning
  "customer_id" as "customerId",
  "legal_name" as "legalName",
  "display_name" as "displayName",
  "status",
  "industry",
  "company_size" as "companySize",
  "website_url" as "websiteUrl",
  "billing_country" as "billingCountry",
  "timezone",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- customers.create(timezone)
-- $1 legalName: text
-- $2 displayName: text
-- $3 industry: text
-- $4 companySize: integer
-- $5 websiteUrl: text
-- $6 billingCountry: text
-- $7 source: text
-- $8 externalId: text
-- $9 tags: text[]
-- $10 attributes: jsonb
-- $11 emails: jsonb
-- $12 phones: jsonb
-- $13 addresses: jsonb
-- $14 ownerId: uuid
-- $15 timezone: text
insert into
  "customers" (
    "legal_name",
    "display_name",
    "industry",
    "company_size",
    "website_url",
    "billing_country",
    "source",
    "external_id",
    "tags",
    "attributes",
    "emails",
    "phones",
    "addresses",
    "owner_id",
    "timezone"
  )
values
  (
    $1,
    $2,
    $3,
    $4,
    $5,
    $6,
    $7,
    $8,
    $9,
    $10,
    $11,
    $12,
    $13,
    $14,
    $15
  )
returning
  "customer_id" as "customerId",
  "legal_name" as "legalName",
  "display_name" as "displayName",
  "status",
  "industry",
  "company_size" as "companySize",
  "website_url" as "websiteUrl",
  "billing_country" as "billingCountry",
  "timezone",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- customers.create(status,timezone)
-- $1 legalName: text
-- $2 displayName: text
-- $3 industry: text
-- $4 companySize: integer
-- $5 websiteUrl: text
-- $6 billingCountry: text
-- $7 source: text
-- $8 externalId: text
-- $9 tags: text[]
-- $10 attributes: jsonb
-- $11 emails: jsonb
-- $12 phones: jsonb
-- $13 addresses: jsonb
-- $14 ownerId: uuid
-- $15 status: customer_status
-- $16 timezone: text
insert into
  "customers" (
    "legal_name",
    "display_name",
    "industry",
    "company_size",
    "website_url",
    "billing_country",
    "source",
    "external_id",
    "tags",
    "attributes",
    "emails",
    "phones",
    "addresses",
    "owner_id",
    "status",
    "timezone"
  )
values
  (
    $1,
    $2,
    $3,
    $4,
    $5,
    $6,
    $7,
    $8,
    $9,
    $10,
    $11,
    $12,
    $13,
    $14,
    $15,
    $16
  )
returning
  "customer_id" as "customerId",
  "legal_name" as "legalName",
  "display_name" as "displayName",
  "status",
  "industry",
  "company_size" as "companySize",
  "website_url" as "websiteUrl",
  "billing_country" as "billingCountry",
  "timezone",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- customers.version, merged
-- $1 rowId: uuid
select
  merged_into as "mergedInto"
from
  "customers"
where
  "customer_id" = $1
  and merged_into is not null;

-- customers.version
-- $1 rowId: uuid
select
  version
from
  "customers"
where
  "customer_id" = $1;

-- customers.find
-- $1 customerId: uuid
with
  "customer" as (
    select
      "customer_id" as "customerId",
      "legal_name" as "legalName",
      "display_name" as "displayName",
      "status",
      "industry",
      "company_size" as "companySize",
      "website_url" as "websiteUrl",
      "billing_country" as "billingCountry",
      "timezone",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
    from
      "customers"
    where
      "customer_id" = $1
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id";

-- customers.update
-- $1 given: text[]
-- $2 legalName: text
-- $3 displayName: text
-- $4 status: customer_status
-- $5 industry: text
-- $6 companySize: integer
-- $7 websiteUrl: text
-- $8 billingCountry: text
-- $9 timezone: text
-- $10 source: text
-- $11 externalId: text
-- $12 tags: text[]
-- $13 attributes: jsonb
-- $14 emails: jsonb
-- $15 phones: jsonb
-- $16 addresses: jsonb
-- $17 ownerId: uuid
-- $18 customerId: uuid
-- $19 ifVersion: integer
with
  "customer" as (
    update "customers"
    set
      "legal_name" = case
        when 'legalName' = any ($1::text[]) then $2
        else "legal_name"
      end,
      "display_name" = case
        when 'displayName' = any ($1::text[]) then $3
        else "display_name"
      end,
      "status" = case
        when 'status' = any ($1::text[]) then $4
        else "status"
      end,
      "industry" = case
        when 'industry' = any ($1::text[]) then $5
        else "industry"
      end,
      "company_size" = case
        when 'companySize' = any ($1::text[]) then $6
        else "company_size"
      end,
      "website_url" = case
        when 'websiteUrl' = any ($1::text[]) then $7
        else "website_url"
      end,
      "billing_country" = case
        when 'billingCountry' = any ($1::text[]) then $8
        else "billing_country"
      end,
      "timezone" = case
        when 'timezone' = any ($1::text[]) then $9
        else "timezone"
      end,
      "source" = case
        when 'source' = any ($1::text[]) then $10
        else "source"
      end,
      "external_id" = case
        when 'externalId' = any ($1::text[]) then $11
        else "external_id"
      end,
      "tags" = case
        when 'tags' = any ($1::text[]) then $12
        else "tags"
      end,
      "attributes" = case
        when 'attributes' = any ($1::text[]) then $13
        else "attributes"
      end,
      "emails" = case
        when 'emails' = any ($1::text[]) then $14
        else "emails"
      end,
      "phones" = case
        when 'phones' = any ($1::text[]) then $15
        else "phones"
      end,
      "addresses" = case
        when 'addresses' = any ($1::text[]) then $16
        else "addresses"
      end,
      "owner_id" = case
        when 'ownerId' = any ($1::text[]) then $17
        else "owner_id"
      end
    where
      "customer_id" = $18
      and "merged_into" is null
      and (
        $19::integer is null
        or version = $19
      )
    returning
      "customer_id" as "customerId",
      "legal_name" as "legalName",
      "display_name" as "displayName",
      "status",
      "industry",
      "company_size" as "companySize",
      "website_url" as "websiteUrl",
      "billing_country" as "billingCountry",
      "timezone",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id";

-- customers.upsertByExternalId
-- $1 source: text
-- $2 externalId: text
-- $3 legalName: text
-- $4 displayName: text
-- $5 industry: text
-- $6 companySize: integer
-- $7 websiteUrl: text
-- $8 billingCountry: text
-- $9 tags: text[]
-- $10 attributes: jsonb
-- $11 emails: jsonb
-- $12 phones: jsonb
-- $13 addresses: jsonb
-- $14 ownerId: uuid
-- $15 given: text[]
-- $16 status: customer_status
-- $17 timezone: text
with
  "customer" as (
    insert into
      "customers" (
        "legal_name",
        "display_name",
        "industry",
        "company_size",
        "website_url",
        "billing_country",
        "source",
        "external_id",
        "tags",
        "attributes",
        "emails",
        "phones",
        "addresses",
        "owner_id"
      )
    with
      used as materialized (
        select
          used.source,
          used.external_id
        from
          "customers" as used
        where
          used.source = $1
          and used.external_id = $2
          and used.archived_at is null
        order by
          used."customer_id"
        for no key update of
          used
      )
    select
      $3,
      $4,
      $5,
      $6,
      $7,
      $8,
      $1,
      $2,
      $9,
      $10,
      $11,
      $12,
      $13,
      $14
    where
      (
        ($1, $2) in (
          select
            used.source,
            used.external_id
          from
            used
        )
        or (
          select
            winner."customer_id"
          from
            "customers" as loser
            join "customers" as winner on winner."customer_id" = loser.merged_into
            and winner.archived_at is null
          where
            loser.source = $1
            and loser.external_id = $2
            and loser.merged_into is not null
          order by
            loser.archived_at desc
          limit
            1
        ) is null
        and not exists (
          select
          from
            "customers" as seen
          where
            seen.source = $1
            and seen.external_id = $2
            and seen.archived_at is null
        )
      )
    on conflict ("source", "external_id")
    where
      "archived_at" is null
      and "source" is not null do update
    set
      "legal_name" = case
        when 'legalName' = any ($15::text[]) then $3
        else "customers"."legal_name"
      end,
      "display_name" = case
        when 'displayName' = any ($15::text[]) then $4
        else "customers"."display_name"
      end,
      "status" = case
        when 'status' = any ($15::text[]) then $16
        else "customers"."status"
      end,
      "industry" = case
        when 'industry' = any ($15::text[]) then $5
        else "customers"."industry"
      end,
      "company_size" = case
        when 'companySize' = any ($15::text[]) then $6
        else "customers"."company_size"
      end,
      "website_url" = case
        when 'websiteUrl' = any ($15::text[]) then $7
        else "customers"."website_url"
      end,
      "billing_country" = case
        when 'billingCountry' = any ($15::text[]) then $8
        else "customers"."billing_country"
      end,
      "timezone" = case
        when 'timezone' = any ($15::text[]) then $17
        else "customers"."timezone"
      end,
      "source" = case
        when 'source' = any ($15::text[]) then $1
        else "customers"."source"
      end,
      "external_id" = case
        when 'externalId' = any ($15::text[]) then $2
        else "customers"."external_id"
      end,
      "tags" = case
        when 'tags' = any ($15::text[]) then $9
        else "customers"."tags"
      end,
      "attributes" = case
        when 'attributes' = any ($15::text[]) then $10
        else "customers"."attributes"
      end,
      "emails" = case
        when 'emails' = any ($15::text[]) then $11
        else "customers"."emails"
      end,
      "phones" = case
        when 'phones' = any ($15::text[]) then $12
        else "customers"."phones"
      end,
      "addresses" = case
        when 'addresses' = any ($15::text[]) then $13
        else "customers"."addresses"
      end,
      "owner_id" = case
        when 'ownerId' = any ($15::text[]) then $14
        else "customers"."owner_id"
      end
    returning
      "customer_id" as "customerId",
      "legal_name" as "legalName",
      "display_name" as "displayName",
      "status",
      "industry",
      "company_size" as "companySize",
      "website_url" as "websiteUrl",
      "billing_country" as "billingCountry",
      "timezone",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id";

-- customers.upsertByExternalId(status)
-- $1 source: text
-- $2 externalId: text
-- $3 legalName: text
-- $4 displayName: text
-- $5 industry: text
-- $6 companySize: integer
-- $7 websiteUrl: text
-- $8 billingCountry: text
-- $9 tags: text[]
-- $10 attributes: jsonb
-- $11 emails: jsonb
-- $12 phones: jsonb
-- $13 addresses: jsonb
-- $14 ownerId: uuid
-- $15 status: customer_status
-- $16 given: text[]
-- $17 timezone: text
with
  "customer" as (
    insert into
      "customers" (
        "legal_name",
        "display_name",
        "industry",
        "company_size",
        "website_url",
        "billing_country",
        "source",
        "external_id",
        "tags",
        "attributes",
        "emails",
        "phones",
        "addresses",
        "owner_id",
        "status"
      )
    with
      used as materialized (
        select
          used.source,
          used.external_id
        from
          "customers" as used
        where
          used.source = $1
          and used.external_id = $2
          and used.archived_at is null
        order by
          used."customer_id"
        for no key update of
          used
      )
    select
      $3,
      $4,
      $5,
      $6,
      $7,
      $8,
      $1,
      $2,
      $9,
      $10,
      $11,
      $12,
      $13,
      $14,
      $15
    where
      (
        ($1, $2) in (
          select
            used.source,
            used.external_id
          from
            used
        )
        or (
          select
            winner."customer_id"
          from
            "customers" as loser
            join "customers" as winner on winner."customer_id" = loser.merged_into
            and winner.archived_at is null
          where
            loser.source = $1
            and loser.external_id = $2
            and loser.merged_into is not null
          order by
            loser.archived_at desc
          limit
            1
        ) is null
        and not exists (
          select
          from
            "customers" as seen
          where
            seen.source = $1
            and seen.external_id = $2
            and seen.archived_at is null
        )
      )
    on conflict ("source", "external_id")
    where
      "archived_at" is null
      and "source" is not null do update
    set
      "legal_name" = case
        when 'legalName' = any ($16::text[]) then $3
        else "customers"."legal_name"
      end,
      "display_name" = case
        when 'displayName' = any ($16::text[]) then $4
        else "customers"."display_name"
      end,
      "status" = case
        when 'status' = any ($16::text[]) then $15
        else "customers"."status"
      end,
      "industry" = case
        when 'industry' = any ($16::text[]) then $5
        else "customers"."industry"
      end,
      "company_size" = case
        when 'companySize' = any ($16::text[]) then $6
        else "customers"."company_size"
      end,
      "website_url" = case
        when 'websiteUrl' = any ($16::text[]) then $7
        else "customers"."website_url"
      end,
      "billing_country" = case
        when 'billingCountry' = any ($16::text[]) then $8
        else "customers"."billing_country"
      end,
      "timezone" = case
        when 'timezone' = any ($16::text[]) then $17
        else "customers"."timezone"
      end,
      "source" = case
        when 'source' = any ($16::text[]) then $1
        else "customers"."source"
      end,
      "external_id" = case
        when 'externalId' = any ($16::text[]) then $2
        else "customers"."external_id"
      end,
      "tags" = case
        when 'tags' = any ($16::text[]) then $9
        else "customers"."tags"
      end,
      "attributes" = case
        when 'attributes' = any ($16::text[]) then $10
        else "customers"."attributes"
      end,
      "emails" = case
        when 'emails' = any ($16::text[]) then $11
        else "customers"."emails"
      end,
      "phones" = case
        when 'phones' = any ($16::text[]) then $12
        else "customers"."phones"
      end,
      "addresses" = case
        when 'addresses' = any ($16::text[]) then $13
        else "customers"."addresses"
      end,
      "owner_id" = case
        when 'ownerId' = any ($16::text[]) then $14
        else "customers"."owner_id"
      end
    returning
      "customer_id" as "customerId",
      "legal_name" as "legalName",
      "display_name" as "displayName",
      "status",
      "industry",
      "company_size" as "companySize",
      "website_url" as "websiteUrl",
      "billing_country" as "billingCountry",
      "timezone",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id";

-- customers.upsertByExternalId(timezone)
-- $1 source: text
-- $2 externalId: text
-- $3 legalName: text
-- $4 displayName: text
-- $5 industry: text
-- $6 companySize: integer
-- $7 websiteUrl: text
-- $8 billingCountry: text
-- $9 tags: text[]
-- $10 attributes: jsonb
-- $11 emails: jsonb
-- $12 phones: jsonb
-- $13 addresses: jsonb
-- $14 ownerId: uuid
-- $15 timezone: text
-- $16 given: text[]
-- $17 status: customer_status
with
  "customer" as (
    insert into
      "customers" (
        "legal_name",
        "display_name",
        "industry",
        "company_size",
        "website_url",
        "billing_country",
        "source",
        "external_id",
        "tags",
        "attributes",
        "emails",
        "phones",
        "addresses",
        "owner_id",
        "timezone"
      )
    with
      used as materialized (
        select
          used.source,
          used.external_id
        from
          "customers" as used
        where
          used.source = $1
          and used.external_id = $2
          and used.archived_at is null
        order by
          used."customer_id"
        for no key update of
          used
      )
    select
      $3,
      $4,
      $5,
      $6,
      $7,
      $8,
      $1,
      $2,
      $9,
      $10,
      $11,
      $12,
      $13,
      $14,
      $15
    where
      (
        ($1, $2) in (
          select
            used.source,
            used.external_id
          from
            used
        )
        or (
          select
            winner."customer_id"
          from
            "customers" as loser
            join "customers" as winner on winner."customer_id" = loser.merged_into
            and winner.archived_at is null
          where
            loser.source = $1
            and loser.external_id = $2
            and loser.merged_into is not null
          order by
            loser.archived_at desc
          limit
            1
        ) is null
        and not exists (
          select
          from
            "customers" as seen
          where
            seen.source = $1
            and seen.external_id = $2
            and seen.archived_at is null
        )
      )
    on conflict ("source", "external_id")
    where
      "archived_at" is null
      and "source" is not null do update
    set
      "legal_name" = case
        when 'legalName' = any ($16::text[]) then $3
        else "customers"."legal_name"
      end,
      "display_name" = case
        when 'displayName' = any ($16::text[]) then $4
        else "customers"."display_name"
      end,
      "status" = case
        when 'status' = any ($16::text[]) then $17
        else "customers"."status"
      end,
      "industry" = case
        when 'industry' = any ($16::text[]) then $5
        else "customers"."industry"
      end,
      "company_size" = case
        when 'companySize' = any ($16::text[]) then $6
        else "customers"."company_size"
      end,
      "website_url" = case
        when 'websiteUrl' = any ($16::text[]) then $7
        else "customers"."website_url"
      end,
      "billing_country" = case
        when 'billingCountry' = any ($16::text[]) then $8
        else "customers"."billing_country"
      end,
      "timezone" = case
        when 'timezone' = any ($16::text[]) then $15
        else "customers"."timezone"
      end,
      "source" = case
        when 'source' = any ($16::text[]) then $1
        else "customers"."source"
      end,
      "external_id" = case
        when 'externalId' = any ($16::text[]) then $2
        else "customers"."external_id"
      end,
      "tags" = case
        when 'tags' = any ($16::text[]) then $9
        else "customers"."tags"
      end,
      "attributes" = case
        when 'attributes' = any ($16::text[]) then $10
        else "customers"."attributes"
      end,
      "emails" = case
        when 'emails' = any ($16::text[]) then $11
        else "customers"."emails"
      end,
      "phones" = case
        when 'phones' = any ($16::text[]) then $12
        else "customers"."phones"
      end,
      "addresses" = case
        when 'addresses' = any ($16::text[]) then $13
        else "customers"."addresses"
      end,
      "owner_id" = case
        when 'ownerId' = any ($16::text[]) then $14
        else "customers"."owner_id"
      end
    returning
      "customer_id" as "customerId",
      "legal_name" as "legalName",
      "display_name" as "displayName",
      "status",
      "industry",
      "company_size" as "companySize",
      "website_url" as "websiteUrl",
      "billing_country" as "billingCountry",
      "timezone",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id";

-- customers.upsertByExternalId(status,timezone)
-- $1 source: text
-- $2 externalId: text
-- $3 legalName: text
-- $4 displayName: text
-- $5 industry: text
-- $6 companySize: integer
-- $7 websiteUrl: text
-- $8 billingCountry: text
-- $9 tags: text[]
-- $10 attributes: jsonb
-- $11 emails: jsonb
-- $12 phones: jsonb
-- $13 addresses: jsonb
-- $14 ownerId: uuid
-- $15 status: customer_status
-- $16 timezone: text
-- $17 given: text[]
with
  "customer" as (
    insert into
      "customers" (
        "legal_name",
        "display_name",
        "industry",
        "company_size",
        "website_url",
        "billing_country",
        "source",
        "external_id",
        "tags",
        "attributes",
        "emails",
        "phones",
        "addresses",
        "owner_id",
        "status",
        "timezone"
      )
    with
      used as materialized (
        select
          used.source,
          used.external_id
        from
          "customers" as used
        where
          used.source = $1
          and used.external_id = $2
          and used.archived_at is null
        order by
          used."customer_id"
        for no key update of
          used
      )
    select
      $3,
      $4,
      $5,
      $6,
      $7,
      $8,
      $1,
      $2,
      $9,
      $10,
      $11,
      $12,
      $13,
      $14,
      $15,
      $16
    where
      (
        ($1, $2) in (
          select
            used.source,
            used.external_id
          from
            used
        )
        or (
          select
            winner."customer_id"
          from
            "customers" as loser
            join "customers" as winner on winner."customer_id" = loser.merged_into
            and winner.archived_at is null
          where
            loser.source = $1
            and loser.external_id = $2
            and loser.merged_into is not null
          order by
            loser.archived_at desc
          limit
            1
        ) is null
        and not exists (
          select
          from
            "customers" as seen
          where
            seen.source = $1
            and seen.external_id = $2
            and seen.archived_at is null
        )
      )
    on conflict ("source", "external_id")
    where
      "archived_at" is null
      and "source" is not null do update
    set
      "legal_name" = case
        when 'legalName' = any ($17::text[]) then $3
        else "customers"."legal_name"
      end,
      "display_name" = case
        when 'displayName' = any ($17::text[]) then $4
        else "customers"."display_name"
      end,
      "status" = case
        when 'status' = any ($17::text[]) then $15
        else "customers"."status"
      end,
      "industry" = case
        when 'industry' = any ($17::text[]) then $5
        else "customers"."industry"
      end,
      "company_size" = case
        when 'companySize' = any ($17::text[]) then $6
        else "customers"."company_size"
      end,
      "website_url" = case
        when 'websiteUrl' = any ($17::text[]) then $7
        else "customers"."website_url"
      end,
      "billing_country" = case
        when 'billingCountry' = any ($17::text[]) then $8
        else "customers"."billing_country"
      end,
      "timezone" = case
        when 'timezone' = any ($17::text[]) then $16
        else "customers"."timezone"
      end,
      "source" = case
        when 'source' = any ($17::text[]) then $1
        else "customers"."source"
      end,
      "external_id" = case
        when 'externalId' = any ($17::text[]) then $2
        else "customers"."external_id"
      end,
      "tags" = case
        when 'tags' = any ($17::text[]) then $9
        else "customers"."tags"
      end,
      "attributes" = case
        when 'attributes' = any ($17::text[]) then $10
        else "customers"."attributes"
      end,
      "emails" = case
        when 'emails' = any ($17::text[]) then $11
        else "customers"."emails"
      end,
      "phones" = case
        when 'phones' = any ($17::text[]) then $12
        else "customers"."phones"
      end,
      "addresses" = case
        when 'addresses' = any ($17::text[]) then $13
        else "customers"."addresses"
      end,
      "owner_id" = case
        when 'ownerId' = any ($17::text[]) then $14
        else "customers"."owner_id"
      end
    returning
      "customer_id" as "customerId",
      "legal_name" as "legalName",
      "display_name" as "displayName",
      "status",
      "industry",
      "company_size" as "companySize",
      "website_url" as "websiteUrl",
      "billing_country" as "billingCountry",
      "timezone",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id";

-- customers.findByExternalId, merged
-- $1 source: text
-- $2 externalId: text
select
  found.id as "winnerId"
from
  (
    select
      (
        select
          winner."customer_id"
        from
          "customers" as loser
          join "customers" as winner on winner."customer_id" = loser.merged_into
          and winner.archived_at is null
        where
          loser.source = $1
          and loser.external_id = $2
          and loser.merged_into is not null
        order by
          loser.archived_at desc
        limit
          1
      ) as id
  ) as found
where
  found.id is not null;

-- customers.findByExternalId
-- $1 source: text
-- $2 externalId: text
with
  "customer" as (
    select
      "customer_id" as "customerId",
      "legal_name" as "legalName",
      "display_name" as "displayName",
      "status",
      "industry",
      "company_size" as "companySize",
      "website_url" as "websiteUrl",
      "billing_country" as "billingCountry",
      "timezone",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
    from
      "customers"
    where
      "source" = $1
      and "external_id" = $2
      and "archived_at" is null
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id";

-- customers.archive
-- $1 customerId: uuid
-- $2 ifVersion: integer
with
  "customer" as (
    update "customers"
    set
      "archived_at" = coalesce(archived_at, now())
    where
      "customer_id" = $1
      and "merged_into" is null
      and (
        $2::integer is null
        or version = $2
      )
    returning
      "customer_id" as "customerId",
      "legal_name" as "legalName",
      "display_name" as "displayName",
      "status",
      "industry",
      "company_size" as "companySize",
      "website_url" as "websiteUrl",
      "billing_country" as "billingCountry",
      "timezone",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id";

-- customers.restore
-- $1 customerId: uuid
-- $2 ifVersion: integer
with
  "customer" as (
    update "customers"
    set
      "archived_at" = null
    where
      "customer_id" = $1
      and "merged_into" is null
      and (
        $2::integer is null
        or version = $2
      )
    returning
      "customer_id" as "customerId",
      "legal_name" as "legalName",
      "display_name" as "displayName",
      "status",
      "industry",
      "company_size" as "companySize",
      "website_url" as "websiteUrl",
      "billing_country" as "billingCountry",
      "timezone",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id";

-- customers.purge, count
-- $1 olderThan: timestamp with time zone
select
  count(*)::integer as count
from
  "customers"
where
  archived_at < $1
  and merged_into is null;

-- customers.purge
-- $1 olderThan: timestamp with time zone
delete from "customers"
where
  "customer_id" = any (
    array(
      select
        "customer_id"
      from
        "customers"
      where
        archived_at < $1
        and merged_into is null
      order by
        archived_at
      limit
        500
      for update
        skip locked
    )
  );

-- customers.delete
-- $1 customerId: uuid
delete from "customers"
where
  "customer_id" = $1;

-- customers.list
-- $1 behindAt: timestamp with time zone
-- $2 behindId: uuid
-- $3 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy"
        from
          "customers"
        where
          "archived_at" is null
          and ("created_at", "customer_id") < ($1, $2)
        order by
          "created_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "createdAt" desc,
      "customerId" desc
    limit
      $3
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "createdAt" desc,
  "customerId" desc;

-- customers.list(status)
-- $1 status: customer_status
-- $2 behindAt: timestamp with time zone
-- $3 behindId: uuid
-- $4 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy"
        from
          "customers"
        where
          "archived_at" is null
          and "status" = $1
          and ("created_at", "customer_id") < ($2, $3)
        order by
          "created_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "createdAt" desc,
      "customerId" desc
    limit
      $4
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "createdAt" desc,
  "customerId" desc;

-- customers.list(industry)
-- $1 industry: text
-- $2 behindAt: timestamp with time zone
-- $3 behindId: uuid
-- $4 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy"
        from
          "customers"
        where
          "archived_at" is null
          and "industry" = $1
          and ("created_at", "customer_id") < ($2, $3)
        order by
          "created_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "createdAt" desc,
      "customerId" desc
    limit
      $4
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "createdAt" desc,
  "customerId" desc;

-- customers.list(billingCountry)
-- $1 billingCountry: text
-- $2 behindAt: timestamp with time zone
-- $3 behindId: uuid
-- $4 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy"
        from
          "customers"
        where
          "archived_at" is null
          and "billing_country" = $1
          and ("created_at", "customer_id") < ($2, $3)
        order by
          "created_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "createdAt" desc,
      "customerId" desc
    limit
      $4
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "createdAt" desc,
  "customerId" desc;

-- customers.list(ownerId)
-- $1 ownerId: uuid
-- $2 behindAt: timestamp with time zone
-- $3 behindId: uuid
-- $4 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy"
        from
          "customers"
        where
          "archived_at" is null
          and "owner_id" = $1
          and ("created_at", "customer_id") < ($2, $3)
        order by
          "created_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "createdAt" desc,
      "customerId" desc
    limit
      $4
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "createdAt" desc,
  "customerId" desc;

-- customers.list(search)
-- $1 searchText: text
-- $2 behindRelevance: smallint
-- $3 behindAt: timestamp with time zone
-- $4 behindId: uuid
-- $5 search: tsquery
-- $6 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy",
          search_relevance (
            search_text (display_name || ' ' || legal_name),
            $1
          ) as "relevance"
        from
          "customers"
        where
          "archived_at" is null
          and (
            search_relevance (
              search_text (display_name || ' ' || legal_name),
              $1
            ),
            "created_at",
            "customer_id"
          ) < ($2, $3, $4)
          and (
            search_words (
              display_name || ' ' || legal_name || coalesce(' ' || website_url, '') || coalesce(' ' || words_of_list (emails, 'address'), '')
            ) || coalesce(digits_of_list (phones), '')
          ) @@ (
            select
              $5::tsquery
          )
        order by
          "relevance" desc,
          "created_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "relevance" desc,
      "createdAt" desc,
      "customerId" desc
    limit
      $6
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;

-- customers.list(status,search)
-- $1 searchText: text
-- $2 status: customer_status
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
-- $6 search: tsquery
-- $7 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy",
          search_relevance (
            search_text (display_name || ' ' || legal_name),
            $1
          ) as "relevance"
        from
          "customers"
        where
          "archived_at" is null
          and "status" = $2
          and (
            search_relevance (
              search_text (display_name || ' ' || legal_name),
              $1
            ),
            "created_at",
            "customer_id"
          ) < ($3, $4, $5)
          and (
            search_words (
              display_name || ' ' || legal_name || coalesce(' ' || website_url, '') || coalesce(' ' || words_of_list (emails, 'address'), '')
            ) || coalesce(digits_of_list (phones), '')
          ) @@ (
            select
              $6::tsquery
          )
        order by
          "relevance" desc,
          "created_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "relevance" desc,
      "createdAt" desc,
      "customerId" desc
    limit
      $7
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;

-- customers.list(industry,search)
-- $1 searchText: text
-- $2 industry: text
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
-- $6 search: tsquery
-- $7 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy",
          search_relevance (
            search_text (display_name || ' ' || legal_name),
            $1
          ) as "relevance"
        from
          "customers"
        where
          "archived_at" is null
          and "industry" = $2
          and (
            search_relevance (
              search_text (display_name || ' ' || legal_name),
              $1
            ),
            "created_at",
            "customer_id"
          ) < ($3, $4, $5)
          and (
            search_words (
              display_name || ' ' || legal_name || coalesce(' ' || website_url, '') || coalesce(' ' || words_of_list (emails, 'address'), '')
            ) || coalesce(digits_of_list (phones), '')
          ) @@ (
            select
              $6::tsquery
          )
        order by
          "relevance" desc,
          "created_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "relevance" desc,
      "createdAt" desc,
      "customerId" desc
    limit
      $7
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;

-- customers.list(billingCountry,search)
-- $1 searchText: text
-- $2 billingCountry: text
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
-- $6 search: tsquery
-- $7 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy",
          search_relevance (
            search_text (display_name || ' ' || legal_name),
            $1
          ) as "relevance"
        from
          "customers"
        where
          "archived_at" is null
          and "billing_country" = $2
          and (
            search_relevance (
              search_text (display_name || ' ' || legal_name),
              $1
            ),
            "created_at",
            "customer_id"
          ) < ($3, $4, $5)
          and (
            search_words (
              display_name || ' ' || legal_name || coalesce(' ' || website_url, '') || coalesce(' ' || words_of_list (emails, 'address'), '')
            ) || coalesce(digits_of_list (phones), '')
          ) @@ (
            select
              $6::tsquery
          )
        order by
          "relevance" desc,
          "created_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "relevance" desc,
      "createdAt" desc,
      "customerId" desc
    limit
      $7
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;

-- customers.list(ownerId,search)
-- $1 searchText: text
-- $2 ownerId: uuid
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
-- $6 search: tsquery
-- $7 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy",
          search_relevance (
            search_text (display_name || ' ' || legal_name),
            $1
          ) as "relevance"
        from
          "customers"
        where
          "archived_at" is null
          and "owner_id" = $2
          and (
            search_relevance (
              search_text (display_name || ' ' || legal_name),
              $1
            ),
            "created_at",
            "customer_id"
          ) < ($3, $4, $5)
          and (
            search_words (
              display_name || ' ' || legal_name || coalesce(' ' || website_url, '') || coalesce(' ' || words_of_list (emails, 'address'), '')
            ) || coalesce(digits_of_list (phones), '')
          ) @@ (
            select
              $6::tsquery
          )
        order by
          "relevance" desc,
          "created_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "relevance" desc,
      "createdAt" desc,
      "customerId" desc
    limit
      $7
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;

-- customers.list as actor
-- $1 searchText: text
-- $2 behindRelevance: smallint
-- $3 behindAt: timestamp with time zone
-- $4 behindId: uuid
-- $5 search: tsquery
-- $6 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy",
          search_relevance (
            search_text (display_name || ' ' || legal_name),
            $1
          ) as "relevance"
        from
          "customers"
        where
          "archived_at" is null
          and (
            search_relevance (
              search_text (display_name || ' ' || legal_name),
              $1
            ),
            "created_at",
            "customer_id"
          ) < ($2, $3, $4)
          and "customer_id" in (
            select
              "search_customers" ($5::tsquery)
          )
        order by
          "relevance" desc,
          "created_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "relevance" desc,
      "createdAt" desc,
      "customerId" desc
    limit
      $6
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;

-- customers.list as actor(status)
-- $1 searchText: text
-- $2 status: customer_status
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
-- $6 search: tsquery
-- $7 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy",
          search_relevance (
            search_text (display_name || ' ' || legal_name),
            $1
          ) as "relevance"
        from
          "customers"
        where
          "archived_at" is null
          and "status" = $2
          and (
            search_relevance (
              search_text (display_name || ' ' || legal_name),
              $1
            ),
            "created_at",
            "customer_id"
          ) < ($3, $4, $5)
          and "customer_id" in (
            select
              "search_customers" ($6::tsquery)
          )
        order by
          "relevance" desc,
          "created_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "relevance" desc,
      "createdAt" desc,
      "customerId" desc
    limit
      $7
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;

-- customers.list as actor(industry)
-- $1 searchText: text
-- $2 industry: text
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
-- $6 search: tsquery
-- $7 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy",
          search_relevance (
            search_text (display_name || ' ' || legal_name),
            $1
          ) as "relevance"
        from
          "customers"
        where
          "archived_at" is null
          and "industry" = $2
          and (
            search_relevance (
              search_text (display_name || ' ' || legal_name),
              $1
            ),
            "created_at",
            "customer_id"
          ) < ($3, $4, $5)
          and "customer_id" in (
            select
              "search_customers" ($6::tsquery)
          )
        order by
          "relevance" desc,
          "created_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "relevance" desc,
      "createdAt" desc,
      "customerId" desc
    limit
      $7
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;

-- customers.list as actor(billingCountry)
-- $1 searchText: text
-- $2 billingCountry: text
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
-- $6 search: tsquery
-- $7 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy",
          search_relevance (
            search_text (display_name || ' ' || legal_name),
            $1
          ) as "relevance"
        from
          "customers"
        where
          "archived_at" is null
          and "billing_country" = $2
          and (
            search_relevance (
              search_text (display_name || ' ' || legal_name),
              $1
            ),
            "created_at",
            "customer_id"
          ) < ($3, $4, $5)
          and "customer_id" in (
            select
              "search_customers" ($6::tsquery)
          )
        order by
          "relevance" desc,
          "created_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "relevance" desc,
      "createdAt" desc,
      "customerId" desc
    limit
      $7
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;

-- customers.list as actor(ownerId)
-- $1 searchText: text
-- $2 ownerId: uuid
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
-- $6 search: tsquery
-- $7 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy",
          search_relevance (
            search_text (display_name || ' ' || legal_name),
            $1
          ) as "relevance"
        from
          "customers"
        where
          "archived_at" is null
          and "owner_id" = $2
          and (
            search_relevance (
              search_text (display_name || ' ' || legal_name),
              $1
            ),
            "created_at",
            "customer_id"
          ) < ($3, $4, $5)
          and "customer_id" in (
            select
              "search_customers" ($6::tsquery)
          )
        order by
          "relevance" desc,
          "created_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "relevance" desc,
      "createdAt" desc,
      "customerId" desc
    limit
      $7
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;

-- customers.listArchived
-- $1 behindAt: timestamp with time zone
-- $2 behindId: uuid
-- $3 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy"
        from
          "customers"
        where
          "archived_at" is not null
          and ("archived_at", "customer_id") < ($1, $2)
        order by
          "archived_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "archivedAt" desc,
      "customerId" desc
    limit
      $3
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "archivedAt" desc,
  "customerId" desc;

-- customers.listArchived(search)
-- $1 searchText: text
-- $2 behindRelevance: smallint
-- $3 behindAt: timestamp with time zone
-- $4 behindId: uuid
-- $5 search: tsquery
-- $6 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy",
          search_relevance (
            search_text (display_name || ' ' || legal_name),
            $1
          ) as "relevance"
        from
          "customers"
        where
          "archived_at" is not null
          and (
            search_relevance (
              search_text (display_name || ' ' || legal_name),
              $1
            ),
            "archived_at",
            "customer_id"
          ) < ($2, $3, $4)
          and (
            search_words (
              display_name || ' ' || legal_name || coalesce(' ' || website_url, '') || coalesce(' ' || words_of_list (emails, 'address'), '')
            ) || coalesce(digits_of_list (phones), '')
          ) @@ (
            select
              $5::tsquery
          )
        order by
          "relevance" desc,
          "archived_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "relevance" desc,
      "archivedAt" desc,
      "customerId" desc
    limit
      $6
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "archivedAt" desc,
  "customerId" desc;

-- customers.listArchived as actor
-- $1 searchText: text
-- $2 behindRelevance: smallint
-- $3 behindAt: timestamp with time zone
-- $4 behindId: uuid
-- $5 search: tsquery
-- $6 fetch: bigint
with
  "customer" as (
    select
      *
    from
      (
        select
          "customer_id" as "customerId",
          "legal_name" as "legalName",
          "display_name" as "displayName",
          "status",
          "industry",
          "company_size" as "companySize",
          "website_url" as "websiteUrl",
          "billing_country" as "billingCountry",
          "timezone",
          "source",
          "external_id" as "externalId",
          tags as "tags",
          emails as "emails",
          phones as "phones",
          addresses as "addresses",
          attributes as "attributes",
          "owner_id" as "ownerId",
          "archived_at" as "archivedAt",
          "merged_into" as "mergedInto",
          "version",
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          "created_by" as "createdBy",
          "updated_by" as "updatedBy",
          search_relevance (
            search_text (display_name || ' ' || legal_name),
            $1
          ) as "relevance"
        from
          "customers"
        where
          "archived_at" is not null
          and (
            search_relevance (
              search_text (display_name || ' ' || legal_name),
              $1
            ),
            "archived_at",
            "customer_id"
          ) < ($2, $3, $4)
          and "customer_id" in (
            select
              "search_customers" ($5::tsquery)
          )
        order by
          "relevance" desc,
          "archived_at" desc,
          "customer_id" desc
        limit
          201
      ) as "customer"
    order by
      "relevance" desc,
      "archivedAt" desc,
      "customerId" desc
    limit
      $6
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "archivedAt" desc,
  "customerId" desc;

-- customers.getMany
-- $1 keys: uuid[]
with
  "customer" as (
    select
      "customer_id" as "customerId",
      "legal_name" as "legalName",
      "display_name" as "displayName",
      "status",
      "industry",
      "company_size" as "companySize",
      "website_url" as "websiteUrl",
      "billing_country" as "billingCountry",
      "timezone",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
    from
      "customers"
    where
      "customer_id" = any ($1::uuid[])
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "customer"."customerId";

-- customers.createMany
-- $1 rows: jsonb
with
  "written" as (
    insert into
      "customers" (
        "customer_id",
        "legal_name",
        "display_name",
        "status",
        "industry",
        "company_size",
        "website_url",
        "billing_country",
        "timezone",
        "source",
        "external_id",
        "tags",
        "attributes",
        "emails",
        "phones",
        "addresses",
        "owner_id"
      )
    select
      row."customer_id",
      row."legal_name",
      row."display_name",
      coalesce(row."status", 'prospect'),
      row."industry",
      row."company_size",
      row."website_url",
      row."billing_country",
      coalesce(row."timezone", 'UTC'),
      row."source",
      row."external_id",
      row."tags",
      row."attributes",
      row."emails",
      row."phones",
      row."addresses",
      row."owner_id"
    from
      jsonb_populate_recordset(null::"customers", $1::jsonb) as row
    returning
      customers.*
  ),
  "customer" as (
    select
      "customer_id" as "customerId",
      "legal_name" as "legalName",
      "display_name" as "displayName",
      "status",
      "industry",
      "company_size" as "companySize",
      "website_url" as "websiteUrl",
      "billing_country" as "billingCountry",
      "timezone",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
    from
      "written"
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "customer"."customerId";

-- customers.updateMany
-- $1 givenByKey: jsonb
-- $2 rows: jsonb
with
  "written" as (
    update "customers"
    set
      "legal_name" = case
        when $1::jsonb -> "customers"."customer_id"::text ? 'legalName' then "row"."legal_name"
        else "customers"."legal_name"
      end,
      "display_name" = case
        when $1::jsonb -> "customers"."customer_id"::text ? 'displayName' then "row"."display_name"
        else "customers"."display_name"
      end,
      "status" = case
        when $1::jsonb -> "customers"."customer_id"::text ? 'status' then "row"."status"
        else "customers"."status"
      end,
      "industry" = case
        when $1::jsonb -> "customers"."customer_id"::text ? 'industry' then "row"."industry"
        else "customers"."industry"
      end,
      "company_size" = case
        when $1::jsonb -> "customers"."customer_id"::text ? 'companySize' then "row"."company_size"
        else "customers"."company_size"
      end,
      "website_url" = case
        when $1::jsonb -> "customers"."customer_id"::text ? 'websiteUrl' then "row"."website_url"
        else "customers"."website_url"
      end,
      "billing_country" = case
        when $1::jsonb -> "customers"."customer_id"::text ? 'billingCountry' then "row"."billing_country"
        else "customers"."billing_country"
      end,
      "timezone" = case
        when $1::jsonb -> "customers"."customer_id"::text ? 'timezone' then "row"."timezone"
        else "customers"."timezone"
      end,
      "source" = case
        when $1::jsonb -> "customers"."customer_id"::text ? 'source' then "row"."source"
        else "customers"."source"
      end,
      "external_id" = case
        when $1::jsonb -> "customers"."customer_id"::text ? 'externalId' then "row"."external_id"
        else "customers"."external_id"
      end,
      "tags" = case
        when $1::jsonb -> "customers"."customer_id"::text ? 'tags' then "row"."tags"
        else "customers"."tags"
      end,
      "attributes" = case
        when $1::jsonb -> "customers"."customer_id"::text ? 'attributes' then "row"."attributes"
        else "customers"."attributes"
      end,
      "emails" = case
        when $1::jsonb -> "customers"."customer_id"::text ? 'emails' then "row"."emails"
        else "customers"."emails"
      end,
      "phones" = case
        when $1::jsonb -> "customers"."customer_id"::text ? 'phones' then "row"."phones"
        else "customers"."phones"
      end,
      "addresses" = case
        when $1::jsonb -> "customers"."customer_id"::text ? 'addresses' then "row"."addresses"
        else "customers"."addresses"
      end,
      "owner_id" = case
        when $1::jsonb -> "customers"."customer_id"::text ? 'ownerId' then "row"."owner_id"
        else "customers"."owner_id"
      end
    from
      (
        select
          row.*
        from
          jsonb_populate_recordset(null::"customers", $2::jsonb) as row
          join "customers" as locked on locked."customer_id" = row."customer_id"
        order by
          locked."customer_id"
        for update of
          locked
      ) as row
    where
      "customers"."customer_id" = row."customer_id"
      and (
        row.version is null
        or row.version = "customers".version
      )
      and "customers".merged_into is null
    returning
      customers.*
  ),
  "customer" as (
    select
      "customer_id" as "customerId",
      "legal_name" as "legalName",
      "display_name" as "displayName",
      "status",
      "industry",
      "company_size" as "companySize",
      "website_url" as "websiteUrl",
      "billing_country" as "billingCountry",
      "timezone",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
    from
      "written"
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "customer"."customerId";

-- customers.upsertMany
-- $1 rows: jsonb
-- $2 givenByKey: jsonb
with
  "written" as (
    insert into
      "customers" (
        "customer_id",
        "legal_name",
        "display_name",
        "status",
        "industry",
        "company_size",
        "website_url",
        "billing_country",
        "timezone",
        "source",
        "external_id",
        "tags",
        "attributes",
        "emails",
        "phones",
        "addresses",
        "owner_id"
      )
    with
      used as materialized (
        select
          used.source,
          used.external_id
        from
          jsonb_populate_recordset(null::"customers", $1::jsonb) as row
          join "customers" as used on used.source = row.source
          and used.external_id = row.external_id
          and used.archived_at is null
        order by
          used."customer_id"
        for no key update of
          used
      )
    select
      row."customer_id",
      row."legal_name",
      row."display_name",
      coalesce(row."status", 'prospect'),
      row."industry",
      row."company_size",
      row."website_url",
      row."billing_country",
      coalesce(row."timezone", 'UTC'),
      row."source",
      row."external_id",
      row."tags",
      row."attributes",
      row."emails",
      row."phones",
      row."addresses",
      row."owner_id"
    from
      jsonb_populate_recordset(null::"customers", $1::jsonb) as row
    where
      (
        (row.source, row.external_id) in (
          select
            used.source,
            used.external_id
          from
            used
        )
        or (
          select
            winner."customer_id"
          from
            "customers" as loser
            join "customers" as winner on winner."customer_id" = loser.merged_into
            and winner.archived_at is null
          where
            loser.source = row.source
            and loser.external_id = row.external_id
            and loser.merged_into is not null
          order by
            loser.archived_at desc
          limit
            1
        ) is null
        and not exists (
          select
          from
            "customers" as seen
          where
            seen.source = row.source
            and seen.external_id = row.external_id
            and seen.archived_at is null
        )
      )
    on conflict (source, external_id)
    where
      archived_at is null
      and source is not null do update
    set
      "legal_name" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'legalName' then "excluded"."legal_name"
        else "customers"."legal_name"
      end,
      "display_name" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'displayName' then "excluded"."display_name"
        else "customers"."display_name"
      end,
      "status" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'status' then "excluded"."status"
        else "customers"."status"
      end,
      "industry" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'industry' then "excluded"."industry"
        else "customers"."industry"
      end,
      "company_size" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'companySize' then "excluded"."company_size"
        else "customers"."company_size"
      end,
      "website_url" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'websiteUrl' then "excluded"."website_url"
        else "customers"."website_url"
      end,
      "billing_country" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'billingCountry' then "excluded"."billing_country"
        else "customers"."billing_country"
      end,
      "timezone" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'timezone' then "excluded"."timezone"
        else "customers"."timezone"
      end,
      "source" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'source' then "excluded"."source"
        else "customers"."source"
      end,
      "external_id" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'externalId' then "excluded"."external_id"
        else "customers"."external_id"
      end,
      "tags" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'tags' then "excluded"."tags"
        else "customers"."tags"
      end,
      "attributes" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'attributes' then "excluded"."attributes"
        else "customers"."attributes"
      end,
      "emails" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'emails' then "excluded"."emails"
        else "customers"."emails"
      end,
      "phones" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'phones' then "excluded"."phones"
        else "customers"."phones"
      end,
      "addresses" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'addresses' then "excluded"."addresses"
        else "customers"."addresses"
      end,
      "owner_id" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'ownerId' then "excluded"."owner_id"
        else "customers"."owner_id"
      end
    returning
      customers.*
  ),
  "customer" as (
    select
      "customer_id" as "customerId",
      "legal_name" as "legalName",
      "display_name" as "displayName",
      "status",
      "industry",
      "company_size" as "companySize",
      "website_url" as "websiteUrl",
      "billing_country" as "billingCountry",
      "timezone",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
    from
      "written"
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "customer"."customerId";

-- customers.upsertMany, merged
-- $1 externals: jsonb
select
  given.index,
  found.id as "winnerId"
from
  jsonb_to_recordset($1::jsonb) as given (index integer, source text, "externalId" text),
  lateral (
    select
      (
        select
          winner."customer_id"
        from
          "customers" as loser
          join "customers" as winner on winner."customer_id" = loser.merged_into
          and winner.archived_at is null
        where
          loser.source = given.source
          and loser.external_id = given."externalId"
          and loser.merged_into is not null
        order by
          loser.archived_at desc
        limit
          1
      ) as id
  ) as found
where
  found.id is not null;

-- customers.archiveMany
-- $1 keys: uuid[]
with
  "written" as (
    update "customers"
    set
      archived_at = coalesce("customers"."archived_at", now())
    from
      (
        select
          "customer_id"
        from
          "customers"
        where
          "customer_id" = any ($1::uuid[])
          and merged_into is null
        order by
          "customer_id"
        for update
      ) as locked
    where
      "customers"."customer_id" = locked."customer_id"
    returning
      customers.*
  ),
  "customer" as (
    select
      "customer_id" as "customerId",
      "legal_name" as "legalName",
      "display_name" as "displayName",
      "status",
      "industry",
      "company_size" as "companySize",
      "website_url" as "websiteUrl",
      "billing_country" as "billingCountry",
      "timezone",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
    from
      "written"
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "customer"."customerId";

-- customers.restoreMany
-- $1 keys: uuid[]
with
  "written" as (
    update "customers"
    set
      archived_at = null
    from
      (
        select
          "customer_id"
        from
          "customers"
        where
          "customer_id" = any ($1::uuid[])
          and merged_into is null
        order by
          "customer_id"
        for update
      ) as locked
    where
      "customers"."customer_id" = locked."customer_id"
    returning
      customers.*
  ),
  "customer" as (
    select
      "customer_id" as "customerId",
      "legal_name" as "legalName",
      "display_name" as "displayName",
      "status",
      "industry",
      "company_size" as "companySize",
      "website_url" as "websiteUrl",
      "billing_country" as "billingCountry",
      "timezone",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
    from
      "written"
  )
select
  "customer".*,
  "contact"."customer_person_id" as "contactId",
  "person"."person_id" as "personId",
  "person"."first_name" as "firstName",
  "person"."last_name" as "lastName",
  "person"."email",
  "person"."phone",
  "person"."job_title" as "jobTitle",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate",
  "contact"."version" as "contactVersion",
  "contact"."created_by" as "contactCreatedBy",
  "contact"."updated_by" as "contactUpdatedBy"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "customer"."customerId";
