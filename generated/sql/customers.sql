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
  "contact"."end_date" as "endDate"
from
  "contact"
  inner join "people" as "person" on "person"."person_id" = "contact"."person_id";

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
  "contact"."end_date" as "endDate"
from
  "contact"
  inner join "people" as "person" on "person"."person_id" = "contact"."person_id";

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
  "contact"."end_date" as "endDate"
from
  "contact"
  inner join "people" as "person" on "person"."person_id" = "contact"."person_id";

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
  "contact"."end_date" as "endDate"
from
  "contact"
  inner join "people" as "person" on "person"."person_id" = "contact"."person_id";

-- customers.setPrimaryContact
-- $1 customerId: uuid
-- $2 personId: uuid
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
  "contact"."end_date" as "endDate"
from
  set_primary_contact ($1, $2) as "contact"
  inner join "people" as "person" on "person"."person_id" = "contact"."person_id";

-- customers.endContact
-- $1 endDate: date
-- $2 contactId: uuid
with
  "contact" as (
    update "customer_people"
    set
      "end_date" = $1,
      "is_primary" = is_primary
      and $1::date >= current_date
    where
      "customer_person_id" = $2
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
  "contact"."end_date" as "endDate"
from
  "contact"
  inner join "people" as "person" on "person"."person_id" = "contact"."person_id";

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
  "contact"."end_date" as "endDate"
from
  (
    select
      *
    from
      "customer_people"
    where
      "customer_id" = $1
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
  "contact"."end_date" as "endDate"
from
  (
    select
      *
    from
      "customer_people"
    where
      "customer_id" = $1
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

-- customers.importMany: find customers
-- $1 names: text[]
select distinct
  on ("legal_name") "legal_name" as "key",
  "customer_id" as "id"
from
  unnest($1::text[]) as given (name)
  inner join "customers" on "customers"."legal_name" = "given"."name"
order by
  "legal_name",
  "created_at",
  "customer_id";

-- customers.importMany: find people
-- $1 emails: citext[]
select
  lower(email::text) as "key",
  "person_id" as "id"
from
  "people"
where
  "email" = any ($1::citext[]);

-- customers.importMany: change customers
-- $1 rows: jsonb
update "customers"
set
  "display_name" = case
    when 'displayName' = any (row.given) then row."displayName"
    else "customers"."display_name"
  end,
  "status" = case
    when 'status' = any (row.given) then row."status"
    else "customers"."status"
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
  "timezone" = case
    when 'timezone' = any (row.given) then row."timezone"
    else "customers"."timezone"
  end
from
  jsonb_to_recordset($1::jsonb) as row (
    "customerId" uuid,
    given text[],
    "displayName" text,
    status customer_status,
    industry text,
    "companySize" integer,
    "websiteUrl" text,
    "billingCountry" text,
    timezone text
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
  "phone" = case
    when 'phone' = any (row.given) then row."phone"
    else "people"."phone"
  end,
  "job_title" = case
    when 'jobTitle' = any (row.given) then row."jobTitle"
    else "people"."job_title"
  end,
  "linkedin_url" = case
    when 'linkedinUrl' = any (row.given) then row."linkedinUrl"
    else "people"."linkedin_url"
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
    phone text,
    "jobTitle" text,
    "linkedinUrl" text,
    "isActive" boolean
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
  and customer_people.role is not distinct from row.role;

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
on conflict ("customer_id", "person_id", "role") do nothing;

-- customers.create
-- $1 legalName: text
-- $2 displayName: text
-- $3 industry: text
-- $4 companySize: integer
-- $5 websiteUrl: text
-- $6 billingCountry: text
insert into
  "customers" (
    "legal_name",
    "display_name",
    "industry",
    "company_size",
    "website_url",
    "billing_country"
  )
values
  ($1, $2, $3, $4, $5, $6)
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
  "created_at" as "createdAt",
  "updated_at" as "updatedAt";

-- customers.create(status)
-- $1 legalName: text
-- $2 displayName: text
-- $3 industry: text
-- $4 companySize: integer
-- $5 websiteUrl: text
-- $6 billingCountry: text
-- $7 status: customer_status
insert into
  "customers" (
    "legal_name",
    "display_name",
    "industry",
    "company_size",
    "website_url",
    "billing_country",
    "status"
  )
values
  ($1, $2, $3, $4, $5, $6, $7)
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
  "created_at" as "createdAt",
  "updated_at" as "updatedAt";

-- customers.create(timezone)
-- $1 legalName: text
-- $2 displayName: text
-- $3 industry: text
-- $4 companySize: integer
-- $5 websiteUrl: text
-- $6 billingCountry: text
-- $7 timezone: text
insert into
  "customers" (
    "legal_name",
    "display_name",
    "industry",
    "company_size",
    "website_url",
    "billing_country",
    "timezone"
  )
values
  ($1, $2, $3, $4, $5, $6, $7)
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
  "created_at" as "createdAt",
  "updated_at" as "updatedAt";

-- customers.create(status,timezone)
-- $1 legalName: text
-- $2 displayName: text
-- $3 industry: text
-- $4 companySize: integer
-- $5 websiteUrl: text
-- $6 billingCountry: text
-- $7 status: customer_status
-- $8 timezone: text
insert into
  "customers" (
    "legal_name",
    "display_name",
    "industry",
    "company_size",
    "website_url",
    "billing_country",
    "status",
    "timezone"
  )
values
  ($1, $2, $3, $4, $5, $6, $7, $8)
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
  "created_at" as "createdAt",
  "updated_at" as "updatedAt";

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
      "created_at" as "createdAt",
      "updated_at" as "updatedAt"
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
  "contact"."end_date" as "endDate"
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
-- $10 customerId: uuid
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
      end
    where
      "customer_id" = $10
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
      "created_at" as "createdAt",
      "updated_at" as "updatedAt"
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
  "contact"."end_date" as "endDate"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id";

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
          "created_at" as "createdAt",
          "updated_at" as "updatedAt"
        from
          "customers"
        where
          ("created_at", "customer_id") < ($1, $2)
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
  "contact"."end_date" as "endDate"
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
          "created_at" as "createdAt",
          "updated_at" as "updatedAt"
        from
          "customers"
        where
          "status" = $1
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
  "contact"."end_date" as "endDate"
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
          "created_at" as "createdAt",
          "updated_at" as "updatedAt"
        from
          "customers"
        where
          "industry" = $1
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
  "contact"."end_date" as "endDate"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "createdAt" desc,
  "customerId" desc;

-- customers.list(status,industry)
-- $1 status: customer_status
-- $2 industry: text
-- $3 behindAt: timestamp with time zone
-- $4 behindId: uuid
-- $5 fetch: bigint
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
          "created_at" as "createdAt",
          "updated_at" as "updatedAt"
        from
          "customers"
        where
          "status" = $1
          and "industry" = $2
          and ("created_at", "customer_id") < ($3, $4)
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
      $5
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
  "contact"."end_date" as "endDate"
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
          "created_at" as "createdAt",
          "updated_at" as "updatedAt"
        from
          "customers"
        where
          "billing_country" = $1
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
  "contact"."end_date" as "endDate"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "createdAt" desc,
  "customerId" desc;

-- customers.list(status,billingCountry)
-- $1 status: customer_status
-- $2 billingCountry: text
-- $3 behindAt: timestamp with time zone
-- $4 behindId: uuid
-- $5 fetch: bigint
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
          "created_at" as "createdAt",
          "updated_at" as "updatedAt"
        from
          "customers"
        where
          "status" = $1
          and "billing_country" = $2
          and ("created_at", "customer_id") < ($3, $4)
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
      $5
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
  "contact"."end_date" as "endDate"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "createdAt" desc,
  "customerId" desc;

-- customers.list(industry,billingCountry)
-- $1 industry: text
-- $2 billingCountry: text
-- $3 behindAt: timestamp with time zone
-- $4 behindId: uuid
-- $5 fetch: bigint
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
          "created_at" as "createdAt",
          "updated_at" as "updatedAt"
        from
          "customers"
        where
          "industry" = $1
          and "billing_country" = $2
          and ("created_at", "customer_id") < ($3, $4)
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
      $5
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
  "contact"."end_date" as "endDate"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "createdAt" desc,
  "customerId" desc;

-- customers.list(status,industry,billingCountry)
-- $1 status: customer_status
-- $2 industry: text
-- $3 billingCountry: text
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
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
          "created_at" as "createdAt",
          "updated_at" as "updatedAt"
        from
          "customers"
        where
          "status" = $1
          and "industry" = $2
          and "billing_country" = $3
          and ("created_at", "customer_id") < ($4, $5)
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
  "contact"."end_date" as "endDate"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "createdAt" desc,
  "customerId" desc;

-- customers.list(search)
-- $1 search: text
-- $2 behindRelevance: smallint
-- $3 behindAt: timestamp with time zone
-- $4 behindId: uuid
-- $5 fetch: bigint
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
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          search_relevance (
            searchable (display_name || ' ' || legal_name),
            (
              select
                searchable ($1)
            )
          ) as "relevance"
        from
          "customers"
        where
          (
            search_relevance (
              searchable (display_name || ' ' || legal_name),
              (
                select
                  searchable ($1)
              )
            ),
            "created_at",
            "customer_id"
          ) < ($2, $3, $4)
          and searchable (display_name || ' ' || legal_name) like (
            select
              search_pattern ($1)
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
      $5
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
  "contact"."end_date" as "endDate"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;

-- customers.list(status,search)
-- $1 search: text
-- $2 status: customer_status
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
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
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          search_relevance (
            searchable (display_name || ' ' || legal_name),
            (
              select
                searchable ($1)
            )
          ) as "relevance"
        from
          "customers"
        where
          "status" = $2
          and (
            search_relevance (
              searchable (display_name || ' ' || legal_name),
              (
                select
                  searchable ($1)
              )
            ),
            "created_at",
            "customer_id"
          ) < ($3, $4, $5)
          and searchable (display_name || ' ' || legal_name) like (
            select
              search_pattern ($1)
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
  "contact"."end_date" as "endDate"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;

-- customers.list(industry,search)
-- $1 search: text
-- $2 industry: text
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
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
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          search_relevance (
            searchable (display_name || ' ' || legal_name),
            (
              select
                searchable ($1)
            )
          ) as "relevance"
        from
          "customers"
        where
          "industry" = $2
          and (
            search_relevance (
              searchable (display_name || ' ' || legal_name),
              (
                select
                  searchable ($1)
              )
            ),
            "created_at",
            "customer_id"
          ) < ($3, $4, $5)
          and searchable (display_name || ' ' || legal_name) like (
            select
              search_pattern ($1)
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
  "contact"."end_date" as "endDate"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;

-- customers.list(status,industry,search)
-- $1 search: text
-- $2 status: customer_status
-- $3 industry: text
-- $4 behindRelevance: smallint
-- $5 behindAt: timestamp with time zone
-- $6 behindId: uuid
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
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          search_relevance (
            searchable (display_name || ' ' || legal_name),
            (
              select
                searchable ($1)
            )
          ) as "relevance"
        from
          "customers"
        where
          "status" = $2
          and "industry" = $3
          and (
            search_relevance (
              searchable (display_name || ' ' || legal_name),
              (
                select
                  searchable ($1)
              )
            ),
            "created_at",
            "customer_id"
          ) < ($4, $5, $6)
          and searchable (display_name || ' ' || legal_name) like (
            select
              search_pattern ($1)
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
  "contact"."end_date" as "endDate"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;

-- customers.list(billingCountry,search)
-- $1 search: text
-- $2 billingCountry: text
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
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
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          search_relevance (
            searchable (display_name || ' ' || legal_name),
            (
              select
                searchable ($1)
            )
          ) as "relevance"
        from
          "customers"
        where
          "billing_country" = $2
          and (
            search_relevance (
              searchable (display_name || ' ' || legal_name),
              (
                select
                  searchable ($1)
              )
            ),
            "created_at",
            "customer_id"
          ) < ($3, $4, $5)
          and searchable (display_name || ' ' || legal_name) like (
            select
              search_pattern ($1)
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
  "contact"."end_date" as "endDate"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;

-- customers.list(status,billingCountry,search)
-- $1 search: text
-- $2 status: customer_status
-- $3 billingCountry: text
-- $4 behindRelevance: smallint
-- $5 behindAt: timestamp with time zone
-- $6 behindId: uuid
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
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          search_relevance (
            searchable (display_name || ' ' || legal_name),
            (
              select
                searchable ($1)
            )
          ) as "relevance"
        from
          "customers"
        where
          "status" = $2
          and "billing_country" = $3
          and (
            search_relevance (
              searchable (display_name || ' ' || legal_name),
              (
                select
                  searchable ($1)
              )
            ),
            "created_at",
            "customer_id"
          ) < ($4, $5, $6)
          and searchable (display_name || ' ' || legal_name) like (
            select
              search_pattern ($1)
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
  "contact"."end_date" as "endDate"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;

-- customers.list(industry,billingCountry,search)
-- $1 search: text
-- $2 industry: text
-- $3 billingCountry: text
-- $4 behindRelevance: smallint
-- $5 behindAt: timestamp with time zone
-- $6 behindId: uuid
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
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          search_relevance (
            searchable (display_name || ' ' || legal_name),
            (
              select
                searchable ($1)
            )
          ) as "relevance"
        from
          "customers"
        where
          "industry" = $2
          and "billing_country" = $3
          and (
            search_relevance (
              searchable (display_name || ' ' || legal_name),
              (
                select
                  searchable ($1)
              )
            ),
            "created_at",
            "customer_id"
          ) < ($4, $5, $6)
          and searchable (display_name || ' ' || legal_name) like (
            select
              search_pattern ($1)
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
  "contact"."end_date" as "endDate"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;

-- customers.list(status,industry,billingCountry,search)
-- $1 search: text
-- $2 status: customer_status
-- $3 industry: text
-- $4 billingCountry: text
-- $5 behindRelevance: smallint
-- $6 behindAt: timestamp with time zone
-- $7 behindId: uuid
-- $8 fetch: bigint
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
          "created_at" as "createdAt",
          "updated_at" as "updatedAt",
          search_relevance (
            searchable (display_name || ' ' || legal_name),
            (
              select
                searchable ($1)
            )
          ) as "relevance"
        from
          "customers"
        where
          "status" = $2
          and "industry" = $3
          and "billing_country" = $4
          and (
            search_relevance (
              searchable (display_name || ' ' || legal_name),
              (
                select
                  searchable ($1)
              )
            ),
            "created_at",
            "customer_id"
          ) < ($5, $6, $7)
          and searchable (display_name || ' ' || legal_name) like (
            select
              search_pattern ($1)
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
      $8
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
  "contact"."end_date" as "endDate"
from
  "customer"
  left join "customer_people" as "contact" on "contact"."customer_id" = "customer"."customerId"
  left join "people" as "person" on "person"."person_id" = "contact"."person_id"
order by
  "relevance" desc,
  "createdAt" desc,
  "customerId" desc;
