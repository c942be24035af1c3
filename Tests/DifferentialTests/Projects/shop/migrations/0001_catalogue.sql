begin;
create type order_status as enum ('cart', 'placed', 'paid', 'shipped', 'cancelled');
create domain money_amount as numeric(12, 2) check (value >= 0);

create table customers (
  id uuid primary key,
  email text not null,
  vip boolean default false not null
);
create unique index customers_email_key on customers (lower(email));

create table products (
  sku varchar(20) primary key,
  name text not null,
  price money_amount not null,
  stock integer not null default 0 constraint stock_is_there check (stock >= 0),
  attributes jsonb default '{}'
);

create table orders (
  id bigint primary key generated always as identity (start with 1000),
  customer_id uuid not null references customers,
  status order_status not null default 'cart',
  placed_at timestamptz,
  note text
);

create table order_lines (
  order_id bigint not null references orders on delete cascade,
  line smallint not null,
  sku varchar(20) not null references products on update cascade,
  quantity integer not null check (quantity between 1 and 99),
  price money_amount not null,
  total numeric(14, 2) generated always as (quantity * price) stored,
  primary key (order_id, line)
);
create index on order_lines (sku);

create sequence invoice_numbers start 500 increment 5;
create table invoices (
  number bigint primary key default nextval('invoice_numbers'),
  order_id bigint not null unique references orders deferrable initially deferred,
  amount money_amount not null
);
alter sequence invoice_numbers owned by invoices.number;
commit;
